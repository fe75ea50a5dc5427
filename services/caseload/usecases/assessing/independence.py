"""Independence: goals are set and settled, visits are planned to become fewer, and it is shown whether they do."""

from datetime import date
from typing import Any
from uuid import UUID

from services.caseload.domain.care_plan import CarePlan
from services.caseload.domain.client import Client
from services.caseload.domain.independence import (
    GOALS,
    GoalMet,
    GoalStatus,
    IndependenceGoal,
    NewGoal,
    NewStepDown,
    StepDown,
    goal_cells,
    trend_of,
    week_by_week,
    weeks_before,
)
from services.caseload.domain.self_care import NotPossible
from services.caseload.events import GoalChanged
from services.caseload.store import around, plan_copies
from services.caseload.store import independence as store
from services.caseload.usecases.settled import month_closed
from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.figures import hidden, require_period
from services.common.paging import PageRequest, page
from services.common.rulebook import require_fixed_period, smallest_cell


async def set_goal(tx: Transaction, new: NewGoal) -> IndependenceGoal:
    """The client wants to do something without the team again."""
    plan = await tx.get(CarePlan, new.care_plan_id)
    goal = IndependenceGoal.wanted(new, plan, tx.actor.employee_id, tx.now)
    tx.add(goal)
    return await _told(tx, goal)


async def list_goals(
    tx: Transaction, request: PageRequest, *, client_id: UUID | None, status: GoalStatus | None
) -> dict[str, Any]:
    """The goals of a client, or of all of the caller's teams."""
    wanted = await around.listed(tx, IndependenceGoal, client_id=client_id, status=status)
    return await page(tx, wanted, IndependenceGoal, request)


async def read_goal(tx: Transaction, goal_id: UUID) -> IndependenceGoal:
    return await tx.get(IndependenceGoal, goal_id)


async def meet_goal(tx: Transaction, goal_id: UUID, met: GoalMet, if_match: int) -> IndependenceGoal:
    """They do it. Raises `GoalAlreadySettled` or `StepBeforeTheLast`."""
    goal = await around.for_change(tx, IndependenceGoal, goal_id, if_match)
    goal.meet(met, tx.actor.employee_id, tx.now)
    return await _told(tx, goal)


async def give_up_goal(tx: Transaction, goal_id: UUID, told: NotPossible, if_match: int) -> IndependenceGoal:
    """They cannot, or do not want to, and why. Raises `GoalAlreadySettled` or `StepBeforeTheLast`."""
    goal = await around.for_change(tx, IndependenceGoal, goal_id, if_match)
    goal.give_up(told, tx.actor.employee_id, tx.now)
    return await _told(tx, goal)


async def _told(tx: Transaction, goal: IndependenceGoal) -> IndependenceGoal:
    await tx.session.flush()
    changed = GoalChanged(goal_id=goal.id, client_id=goal.client_id, team_id=goal.team_id, status=goal.status)
    tx.publish(changed, about=goal)
    return goal


async def plan_step_down(
    tx: Transaction, care_plan_id: UUID, new: NewStepDown, if_match: int
) -> tuple[CarePlan, StepDown]:
    """Plan from which days on visits are fewer; an earlier plan of it stays. Raises `StepDownRises`."""
    plan = await around.for_change(tx, CarePlan, care_plan_id, if_match)
    number = len(await store.step_downs(tx, plan.id)) + 1
    planned = StepDown.planned(plan, new, number, tx.actor.employee_id, tx.now)
    plan.changed_at = tx.now
    tx.add(planned)
    await tx.session.flush()
    return plan, planned


async def read_step_down(tx: Transaction, care_plan_id: UUID) -> tuple[CarePlan, StepDown]:
    """The latest. Raises `NotFound`."""
    plan = await tx.get(CarePlan, care_plan_id)
    planned = await store.step_downs(tx, plan.id)
    if not planned:
        raise NotFound("step_down")
    return plan, planned[-1]


async def independence_of(tx: Transaction, client_id: UUID, weeks: int) -> dict[str, Any]:
    """Visits week by week beside the goals and the plan, over so many weeks that are over, and which way they go."""
    client = await tx.get(Client, client_id)
    mondays = weeks_before(tx.today, weeks)
    plan = await plan_copies.plan_in_force(tx, client.id)
    planned = await store.step_downs(tx, plan.id) if plan else []
    goals = await store.goals_of(tx, client.id)
    visits = await store.visits_by_week(tx, client.id, mondays[0])
    found = week_by_week(mondays, visits, goals, planned[-1] if planned else None)
    return {"weeks": found, "trend": trend_of([week.visits for week in found])}


async def goal_figures(tx: Transaction, team_id: UUID, first: date, last: date) -> dict[str, Any]:
    """How the goals that were set in the period stand. Outside the team few are hidden, and the month is closed.

    Raises `PeriodReversed`, `NotAWholeMonth` or `NotSettledYet`.
    """
    await tx.require_team(team_id)
    require_period(first, last)
    require_fixed_period(tx, first, last)
    until = await month_closed(tx, last)
    cells = goal_cells([tuple(row) for row in await store.goals_set(tx, team_id, first, last, until)])
    away = hidden(cells, GOALS, await smallest_cell(tx))
    told = {name: None if name in away else cell.amount for name, cell in cells.items()}
    return {
        "goals": told["goals"],
        "goals_by_state": {name.partition(".")[2]: count for name, count in told.items() if "." in name},
    }
