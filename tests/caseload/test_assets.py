"""The directory of the village, and clients who are introduced to it (mission rows 3.17 and 3.18)."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.caseload.domain.introduction import FOLLOWED_UP, follow_up_cells
from services.caseload.events import IntroductionChanged
from services.common.auth import SYSTEM, Persona
from services.common.figures import hidden
from tests.caseload.around import ASSET_DETAILS, ago, an_asset, an_introduction, today
from tests.caseload.story import OnCaseload, new_id, take_on
from tests.running import NURSE, OTHER_TEAM, STRANGER, TEAM, Running


@pytest.fixture
async def maureen(caseload: Running) -> OnCaseload:
    client = await take_on(caseload)
    client.kept["asset"] = await client.post("/v1/assets", an_asset(confirmed_on=ago(10)))
    return client


async def introduced(client: OnCaseload, days_ago: int = 60) -> dict[str, Any]:
    body = an_introduction(client.client_id, client.kept["asset"]["id"], offered_on=ago(days_ago))
    made: dict[str, Any] = await client.post("/v1/introductions", body)
    return made


async def step(client: OnCaseload, made: dict[str, Any], name: str, **body: Any) -> Any:
    return await client.nurse.post(f"/v1/introductions/{made['id']}/{name}", json=body)


async def names(client: OnCaseload, path: str, **asked: Any) -> list[str]:
    return [one["id"] for one in (await client.nurse.get(f"/v1/{path}", params=asked)).json()["items"]]


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    for path in ("assets", f"assets/{new_id()}", "introductions", f"introductions/{new_id()}"):
        assert (await nobody.get(f"/v1/{path}")).status_code == 401


async def test_an_asset_that_nobody_confirmed_for_half_a_year_is_due(maureen: OnCaseload) -> None:
    fresh, stale = maureen.kept["asset"], await maureen.post("/v1/assets", an_asset(confirmed_on=ago(184)))
    assert stale["due_on"] == ago(1)
    assert await names(maureen, "assets") == [fresh["id"], stale["id"]]
    assert await names(maureen, "assets", due="overdue") == [stale["id"]]
    confirmed = await maureen.post(f"/v1/assets/{stale['id']}/confirm", {"confirmed_on": ago(0)})
    assert (confirmed["confirmed_on"], confirmed["due_on"]) == (ago(0), str(today() + timedelta(days=183)))
    assert await names(maureen, "assets", due="due") == []
    back = await maureen.nurse.post(f"/v1/assets/{stale['id']}/confirm", json={"confirmed_on": ago(5)})
    assert (back.status_code, back.json()["code"]) == (422, "step_before_the_last")


async def test_the_team_keeps_its_directory_itself(caseload: Running, maureen: OnCaseload) -> None:
    asset = maureen.kept["asset"]
    changed = await maureen.nurse.put(f"/v1/assets/{asset['id']}", json=ASSET_DETAILS | {"place": "The Weeping Willow"})
    assert (changed.json()["place"], changed.json()["version"]) == ("The Weeping Willow", 2)
    assert await names(maureen, "assets", kind="befriending") == [asset["id"]]
    assert await names(maureen, "assets", kind="food", team_id=str(TEAM)) == []
    stranger = await caseload.client("caseload", STRANGER)
    assert (await stranger.get("/v1/assets")).json()["items"] == []
    theirs = await stranger.post("/v1/assets", json=an_asset(team_id=str(OTHER_TEAM)))
    assert theirs.status_code == 201
    body = an_introduction(maureen.client_id, theirs.json()["id"])
    assert (await maureen.nurse.post("/v1/introductions", json=body)).status_code == 404


async def test_nobody_is_introduced_to_what_has_closed(maureen: OnCaseload) -> None:
    asset = maureen.kept["asset"]
    closed = await maureen.post(f"/v1/assets/{asset['id']}/close", {"closed_on": ago(0)})
    assert (closed["closed_on"], closed["due_on"]) == (ago(0), None)
    refused = await maureen.nurse.post("/v1/introductions", json=an_introduction(maureen.client_id, asset["id"]))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (409, "/body/asset_id")
    for path, body in (("confirm", {"confirmed_on": ago(0)}), ("close", {"closed_on": ago(0)})):
        again = await maureen.nurse.post(f"/v1/assets/{asset['id']}/{path}", json=body)
        assert (again.status_code, again.json()["code"]) == (409, "asset_already_closed")


async def test_an_introduction_is_followed_up_six_weeks_after_the_first_time(maureen: OnCaseload) -> None:
    made = await introduced(maureen)
    assert made["due_on"] == ago(18)
    assert (await step(maureen, made, "accept", accepted_on=ago(58))).json()["status"] == "accepted"
    started = (await step(maureen, made, "start", started_on=ago(43))).json()
    assert (started["status"], started["due_on"]) == ("started", ago(1))
    assert await names(maureen, "introductions", due="overdue") == [made["id"]]
    early = await step(maureen, made, "follow-up", followed_up_on=ago(2), still_going=True)
    assert (early.status_code, early.json()["code"]) == (409, "too_soon_to_say")
    going = (await step(maureen, made, "follow-up", followed_up_on=ago(0), still_going=True)).json()
    assert (going["status"], going["due_on"]) == ("still_going", None)
    again = await step(maureen, made, "follow-up", followed_up_on=ago(0), still_going=True)
    assert (again.status_code, again.json()["code"]) == (409, "introduction_out_of_step")


async def test_interop_is_told_of_what_the_client_wanted_and_of_nothing_else(
    caseload: Running, maureen: OnCaseload
) -> None:
    wanted, unwanted = await introduced(maureen), await introduced(maureen)
    await step(maureen, unwanted, "follow-up", followed_up_on=ago(0), still_going=False, why_not="not_wanted")
    await step(maureen, wanted, "accept", accepted_on=ago(58))
    await step(maureen, wanted, "start", started_on=ago(50))
    first, second = await caseload.published("caseload", IntroductionChanged)
    about = {"introduction_id": wanted["id"], "client_id": maureen.client_id, "team_id": str(TEAM)}
    accepted = {"status": "accepted", "accepted_on": ago(58), "introduced_by": str(NURSE)}
    assert first.data == about | accepted
    assert second.data == first.data | {"status": "started"}
    assert (first.aggregateversion, second.aggregateversion) == (2, 3)


async def test_why_not_is_told_of_who_stopped_and_of_who_never_started(maureen: OnCaseload) -> None:
    made = await introduced(maureen)
    silent = await step(maureen, made, "follow-up", followed_up_on=ago(0), still_going=False)
    assert silent.status_code == 422
    never = await step(maureen, made, "follow-up", followed_up_on=ago(0), still_going=True)
    assert never.json()["code"] == "not_started_yet"
    too_early = await step(maureen, made, "start", started_on=ago(0))
    assert too_early.json()["code"] == "introduction_out_of_step"
    stopped = await step(maureen, made, "follow-up", followed_up_on=ago(0), still_going=False, why_not="transport")
    assert (stopped.json()["status"], stopped.json()["why_not"]) == ("stopped", "transport")


async def followed_up(client: OnCaseload, day: date, going: int, stopped: int) -> None:
    """Introductions as they stand after their weeks."""
    async with client.kept["database"].transaction(SYSTEM) as tx:
        table = tx.metadata.tables["introduction"]
        made = [(await introduced(client))["id"] for _ in range(going + stopped)]
        for place, one in enumerate(made):
            why_not = None if place < going else "transport"
            status = "stopped" if why_not else "still_going"
            values = {"status": status, "why_not": why_not, "followed_up_on": day, "due_on": None}
            await tx.session.execute(table.update().where(table.c.id == one).values(**values))


async def test_the_share_still_going_is_told_and_few_are_hidden_outside(caseload: Running, maureen: OnCaseload) -> None:
    maureen.kept["database"] = caseload.databases["caseload"]
    await followed_up(maureen, date(2026, 9, 15), going=3, stopped=1)
    asked = {"team_id": str(TEAM), "from_on": "2026-09-01", "to_on": "2026-09-30"}
    inside = (await maureen.nurse.get("/v1/introductions/summary", params=asked)).json()
    assert inside == {"followed_up": 4, "still_going": 3, "still_going_share": 0.75, "why_not": {"transport": 1}}
    coach = await caseload.client("caseload", new_id(), Persona.COACH)
    outside = (await coach.get("/v1/introductions/summary", params=asked)).json()
    assert outside == {
        "followed_up": None,
        "still_going": None,
        "still_going_share": None,
        "why_not": {"transport": None},
    }
    part = await coach.get("/v1/introductions/summary", params=asked | {"to_on": "2026-09-29"})
    assert (part.status_code, part.json()["code"]) == (422, "not_a_whole_month")


def test_what_many_said_is_told_outside_and_no_few_can_be_worked_out() -> None:
    def told(going: int, transport: int, health: int) -> set[str]:
        answers = [*[None] * going, *["transport"] * transport, *["health"] * health]
        cells = follow_up_cells([(uuid4(), why_not) for why_not in answers])
        return set(cells) - hidden(cells, FOLLOWED_UP, 5)

    assert told(12, 6, 5) == {"followed_up", "still_going", "why_not.transport", "why_not.health"}
    assert told(12, 6, 1) == {"followed_up", "still_going"}
    assert told(12, 3, 1) == {"followed_up"}
    assert told(3, 0, 0) == set()
