"""A test that is to be taken at home makes a visit need, and taking it closes it (mission row 3.12)."""

from typing import Any

import pytest
from uuid6 import uuid7

from tests.roster.facts import EDITH, RUTH, a_need, a_shift, a_visit, hear
from tests.running import STRANGER, TEAM, Running


async def needs(nurse: Any, **asked: Any) -> list[Any]:
    found = await nurse.get("/v1/visit-needs", params=asked)
    assert found.status_code == 200, found.text
    return list(found.json()["items"])


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.get("/v1/visit-needs")).status_code == 401


async def test_a_blood_test_to_be_taken_is_a_need_with_whom_to_ask(roster: Running, nurse: Any) -> None:
    fact = a_need()
    await hear(roster, fact)
    (need,) = await needs(nurse, team_id=str(TEAM), open="true")
    told = {name: need[name] for name in ("id", "client_id", "kind", "by_on", "at_visit_id", "ask_employee_id")}
    assert told == {
        "id": fact[1]["test_id"],
        "client_id": str(EDITH),
        "kind": "blood",
        "by_on": "2199-12-01",
        "at_visit_id": None,
        "ask_employee_id": str(RUTH),
    }
    assert (await nurse.get(f"/v1/visit-needs/{need['id']}")).json() == need


async def test_a_visit_that_is_planned_by_the_day_is_proposed_for_it(roster: Running, nurse: Any) -> None:
    shift = {"starts_at": "2027-11-24T09:00:00Z", "ends_at": "2027-11-24T16:30:00Z"}
    assert (await nurse.post("/v1/shifts", json=a_shift(**shift))).status_code == 201
    visit = a_visit(starts_at="2027-11-24T10:00:00Z", ends_at="2027-11-24T11:00:00Z")
    assert (await nurse.post("/v1/visits", json=visit)).status_code == 201
    await hear(roster, a_need(take_by="2027-11-24"))
    early = a_need(take_by="2027-11-23")
    await hear(roster, early)
    proposed = {one["by_on"]: (one["at_visit_id"], one["ask_employee_id"]) for one in await needs(nurse)}
    assert proposed == {"2027-11-24": (visit["id"], None), "2027-11-23": (None, str(RUTH))}


@pytest.mark.parametrize("closing", [{"taken_on": "2026-11-20"}, {"cancelled_on": "2026-11-20"}])
async def test_what_is_taken_or_not_needed_closes_it_in_whatever_order_it_is_heard(
    roster: Running, nurse: Any, closing: dict[str, str]
) -> None:
    one, other = {"test_id": str(uuid7())}, {"test_id": str(uuid7())}
    await hear(roster, a_need(**one), version=1)
    await hear(roster, a_need(**one, **closing), version=2)
    await hear(roster, a_need(**other, **closing), version=2)
    await hear(roster, a_need(**other), version=1)
    assert await needs(nurse, open="true") == []
    assert {need["closed_on"] for need in await needs(nurse, open="false")} == {"2026-11-20"}


async def test_what_is_not_taken_at_home_is_no_need(roster: Running, nurse: Any) -> None:
    await hear(roster, a_need(kind="imaging"))
    assert await needs(nurse) == []


async def test_it_is_the_teams_alone(roster: Running) -> None:
    fact = a_need()
    await hear(roster, fact)
    stranger = await roster.client("roster", STRANGER)
    assert await needs(stranger) == []
    assert (await stranger.get(f"/v1/visit-needs/{fact[1]['test_id']}")).status_code == 404
