"""Independence goals, the planned step-down of visits, and whether visits become fewer as goals are met."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.caseload.api.callers import ByTeamOrBoard
from services.caseload.api.record_shapes import GoalShape
from services.caseload.api.rendered import tagged
from services.caseload.domain.independence import GoalMet, GoalStatus, NewGoal, NewStepDown, Trend
from services.caseload.domain.self_care import NotPossible
from services.caseload.usecases import assessing
from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer, Day, InDigits

router = api_router(tags=["independence"])

Weeks = Annotated[int, Query(ge=2, le=104), InDigits]


class PlannedStepShape(Answer):
    from_on: date
    visits_per_week: float


class StepDownShape(Answer):
    """`number` counts how often it was planned anew."""

    care_plan_id: UUID
    number: int
    steps: list[PlannedStepShape]
    written_by: UUID | None
    written_at: datetime


class WeekShape(Answer):
    week_of: date
    visits: int
    planned_visits: float | None
    goals_working: int
    goals_met: int


class IndependenceOfClient(Answer):
    """Whole weeks that are over, oldest first; the trend is of the visits in the later half against the earlier."""

    weeks: list[WeekShape]
    trend: Trend


class GoalFigures(Answer):
    """Outside the team what stands on few is null."""

    goals: int | None
    goals_by_state: dict[str, int | None]


def _planned(found: tuple[Any, Any], response: Response) -> Any:
    plan, step_down = found
    etag(response, plan)
    return step_down


@router.post("/independence-goals", status_code=201, response_model=GoalShape)
async def set_goal(tx: ByNurse, body: NewGoal, response: Response) -> object:
    """Something that the client wants to do without the team again."""
    return tagged(await assessing.set_goal(tx, body), response)


@router.get("/independence-goals", response_model=Page[GoalShape])
async def list_goals(
    tx: ByNurse, page: Asked, client_id: UUID | None = None, status: GoalStatus | None = None
) -> object:
    """The goals of a client, or of all of the caller's teams."""
    return await assessing.list_goals(tx, page, client_id=client_id, status=status)


@router.get("/independence-goals/{goal_id}", response_model=GoalShape)
async def read_goal(tx: ByNurse, goal_id: UUID, response: Response) -> object:
    """One goal, and why it was not met where it was not."""
    return tagged(await assessing.read_goal(tx, goal_id), response)


@router.post("/independence-goals/{goal_id}/met", response_model=GoalShape)
async def meet_goal(tx: ByNurse, goal_id: UUID, body: GoalMet, version: IfMatch, response: Response) -> object:
    """They do it."""
    return tagged(await assessing.meet_goal(tx, goal_id, body, version), response)


@router.post("/independence-goals/{goal_id}/not-possible", response_model=GoalShape)
async def give_up_goal(tx: ByNurse, goal_id: UUID, body: NotPossible, version: IfMatch, response: Response) -> object:
    """They cannot, or do not want to: the reason is always told, and best interests where capacity is lacking."""
    return tagged(await assessing.give_up_goal(tx, goal_id, body, version), response)


@router.put("/care-plans/{care_plan_id}/step-down", response_model=StepDownShape)
async def plan_step_down(
    tx: ByNurse, care_plan_id: UUID, body: NewStepDown, version: IfMatch, response: Response
) -> object:
    """Plan from which days on there are fewer visits a week, on the care plan last read."""
    return _planned(await assessing.plan_step_down(tx, care_plan_id, body, version), response)


@router.get("/care-plans/{care_plan_id}/step-down", response_model=StepDownShape)
async def read_step_down(tx: ByNurse, care_plan_id: UUID, response: Response) -> object:
    """The planned step-down as it was last written, with the care plan's version."""
    return _planned(await assessing.read_step_down(tx, care_plan_id), response)


@router.get("/clients/{client_id}/independence", response_model=IndependenceOfClient)
async def independence_of(tx: ByNurse, client_id: UUID, weeks: Weeks = 12) -> object:
    """Visits week by week beside goals met and visits planned, and whether they become fewer."""
    return await assessing.independence_of(tx, client_id, weeks)


@router.get("/independence/summary", response_model=GoalFigures)
async def goal_figures(tx: ByTeamOrBoard, team_id: UUID, from_on: Day, to_on: Day) -> object:
    """How the goals that were set in the period stand."""
    return await assessing.goal_figures(tx, team_id, from_on, to_on)
