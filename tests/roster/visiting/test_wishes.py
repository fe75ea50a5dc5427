"""A client asks by a link to be visited at another time, and a nurse accepts in one call (row 3.05)."""

import asyncio
from typing import Any

import pytest
from uuid6 import uuid7

from tests.roster.facts import EDITH, RUTH, TOM, WALTER, a_plan, a_shift, code
from tests.roster.visiting.told import at, on_shift_now, planned, step
from tests.running import STRANGER, Running

pytestmark = pytest.mark.usefixtures("competent")

LATER = {"wish": "later"}


@pytest.fixture
async def ruth(roster: Running) -> Any:
    ruth = await roster.nurse("roster")
    await on_shift_now(ruth)
    return ruth


@pytest.fixture
async def client(roster: Running) -> Any:
    """Whoever holds a link, signed in nowhere."""
    return await roster.client("roster", None)


async def sent(nurse: Any, **changes: Any) -> tuple[str, str]:
    """A visit that is to come, and its link."""
    visit = await planned(nurse, **{"starts_at": at(60), "ends_at": at(90)} | changes)
    answer = await step(nurse, visit, "send-link")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return visit, str(answer.json()["link"])


async def asked(client: Any, link: str, body: Any = None) -> Any:
    return await client.post(f"/open/visits/{link}/ask-to-move", json=body or LATER)


async def look(client: Any, link: str) -> Any:
    return await client.post(f"/open/visits/{link}/look")


async def wish_of(nurse: Any) -> Any:
    (wish,) = (await nurse.get("/v1/move-wishes", params={"open": "true"})).json()["items"]
    return wish


async def answered(nurse: Any, wish: Any, how: str, body: Any = None) -> Any:
    tag = {"If-Match": f'"{wish["version"]}"'}
    return await nurse.post(f"/v1/move-wishes/{wish['id']}/{how}", json=body, headers=tag)


async def test_anonymous_is_refused(client: Any) -> None:
    assert (await client.post(f"/v1/visits/{uuid7()}/send-link")).status_code == 401
    assert (await client.get("/v1/move-wishes")).status_code == 401
    for how in ("accept", "decline"):
        assert (await client.post(f"/v1/move-wishes/{uuid7()}/{how}", json={})).status_code == 401


async def test_a_link_shows_the_time_and_names_nobody(ruth: Any, client: Any) -> None:
    visit, link = await sent(ruth)
    seen = await look(client, link)
    assert seen.status_code == 200, seen.text
    assert (seen.json()["starts_at"], seen.json()["wish"]) == (at(60), None)
    assert not any(secret in seen.text for secret in (visit, str(EDITH), str(RUTH), "Compression"))


async def test_a_nurse_accepts_in_one_call_and_the_visit_moves(ruth: Any, client: Any) -> None:
    visit, link = await sent(ruth)
    wished = await asked(client, link)
    assert (wished.status_code, wished.json()) == (201, {"wish": "later", "state": "asked"})
    wish = await wish_of(ruth)
    assert (wish["visit_id"], wish["client_id"], wish["state"]) == (visit, str(EDITH), "asked")
    taken = await answered(ruth, wish, "accept", {"starts_at": at(120)})
    assert taken.status_code == 200, taken.text
    assert (taken.json()["state"], taken.json()["answered_by"]) == ("accepted", str(RUTH))
    assert (await ruth.get(f"/v1/visits/{visit}")).json()["starts_at"] == at(120)
    seen = (await look(client, link)).json()
    assert (seen["starts_at"], seen["wish_state"]) == (at(120), "accepted")


async def test_a_wish_that_names_no_time_is_not_guessed_at(ruth: Any, client: Any) -> None:
    _, link = await sent(ruth)
    await asked(client, link)
    unsaid = await answered(ruth, await wish_of(ruth), "accept", {})
    assert (unsaid.status_code, code(unsaid)) == (422, "no_time_named")
    assert (await wish_of(ruth))["state"] == "asked"


async def test_every_rule_of_a_move_holds_for_a_wish(ruth: Any, client: Any) -> None:
    visit, link = await sent(ruth)
    await planned(ruth, client_id=WALTER, starts_at=at(120), ends_at=at(150))
    await asked(client, link)
    clash = await answered(ruth, await wish_of(ruth), "accept", {"starts_at": at(120)})
    assert (clash.status_code, code(clash)) == (409, "nurse_already_booked")
    by_tom = {"starts_at": at(120), "employee_id": str(TOM)}
    assert (await answered(ruth, await wish_of(ruth), "accept", by_tom)).status_code == 200
    assert (await ruth.get(f"/v1/visits/{visit}")).json()["employee_id"] == str(TOM)


