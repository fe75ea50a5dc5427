"""A visit goes from planned to done by way of its client and its door; every step keeps its rule (rows 1.02, 3.30)."""

import asyncio
from typing import Any

import pytest
from uuid6 import uuid7

from services.roster.events import VisitDone, VisitMissed, VisitNoReply, VisitPlanned, VisitStarted
from tests.roster.facts import EDITH, RUTH, TOM, WALTER, code, contact, hear, pointer
from tests.roster.visiting.told import at, on_shift_now, planned, step
from tests.running import STRANGER, Running

BY_PHONE, KNOCKED = {"told_how": "phone"}, {"reason": "Knocked, rang, asked next door"}


@pytest.fixture
async def ruth(roster: Running) -> Any:
    """Ruth, on call from some hours ago until some hours from now, as Tom is."""
    ruth = await roster.nurse("roster")
    await on_shift_now(ruth)
    return ruth


@pytest.mark.parametrize("name", ["confirm", "start", "no-reply", "missed"])
async def test_anonymous_is_refused(roster: Running, name: str) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.post(f"/v1/visits/{uuid7()}/{name}", json=KNOCKED)).status_code == 401


async def test_a_confirmed_visit_says_how_the_client_was_told_and_stays_planned_for_the_others(
    roster: Running, ruth: Any
) -> None:
    visit = await planned(ruth, starts_at=at(30), ends_at=at(60))
    confirmed = await step(ruth, visit, "confirm", BY_PHONE)
    assert confirmed.status_code == 200, confirmed.text
    assert (confirmed.json()["status"], confirmed.json()["told_how"]) == ("confirmed", "phone")
    told = (await roster.published("roster", VisitPlanned))[-1].data
    assert (told["status"], told["confirmed_at"]) == ("planned", confirmed.json()["confirmed_at"])


async def test_a_visit_that_is_moved_has_to_be_confirmed_again(ruth: Any) -> None:
    visit = await planned(ruth, starts_at=at(30), ends_at=at(60))
    await step(ruth, visit, "confirm", BY_PHONE)
    moved = (await step(ruth, visit, "move", {"starts_at": at(90)})).json()
    assert (moved["status"], moved["confirmed_at"], moved["told_how"]) == ("planned", None, None)
    assert (await step(ruth, visit, "confirm", {"told_how": "letter"})).json()["status"] == "confirmed"


async def test_whoever_visits_says_that_it_begins_and_the_others_hear_of_it(roster: Running, ruth: Any) -> None:
    visit = await planned(ruth)
    begun = (await step(ruth, visit, "start")).json()
    assert begun["status"] == "in_progress"
    (told,) = await roster.published("roster", VisitStarted)
    assert (told.data["started_at"], told.data["employee_id"]) == (begun["started_at"], str(RUTH))


async def test_nobody_begins_a_visit_for_somebody_else(ruth: Any) -> None:
    visit = await planned(ruth, employee_id=TOM)
    for name, body in (("start", None), ("no-reply", KNOCKED)):
        refused = await step(ruth, visit, name, body)
        assert (refused.status_code, code(refused), pointer(refused)) == (403, "not_your_visit", "/path/visit_id")


async def test_whoever_comes_along_may_say_that_it_begins(ruth: Any) -> None:
    visit = await planned(ruth, employee_id=TOM, accompanied_by=RUTH)
    assert (await step(ruth, visit, "start")).status_code == 200


