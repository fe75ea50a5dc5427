"""What is asked of the solver about a rota: proposals, a repair, and why a version is as it is."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.membership import NotInTheTeam
from services.roster.domain.job import Job, JobKind
from services.roster.domain.proposal import AlreadySo, ProposalsAsked, RepairAsked, WhyAsked
from services.roster.domain.rota.problem import Problem
from services.roster.domain.rota.slots import UnknownDuty, require_timed
from services.roster.domain.rota_version.begun import DutyHasBegun, has_begun, held
from services.roster.domain.rota_version.duty import by_cell, roster_of
from services.roster.domain.rota_version.rota import DayOutsideRota, Rota
from services.roster.domain.rota_version.version import NothingPublished, VersionState
from services.roster.store import rota_versions
from services.roster.usecases import jobs
from services.roster.usecases.proposing.explain import laid_out
from services.roster.usecases.rota.load import in_json, problem_of
from services.roster.usecases.rota.version import parent_of


async def ask_proposals(tx: Transaction, rota_id: UUID, asked: ProposalsAsked) -> Job:
    """Two or three drafts to choose from, or to change: a team adopts none by asking for them.

    Raises `NotFound`, `RotaClosed`, `VersionOfAnotherRota`, `UnknownDuty` or `AmbiguousClock`.
    """
    rota = await tx.get(Rota, rota_id)
    rota.require_open()
    near = None if asked.near_version_id is None else await parent_of(tx, rota, asked.near_version_id)
    question = _question(rota, await problem_of(tx, rota, near))
    question["near_version_id"] = None if near is None else str(near.id)
    return await jobs.ask(
        tx, team_id=rota.team_id, kind=JobKind.ROTA, question=question, seconds=asked.seconds, seed=asked.seed
    )


async def ask_repair(tx: Transaction, rota_id: UUID, asked: RepairAsked) -> Job:
    """The published rota with the fewest changes to what has not begun, where somebody is away on these days.

    It is judged by what is known today: by leave that was agreed since, and by whoever has joined. Raises `NotFound`,
    `RotaClosed`, `NothingPublished`, `DayOutsideRota`, `DutyHasBegun`, `NotInTheTeam`, `UnknownDuty` or
    `AmbiguousClock`.
    """
    rota = await tx.get(Rota, rota_id)
    rota.require_open()
    published = await rota_versions.in_state(tx, rota.id, VersionState.PUBLISHED)
    if not published:
        raise NothingPublished
    problem = await problem_of(tx, rota, published[0])
    roster = roster_of(problem, by_cell(await rota_versions.duties_of(tx, published[0].id)))
    first, last = max(asked.from_on, rota.from_on, tx.today), min(asked.to_on, rota.to_on)
    if last < first:
        raise DayOutsideRota("/body/from_on")
    who, since = _member(problem, asked.employee_id), max(0, (tx.today - rota.from_on).days)
    days = range(rota.day(first), rota.day(last) + 1)
    away = [who, [day for day in days if not has_begun(problem, roster, who, day, tx.now)]]
    if not away[1]:
        raise DutyHasBegun("/body/from_on")
    question = _question(rota, held(problem, roster, since, tx.now)) | {"near_version_id": str(published[0].id)}
    question |= {"roster": roster, "from_day": since, "away": away}
    return await jobs.ask(
        tx, team_id=rota.team_id, kind=JobKind.REPAIR, question=question, seconds=asked.seconds, seed=asked.seed
    )


async def ask_why(tx: Transaction, version_id: UUID, asked: WhyAsked) -> Job:
    """What it would cost if somebody had a duty that they do not have, or had not the one that they have.

    Raises `NotFound`, `DayOutsideRota`, `NotInTheTeam`, `UnknownDuty` or `AlreadySo`.
    """
    found = await laid_out(tx, version_id)
    version, problem, roster = found.rota_version, found.problem, found.roster
    rota = await tx.get(Rota, version.rota_id)
    who, day = _member(problem, asked.employee_id), rota.day(asked.day_on, "/body/day_on")
    if asked.code is not None and asked.code not in {duty.code for duty in problem.duties}:
        raise UnknownDuty("/body/code")
    if roster[who][day] == asked.code:
        raise AlreadySo
    question = _question(rota, problem) | {"roster": roster, "cell": [who, day, asked.code]}
    question["rota_version_id"] = str(version.id)
    return await jobs.ask(
        tx, team_id=rota.team_id, kind=JobKind.WHY, question=question, seconds=asked.seconds, seed=asked.seed
    )


def _question(rota: Rota, problem: Problem) -> dict[str, Any]:
    """Raises `UnknownDuty` or `AmbiguousClock` here and now, and not where nobody hears it."""
    require_timed(problem, "/path")
    return {"rota_id": str(rota.id), "problem": in_json(problem)}


def _member(problem: Problem, employee_id: UUID) -> int:
    """Raises `NotInTheTeam`."""
    for number, member in enumerate(problem.members):
        if member.employee_id == employee_id:
            return number
    raise NotInTheTeam
