"""A day's rounds: asked for, worked out, looked at, and adopted by a person or left."""

import asyncio
import time
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page
from services.roster.domain.job import Job, JobKind, Told
from services.roster.domain.round_plan import RoundPlan, RoundPlanOutdated
from services.roster.domain.round_question import PLAN, QUESTION, cost, nobody, stops
from services.roster.domain.rounds.day import Plan
from services.roster.domain.visit import Move
from services.roster.domain.visit_refusals import CLASHES
from services.roster.solver.routing.race import race_day
from services.roster.store import rounds
from services.roster.usecases import jobs
from services.roster.usecases.jobs import Handler, Tell
from services.roster.usecases.proposing.day import question
from services.roster.usecases.visit import moved

# Visits that change places with each other clash on the way there, and not once all have moved.
AT_THE_END = text("set constraints visit_one_at_a_time, attendance_one_at_a_time deferred")
NOW = text("set constraints visit_one_at_a_time, attendance_one_at_a_time immediate")


async def propose_rounds(tx: Transaction, *, team_id: UUID, day: date, seconds: int, seed: int) -> Job:
    """Ask for the team's rounds of this day. Nothing moves by it. Raises `NotFound`."""
    await tx.require_team(team_id)
    asked = await question(tx, team_id, day)
    in_json = {"day_on": day.isoformat(), "asked": QUESTION.dump_python(asked, mode="json")}
    return await jobs.ask(tx, team_id=team_id, kind=JobKind.ROUNDS, question=in_json, seconds=seconds, seed=seed)


async def _run(job: Job, tell: Tell, stop: asyncio.Event) -> dict[str, Any]:
    asked, begun = QUESTION.validate_python(job.input["asked"]), time.monotonic()
    if not asked.asked or not asked.day.nurses:
        return {"plan": PLAN.dump_python(nobody(asked), mode="json")}

    def hear(plan: Plan) -> None:
        found = {"plan": PLAN.dump_python(plan, mode="json")}
        best = cost(asked, plan)["points"]
        tell(Told(seconds=time.monotonic() - begun, best=best, by="rounds", found=found))

    plan = await race_day(asked.day, job.asked_seconds, seed=job.seed, tell=hear, stop=stop)
    return {"plan": PLAN.dump_python(plan, mode="json")}


async def _keep(tx: Transaction, job: Job, answer: dict[str, Any]) -> dict[str, Any]:
    """The rounds as they are proposed, in the same commit as the end of the job."""
    asked, plan = QUESTION.validate_python(job.input["asked"]), PLAN.validate_python(answer["plan"])
    served, unserved = stops(asked, plan)
    proposed = RoundPlan(
        team_id=job.team_id,
        day_on=date.fromisoformat(job.input["day_on"]),
        job_id=job.id,
        stops=served,
        unserved=unserved,
        cost=cost(asked, plan),
        travel_source=asked.travel_source,
        changed_at=tx.now,
    )
    tx.add(proposed)
    return {"round_plan_id": str(proposed.id)}


ROUNDS = Handler(_run, _keep)


async def list_rounds(tx: Transaction, request: PageRequest, *, team_id: UUID | None, day: date) -> dict[str, Any]:
    return await page(tx, await rounds.of_day(tx, team_id=team_id, day=day), RoundPlan, request)


async def read_round_plan(tx: Transaction, round_plan_id: UUID) -> RoundPlan:
    """Raises `NotFound`."""
    return await tx.get(RoundPlan, round_plan_id)


async def adopt_round_plan(tx: Transaction, round_plan_id: UUID, if_match: int) -> RoundPlan:
    """Move the visits as it says, all of them or none, by the rules that hold for each move.

    Raises `NotFound`, `PreconditionFailed`, `RoundPlanAdopted`, `RoundPlanOutdated`, and what `move_visit` raises.
    """
    plan = await tx.get(RoundPlan, round_plan_id, lock=True)
    require_version(plan, if_match)
    plan.adopt(tx.actor.employee_id, tx.now)
    moves = {UUID(one["visit_id"]): one for one in plan.stops if one["is_moved"]}
    found = await rounds.visits_locked(tx, moves)
    if any(one not in found or found[one].version != said["visit_version"] for one, said in moves.items()):
        raise RoundPlanOutdated
    people = {person for visit in found.values() for person in visit.people()}
    people |= {UUID(said[who]) for said in moves.values() for who in ("employee_id", "accompanied_by") if said[who]}
    await tx.take_turns(*(visit.client_id for visit in found.values()), *people)
    await tx.session.execute(AT_THE_END)
    for visit_id, said in moves.items():
        await moved(tx, found[visit_id], _move(tx, said))
    async with tx.refusing(CLASHES):
        await tx.session.execute(NOW)
    return plan


def _move(tx: Transaction, said: dict[str, Any]) -> Move:
    """Raises `RoundPlanOutdated` for a start that is past by now."""
    starts_at = datetime.fromisoformat(said["starts_at"])
    if starts_at <= tx.now:
        raise RoundPlanOutdated
    company = {"accompanied_by": UUID(said["accompanied_by"])} if said["accompanied_by"] else {}
    return Move(starts_at=starts_at, employee_id=UUID(said["employee_id"]), **company)
