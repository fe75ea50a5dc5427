"""A rota that is proposed, mended and explained: the solver prepares, and people change and agree."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from services.roster.domain.job import Job, JobKind, Told
from services.roster.usecases.jobs import Tell
from services.roster.usecases.proposing.answering import PROPOSE
from tests.roster.agreeing.conftest import Team
from tests.roster.agreeing.made import WEEK, Planning, cells, day, on_duty
from tests.roster.facts import RUTH, SANDRA, TOM, code
from tests.roster.jobs.asked import over, working
from tests.roster.proposing.asked import answered, ask_proposals, ask_repair, ask_why
from tests.running import STRANGER, Running


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody, some = await roster.client("roster", None), uuid7()
    for path in (f"rotas/{some}/proposals", f"rotas/{some}/repairs", f"rota-versions/{some}/why"):
        assert (await nobody.post(f"/v1/{path}", json={})).status_code == 401
    assert (await nobody.get(f"/v1/rota-versions/{some}/explanation")).status_code == 401


async def read(planning: Planning, version_id: str, part: str = "") -> Any:
    answer = await planning.nurse.get(f"/v1/rota-versions/{version_id}{part}")
    assert answer.status_code == 200, answer.text
    return answer


async def test_proposals_become_drafts_that_say_why(roster: Running, planning: Planning) -> None:
    result = await answered(roster, await ask_proposals(planning, seed=3))
    assert result["proposals"]
    assert len({proposal["label"] for proposal in result["proposals"]}) == len(result["proposals"])
    for proposal in result["proposals"]:
        assert "duties" not in proposal
        version = (await read(planning, proposal["rota_version_id"])).json()
        about = version["rota_version"]
        assert (about["origin"], about["state"], about["seed"]) == ("solver", "draft", 3)
        why = (await read(planning, proposal["rota_version_id"], "/explanation")).json()
        assert why["points"] == proposal["points"] == sum(rule["points"] for rule in why["rules"])
        assert why["proposed"]["words"] == proposal["words"]
        assert {breach["law"] for breach in why["breaches"]} <= {"supervision"}
        assert why["people"] == result["people"]
    best = result["proposals"][0]
    assert best["bound"] is None or best["bound"] <= best["points"]


async def test_a_proposal_that_nobody_could_finish_becomes_the_draft_that_was_best(
    roster: Running, planning: Planning
) -> None:
    """The worker dies each time it has told of a roster; the third death ends the job with it."""

    async def dying(job: Job, tell: Tell, stop: asyncio.Event) -> dict[str, Any]:
        def hear(told: Told) -> None:
            tell(told)
            if told.found is not None:
                stop.set()

        await PROPOSE.run(job, hear, stop)
        raise RuntimeError

    asked = await ask_proposals(planning)
    async with working(roster, {JobKind.ROTA: replace(PROPOSE, run=dying)}):
        job = await over(roster, UUID(asked.json()["id"]), 60)
    assert (job.state, job.attempts, (job.result or {})["unfinished"]) == ("done", 4, "solver_died")
    (proposal,) = (job.result or {})["proposals"]
    version = (await read(planning, proposal["rota_version_id"])).json()
    assert version["rota_version"]["state"] == "draft"
    assert version["duties"]
    why = (await read(planning, proposal["rota_version_id"], "/explanation")).json()
    assert why["points"] == proposal["points"]


async def test_what_a_team_has_pinned_stays_in_the_next_proposal(roster: Running, planning: Planning) -> None:
    pinned = [{**cells((SANDRA, 1, "L"))[0], "pinned": True}]
    mine = await planning.drafted(*WEEK)
    at = f"/v1/rota-versions/{mine.json()['rota_version']['id']}/duties"
    edited = await planning.nurse.put(at, json={"duties": pinned}, headers={"If-Match": mine.headers["ETag"]})
    assert edited.status_code == 200, edited.text
    near = mine.json()["rota_version"]["id"]
    result = await answered(roster, await ask_proposals(planning, near_version_id=near))
    for proposal in result["proposals"]:
        made = await read(planning, proposal["rota_version_id"])
        assert (str(SANDRA), day(1), "L") in on_duty(made)
        assert made.json()["rota_version"]["parent_id"] == near


async def test_sickness_changes_as_little_as_can_be(roster: Running, planning: Planning) -> None:
    # Nobody lacks hours, which a repair would see to as well.
    contract = f"update contract set minutes_per_week = 900 where employee_id = '{SANDRA}'"
    await roster.alter("roster", contract)
    version = await planning.proposed(*WEEK, *((who, number + 7, what) for who, number, what in WEEK))
    published = await planning.done(version, "publish", {"urgency": "The week begins before we meet"})
    result = await answered(roster, await ask_repair(planning))
    (proposal,) = result["proposals"]
    mended = await read(planning, proposal["rota_version_id"])
    before, after = on_duty(published), on_duty(mended)
    lost = {(str(RUTH), day(2), "E"), (str(RUTH), day(3), "E")}
    assert lost <= before - after
    assert proposal["points"] == proposal["bound"]
    assert len(before ^ after) <= len(lost) + 8
    assert not [one for one in after if one[0] == str(RUTH) and one[1] in (day(2), day(3))]
    assert mended.json()["rota_version"]["state"] == "draft", "a person proposes it or puts it in place"


async def test_why_not_me_is_answered_in_rules_and_numbers(roster: Running, planning: Planning) -> None:
    version = await planning.drafted(*WEEK)
    why = await answered(roster, await ask_why(planning, version, TOM, 0, "E"))
    assert why["is_possible"]
    assert why["points"] == sum(rule["points"] for rule in why["rules"])
    moved = {(move["employee_id"], move["day_on"]): move["becomes"] for move in why["moves"]}
    assert moved[str(TOM), day(0)] == "E"
    assert all(reason["words"] and reason["points"] for reason in why["reasons"])
    assert "points" in why["words"] or "nothing" in why["words"]


async def test_why_me_is_answered_too(roster: Running, planning: Planning) -> None:
    version = await planning.drafted(*WEEK)
    why = await answered(roster, await ask_why(planning, version, RUTH, 0, None))
    moved = {(move["employee_id"], move["day_on"]): move["becomes"] for move in why["moves"]}
    assert moved[str(RUTH), day(0)] != "E"


async def test_what_the_law_forbids_is_said_in_words(roster: Running, planning: Planning) -> None:
    """Tom works until half past nine at night; to be there at half past seven he would rest ten hours."""
    pinned = [{**cells((TOM, 0, "L"))[0], "pinned": True}]
    version = await planning.drafted((TOM, 0, "L"), (RUTH, 1, "E"))
    at = f"/v1/rota-versions/{version.json()['rota_version']['id']}/duties"
    held = await planning.nurse.put(at, json={"duties": pinned}, headers={"If-Match": version.headers["ETag"]})
    assert held.status_code == 200
    asked = await ask_proposals(planning, near_version_id=version.json()["rota_version"]["id"])
    result = await answered(roster, asked)
    for proposal in result["proposals"]:
        assert (str(TOM), day(1), "E") not in on_duty(await read(planning, proposal["rota_version_id"]))


@pytest.mark.parametrize(
    ("who", "number", "asked", "status", "refusal", "field"),
    [
        (RUTH, 0, "E", 409, "already_so", "/body/code"),
        (RUTH, 6, None, 409, "already_so", "/body/code"),
        (RUTH, 0, "Z", 422, "unknown_duty", "/body/code"),
        (RUTH, 20, "E", 422, "day_outside_rota", "/body/day_on"),
        (STRANGER, 0, "E", 409, "not_in_the_team", "/body/employee_id"),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_at_once(
    planning: Planning, who: Any, number: int, asked: Any, status: int, refusal: str, field: str
) -> None:
    answer = await ask_why(planning, await planning.drafted(*WEEK), who, number, asked)
    assert (answer.status_code, code(answer)) == (status, refusal)
    assert answer.json()["errors"][0]["pointer"] == field


async def test_a_version_is_drawn_and_whoever_looks_finds_their_own_row(planning: Planning, team: Team) -> None:
    version = await planning.drafted(*WEEK)
    at = f"/v1/pictures/rota/{version.json()['rota_version']['id']}"
    drawn = await team.tom.get(at, headers={"Accept": "image/svg+xml"})
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/svg+xml")
    assert drawn.text.count("(you)") == 1
    assert str(TOM) not in drawn.text
    assert (await team.tom.get(at, headers={"Accept": "image/png"})).content.startswith(b"\x89PNG")
    stranger = await planning.nurse.get(f"/v1/pictures/rota/{uuid7()}")
    assert stranger.status_code == 404


async def test_only_what_is_published_is_mended(planning: Planning) -> None:
    answer = await ask_repair(planning)
    assert (answer.status_code, code(answer)) == (409, "nothing_published")
    amended = await planning.amended(await planning.drafted(*WEEK), (RUTH, 0, None))
    assert amended.json()["errors"] == answer.json()["errors"], "one code is one refusal, with one way out"


async def test_a_repair_lies_within_the_rota(planning: Planning) -> None:
    version = await planning.proposed(*WEEK)
    await planning.done(version, "publish", {"urgency": "The week begins before we meet"})
    answer = await ask_repair(planning, first=30, last=31)
    assert (answer.status_code, code(answer), answer.json()["errors"][0]["pointer"]) == (
        422,
        "day_outside_rota",
        "/body/from_on",
    )
    backwards = await ask_repair(planning, first=3, last=2)
    assert backwards.status_code == 422


@pytest.mark.parametrize(
    "changes", [{"seconds": 0}, {"seconds": 1000}, {"seed": -1}, {"near_version_id": str(uuid7())}]
)
async def test_what_cannot_be_asked_is_refused(planning: Planning, changes: dict[str, Any]) -> None:
    answer = await ask_proposals(planning, **changes)
    assert answer.status_code in (409, 422)
    assert code(answer) in ("validation_failed", "version_of_another_rota")


async def test_a_question_that_no_solver_can_read_is_refused_at_once(roster: Running, planning: Planning) -> None:
    """A duty type that ends leaves the needs of a rota behind."""
    await roster.alter("roster", "update duty_type set until_on = '2026-01-01' where code = 'L'")
    answer = await ask_proposals(planning)
    assert (answer.status_code, code(answer), answer.json()["errors"][0]["pointer"]) == (422, "unknown_duty", "/path")


async def test_another_team_asks_nothing_of_this_rota(roster: Running, planning: Planning, team: Team) -> None:
    stranger = await roster.client("roster", STRANGER)
    version = await planning.drafted(*WEEK)
    other = Planning(stranger, planning.rota)
    for answer in (
        await ask_proposals(other),
        await ask_repair(other),
        await ask_why(other, version, RUTH, 0, None),
    ):
        assert answer.status_code == 404
    explained = await stranger.get(f"/v1/rota-versions/{version.json()['rota_version']['id']}/explanation")
    assert explained.status_code == 404