async def test_of_many_starts_at_once_one_succeeds(ruth: Any) -> None:
    visit = await planned(ruth)
    answers = await asyncio.gather(*(step(ruth, visit, "start", version=1) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9


async def test_a_visit_that_has_begun_still_holds_its_time_and_a_contact_makes_it_done(
    roster: Running, ruth: Any
) -> None:
    visit = await planned(ruth)
    await step(ruth, visit, "start")
    for changes, refusal in (
        ({"client_id": WALTER}, "nurse_already_booked"),
        ({"employee_id": TOM}, "client_already_visited"),
    ):
        clash = {"starts_at": at(0), "ends_at": at(20)} | changes
        with pytest.raises(AssertionError, match=refusal):
            await planned(ruth, **clash)
    await hear(roster, contact(EDITH, RUTH, {"nursing": 30}, visit_id=visit))
    assert (await ruth.get(f"/v1/visits/{visit}")).json()["status"] == "done"


@pytest.mark.parametrize("first", [None, "confirm", "start"])
async def test_nobody_answered_and_what_was_tried_is_told_without_the_words(
    roster: Running, ruth: Any, first: str | None
) -> None:
    visit = await planned(ruth)
    if first:
        await step(ruth, visit, first, BY_PHONE if first == "confirm" else None)
    ended = (await step(ruth, visit, "no-reply", KNOCKED)).json()
    assert (ended["status"], ended["not_done_reason"]) == ("no_reply", KNOCKED["reason"])
    (told,) = await roster.published("roster", VisitNoReply)
    assert told.data["status"] == "no_reply"
    assert "Knocked" not in str(told.data)
    await planned(ruth)


async def test_a_visit_is_missed_once_its_time_has_come(roster: Running, ruth: Any) -> None:
    later = await planned(ruth, starts_at=at(60), ends_at=at(90))
    early = await step(ruth, later, "missed", {"reason": "Snow"})
    assert (early.status_code, code(early)) == (409, "not_yet_missed")
    visit = await planned(ruth, client_id=WALTER)
    missed = (await step(ruth, visit, "missed", {"reason": "Snow"})).json()
    assert (missed["status"], missed["not_done_reason"]) == ("missed", "Snow")
    (told,) = await roster.published("roster", VisitMissed)
    assert told.data["status"] == "missed"


@pytest.mark.parametrize(
    ("ending", "body"), [("cancel", {"reason": "Away"}), ("no-reply", KNOCKED), ("missed", KNOCKED)]
)
async def test_what_has_ended_takes_no_step_any_more(ruth: Any, ending: str, body: dict[str, str]) -> None:
    visit = await planned(ruth)
    assert (await step(ruth, visit, ending, body)).status_code == 200
    steps = [("confirm", BY_PHONE), ("start", None), ("missed", KNOCKED), ("move", {"starts_at": at(60)})]
    for name, said in steps:
        refused = await step(ruth, visit, name, said)
        assert (refused.status_code, code(refused)) == (409, "visit_no_longer_planned"), name
    again = await step(ruth, visit, "no-reply", KNOCKED)
    assert (again.status_code, code(again)) == (409, "visit_no_longer_open")


async def test_a_contact_does_not_undo_what_was_said_at_the_door(roster: Running, ruth: Any) -> None:
    visit = await planned(ruth)
    await step(ruth, visit, "no-reply", KNOCKED)
    await hear(roster, contact(EDITH, RUTH, {"nursing": 30}, visit_id=visit))
    assert (await ruth.get(f"/v1/visits/{visit}")).json()["status"] == "no_reply"


@pytest.mark.parametrize(("name", "body"), [("start", None), ("no-reply", KNOCKED)])
async def test_nobody_is_at_the_door_long_before_the_time(ruth: Any, name: str, body: Any) -> None:
    later = await planned(ruth, starts_at=at(70), ends_at=at(90))
    refused = await step(ruth, later, name, body)
    assert (refused.status_code, code(refused), pointer(refused)) == (409, "visit_not_yet_due", "/path/visit_id")
    sooner = await planned(ruth, client_id=WALTER, starts_at=at(50), ends_at=at(65))
    assert (await step(ruth, sooner, name, body)).status_code == 200


async def test_a_visitors_word_that_comes_late_undoes_that_nobody_came(roster: Running, ruth: Any) -> None:
    visit = await planned(ruth, employee_id=TOM)
    await step(ruth, visit, "missed", {"reason": "No word of Tom"})
    await hear(roster, contact(EDITH, TOM, {"nursing": 30}, visit_id=visit))
    done = (await ruth.get(f"/v1/visits/{visit}")).json()
    assert (done["status"], done["not_done_reason"]) == ("done", None)
    (told,) = await roster.published("roster", VisitDone)
    assert told.data["visit_id"] == visit


@pytest.mark.parametrize("taken", [{"client_id": EDITH, "employee_id": RUTH}, {"client_id": WALTER}])
async def test_what_was_missed_stays_so_where_its_time_was_taken(roster: Running, ruth: Any, taken: Any) -> None:
    visit = await planned(ruth, employee_id=TOM)
    await step(ruth, visit, "missed", {"reason": "No word of Tom"})
    await planned(ruth, **{"employee_id": TOM} | taken)
    await hear(roster, contact(EDITH, TOM, {"nursing": 30}, visit_id=visit))
    assert (await ruth.get(f"/v1/visits/{visit}")).json()["status"] == "missed"
    assert await roster.published("roster", VisitDone) == []


async def test_what_has_begun_is_neither_moved_nor_cancelled_nor_begun_again(ruth: Any) -> None:
    visit = await planned(ruth)
    await step(ruth, visit, "start")
    for name, body in (("start", None), ("cancel", {"reason": "Away"}), ("move", {"starts_at": at(60)})):
        refused = await step(ruth, visit, name, body)
        assert (refused.status_code, code(refused)) == (409, "visit_no_longer_planned"), name


async def test_a_step_says_on_which_version_it_is_made(ruth: Any) -> None:
    visit = await planned(ruth)
    key = {"Idempotency-Key": "k-1"}
    without = await ruth.post(f"/v1/visits/{visit}/confirm", json=BY_PHONE, headers=key, auth=None)
    assert (without.status_code, code(without)) == (428, "precondition_required")
    stale = await step(ruth, visit, "confirm", BY_PHONE, version=7)
    assert (stale.status_code, code(stale)) == (412, "precondition_failed")


async def test_another_teams_visit_takes_no_step_of_mine(roster: Running, ruth: Any) -> None:
    visit = await planned(ruth)
    stranger = await roster.client("roster", STRANGER)
    for name, body in (("confirm", BY_PHONE), ("start", None), ("no-reply", KNOCKED), ("missed", KNOCKED)):
        assert (await step(stranger, visit, name, body, version=1)).status_code == 404


async def test_nothing_keeps_how_long_somebody_took(ruth: Any) -> None:
    """A purpose and an expected length, and no stop-watch (row 3.30)."""
    visit = await planned(ruth)
    await step(ruth, visit, "start")
    shown = (await ruth.get(f"/v1/visits/{visit}")).json()
    assert {name for name in shown if "minutes" in name or "duration" in name or "score" in name} == set()
