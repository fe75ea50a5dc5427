"""The best roster so far stays with its job, whoever takes the job up."""

from typing import Any
from uuid import UUID

from services.roster.domain.job import Job, JobKind, JobState
from services.roster.domain.rota.problem import Need, Roster
from services.roster.domain.rota.score import score
from services.roster.usecases.proposing.answering import SoFar
from tests.roster.rota.made import member, problem
from tests.running import TEAM

NEEDED = problem(member(1), days=7, needs=(Need(0, "E", 1, ()), Need(1, "E", 1, ())))
ONE: Roster = (("E", None, None, None, None, None, None),)
BOTH: Roster = (("E", "E", None, None, None, None, None),)


def a_job(result: dict[str, Any] | None = None) -> Job:
    about = {"id": UUID(int=1), "team_id": TEAM, "kind": JobKind.ROTA, "state": JobState.RUNNING}
    return Job(**about, seed=1, asked_seconds=5, input={}, input_hash="", progress=[], result=result)


def test_a_better_roster_takes_the_place_of_one_that_is_worse() -> None:
    assert score(NEEDED, BOTH).points < score(NEEDED, ONE).points
    so_far = SoFar(NEEDED, a_job())
    so_far.show(BOTH)
    found = so_far.found()
    assert found is not None
    assert [one["points"] for one in found["proposals"]] == [score(NEEDED, BOTH).points]
    assert so_far.found() is None, "nothing is new"


def test_what_a_worker_found_that_died_is_not_lost_to_a_worse_beginning() -> None:
    before = SoFar(NEEDED, a_job())
    before.show(BOTH)
    again = SoFar(NEEDED, a_job(before.found()))
    again.show(ONE)
    assert again.found() is None
    behind = SoFar(NEEDED, a_job({"proposals": [{"points": score(NEEDED, ONE).points}]}))
    behind.show(BOTH)
    assert behind.found() is not None