async def test_what_was_said_for_a_visit_holds_where_the_client_moves_it(ruth: Any, client: Any) -> None:
    plan = a_plan(minutes=30, days=[], skills=["insulin"], from_on=at()[:10])
    assert (await ruth.post("/v1/visit-plans", json=plan)).status_code == 201
    visit, link = await sent(ruth, visit_plan_id=plan["id"], override_words="Nobody else can come")
    await asked(client, link)
    by_tom = await answered(ruth, await wish_of(ruth), "accept", {"starts_at": at(120), "employee_id": str(TOM)})
    assert (by_tom.status_code, code(by_tom)) == (409, "without_the_skill")
    meeting = a_shift(kind="meeting", starts_at=at(150), ends_at=at(240))
    assert (await ruth.post("/v1/shifts", json=meeting)).status_code == 201
    kept = await answered(ruth, await wish_of(ruth), "accept", {"starts_at": at(180)})
    assert (kept.status_code, code(kept)) == (409, "time_is_protected"), "of a meeting nobody said a word"
    taken = await answered(ruth, await wish_of(ruth), "accept", {"starts_at": at(120)})
    assert taken.status_code == 200, taken.text
    found = (await ruth.get(f"/v1/visits/{visit}")).json()
    assert (found["starts_at"], found["overrode"], found["override_words"]) == (
        at(120),
        ["skill"],
        "Nobody else can come",
    )


async def test_whoever_does_not_want_the_visit_is_not_visited(ruth: Any, client: Any) -> None:
    visit, link = await sent(ruth)
    await asked(client, link, {"wish": "not_at_all"})
    assert (await answered(ruth, await wish_of(ruth), "accept", {})).status_code == 200
    assert (await ruth.get(f"/v1/visits/{visit}")).json()["status"] == "cancelled"
    assert (await look(client, link)).status_code == 410


async def test_a_nurse_declines_and_the_client_may_ask_again(ruth: Any, client: Any) -> None:
    _, link = await sent(ruth)
    await asked(client, link)
    wish = await wish_of(ruth)
    assert (await answered(ruth, wish, "decline")).json()["state"] == "declined"
    again = await answered(ruth, wish | {"version": 2}, "decline")
    assert (again.status_code, code(again)) == (409, "wish_already_answered")
    assert (await look(client, link)).json()["wish_state"] == "declined"
    assert (await asked(client, link)).status_code == 201


async def test_of_many_wishes_at_once_one_waits(ruth: Any, client: Any) -> None:
    _, link = await sent(ruth)
    answers = await asyncio.gather(*(asked(client, link) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert {code(answer) for answer in answers if answer.status_code == 409} == {"already_asked"}


async def test_a_link_that_is_guessed_revoked_or_over_opens_nothing(ruth: Any, client: Any) -> None:
    visit, first = await sent(ruth)
    guessed = await look(client, "x" * 43)
    assert (guessed.status_code, code(guessed)) == (404, "link_unknown")
    second = (await step(ruth, visit, "send-link")).json()["link"]
    for call in (look, asked):
        old = await call(client, first)
        assert (old.status_code, code(old)) == (410, "link_ended")
    assert (await look(client, second)).status_code == 200
    begun = await planned(ruth, client_id=WALTER)
    over = (await step(ruth, begun, "send-link")).json()["link"]
    assert (await look(client, over)).status_code == 410


async def test_another_teams_wishes_do_not_exist(roster: Running, ruth: Any, client: Any) -> None:
    visit, link = await sent(ruth)
    await asked(client, link)
    wish, stranger = await wish_of(ruth), await roster.client("roster", STRANGER)
    assert (await stranger.get("/v1/move-wishes")).json()["items"] == []
    assert (await stranger.get(f"/v1/move-wishes/{wish['id']}")).status_code == 404
    assert (await answered(stranger, wish, "accept", {"starts_at": at(120)})).status_code == 404
    assert (await step(stranger, visit, "send-link", version=1)).status_code == 404


async def test_whoever_plans_somebody_that_the_client_would_rather_not_see_is_told(ruth: Any) -> None:
    plan = a_plan(wishes={"liked": [], "not_liked": [str(RUTH)]})
    assert (await ruth.post("/v1/visit-plans", json=plan)).status_code == 201
    visit = await planned(ruth, visit_plan_id=plan["id"], starts_at=at(60), ends_at=at(90))
    moved = await step(ruth, visit, "move", {"starts_at": at(65)})
    assert moved.json()["warnings"] == ["not_liked"]
