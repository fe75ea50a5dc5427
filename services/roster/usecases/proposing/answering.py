"""How each question about a rota is answered, apart from every request, and what is kept of the answer."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from services.common.db import Transaction
from services.roster.domain.job import Job, Told
from services.roster.domain.proposal import day_of, told
from services.roster.domain.rota import score
from services.roster.domain.rota.problem import Problem, Roster
from services.roster.domain.rota_version.duty import Cell
from services.roster.domain.rota_version.version import Origin
from services.roster.solver import team
from services.roster.solver.model import Progress
from services.roster.store import rota_versions
from services.roster.usecases.jobs import Handler, Tell
from services.roster.usecases.rota.load import PROBLEM
from services.roster.usecases.rota.version import drafted, write_cells

# How often the best so far is put as an answer, which takes some milliseconds.
SO_FAR_SECONDS = 2.0


async def propose(job: Job, tell: Tell, stop: asyncio.Event) -> dict[str, Any]:
    """Two or three rosters; each says which wishes cannot all hold."""
    problem = PROBLEM.validate_python(job.input["problem"])
    return _proposed(problem, await team.propose(problem, _asked(problem, job, tell, stop)))


async def repair(job: Job, tell: Tell, stop: asyncio.Event) -> dict[str, Any]:
    """The one roster with the fewest changes."""
    problem = PROBLEM.validate_python(job.input["problem"])
    who, days = job.input["away"]
    asked, roster, since = _asked(problem, job, tell, stop), _roster(job), job.input["from_day"]
    try:
        found = await team.repair(problem, roster, since, asked, sick={who: days})
    except team.NothingFits as nothing:
        return _nothing(problem, nothing)
    return _proposed(problem, [found])


async def why(job: Job, tell: Tell, stop: asyncio.Event) -> dict[str, Any]:
    """What would be otherwise, rule by rule and in words, and who else would move."""
    problem = PROBLEM.validate_python(job.input["problem"])
    who, day, code = job.input["cell"]
    answer = await team.why(problem, _roster(job), (who, day, code), _asked(problem, job, tell, stop))
    people = _people(problem)
    return {
        "rota_version_id": job.input["rota_version_id"],
        "people": people,
        "is_possible": answer.possible,
        "points": answer.delta,
        "rules": [{"code": rule.value, "points": points} for rule, points in answer.by_rule],
        "reasons": [
            {
                "code": reason.code.value,
                "points": reason.points,
                "employee_ids": [people[one] for one in reason.members],
                "words": reason.words,
            }
            for reason in answer.reasons
        ],
        "moves": [
            {"employee_id": people[mover], "day_on": str(day_of(problem, on)), "was": was, "becomes": becomes}
            for mover, on, was, becomes in answer.moves
        ],
        "clash": list(answer.clash),
        "words": _verdict(answer),
    }


def _verdict(answer: team.Why) -> str:
    if not answer.possible:
        return team.sentence(answer.clash) or "No rota was found in which it is so."
    others = "nobody else's day moves" if len(answer.moves) < 2 else f"{len(answer.moves)} days of the rota change"
    if answer.delta > 0:
        return f"It costs the team {answer.delta} points more, and {others}."
    return (
        f"It costs the team nothing, and {others}."
        if not answer.delta
        else f"It saves {-answer.delta} points, and {others}."
    )


async def keep_drafts(tx: Transaction, job: Job, answer: dict[str, Any]) -> dict[str, Any]:
    """The rosters become drafts of the rota: somebody changes them, proposes one to the team, or leaves them.

    Raises `NotFound`, `RotaClosed`, or what writing duties raises where the team has changed meanwhile.
    """
    rota = await rota_versions.rota_in_turn(tx, UUID(job.input["rota_id"]))
    rota.require_open()
    near = job.input["near_version_id"]
    for proposal in answer["proposals"]:
        cells = [Cell.model_validate(cell) for cell in proposal.pop("duties")]
        about = {"parent_id": None if near is None else UUID(near), "made_by": job.asked_by}
        version = await drafted(
            tx, rota, uuid7(), Origin.SOLVER, job_id=job.id, seed=job.seed, settings=dict(proposal), **about
        )
        await write_cells(tx, rota, version, cells)
        proposal["rota_version_id"] = str(version.id)
    return answer


class SoFar:
    """The best roster so far, put as an answer now and then: what stays if nobody can go on.

    Whoever takes up a job begins anew; what was found before stays until something is better.
    """

    def __init__(self, problem: Problem, job: Job) -> None:
        self._problem, self._seed, self._begun, self._next = problem, job.seed, time.monotonic(), 0.0
        self._roster: Roster | None = None
        self._points = min((one["points"] for one in (job.result or {}).get("proposals", [])), default=None)

    def show(self, roster: Roster) -> None:
        self._roster = roster

    def found(self) -> dict[str, Any] | None:
        """None where nothing is new, or the last is newer than two seconds: then it comes with what is told next."""
        now, roster = time.monotonic(), self._roster
        if roster is None or now < self._next:
            return None
        self._roster, self._next = None, now + SO_FAR_SECONDS
        scored, open_ = score(self._problem, roster), team.gaps(self._problem, roster)
        if self._points is not None and scored.points >= self._points:
            return None
        self._points = scored.points
        best = team.Proposal(roster, scored, None, now - self._begun, self._seed, "the best so far", open_)
        return _proposed(self._problem, [best])


def _asked(problem: Problem, job: Job, tell: Tell, stop: asyncio.Event) -> team.Asked:
    so_far = SoFar(problem, job)

    def hear(heard: Progress) -> None:
        tell(Told(heard.seconds, heard.best, heard.bound, heard.engine, so_far.found()))

    return team.Asked(seconds=job.asked_seconds, seed=job.seed, tell=hear, stop=stop, show=so_far.show)


def _roster(job: Job) -> Roster:
    return tuple(tuple(row) for row in job.input["roster"])


def _people(problem: Problem) -> list[str]:
    """Those of whom words tell as {0}, {1} and so on."""
    return [str(member.employee_id) for member in problem.members]


def _proposed(problem: Problem, found: Sequence[team.Proposal]) -> dict[str, Any]:
    proposals = [
        {
            "label": one.label,
            "points": one.score.points,
            "bound": one.bound,
            "words": one.words,
            "open": [
                {"day_on": str(day_of(problem, gap.day)), "code": gap.code, "people": gap.people} for gap in one.gaps
            ],
            "clash": list(one.clash),
            "duties": told(problem, [list(row) for row in one.roster]),
        }
        for one in found
    ]
    return {"proposals": proposals, "people": _people(problem), "clash": [], "words": found[0].words}


def _nothing(problem: Problem, nothing: team.NothingFits) -> dict[str, Any]:
    words = team.sentence(nothing.clash) or "No rota that keeps every rule was found in time."
    return {"proposals": [], "people": _people(problem), "clash": list(nothing.clash), "words": words}


PROPOSE = Handler(propose, keep_drafts)
REPAIR = Handler(repair, keep_drafts)
WHY = Handler(why)
