"""The client is told roughly how many visits to expect and until when; what outlasts that is listed."""

from datetime import date
from typing import Any

import pytest
from uuid6 import uuid7

from services.caseload.domain.care_plan import CarePlan
from services.caseload.domain.expectation import in_plain_words
from tests.caseload.story import OnCaseload, a_contact, a_plan, new_id, take_on
from tests.running import DEPUTY, STRANGER, Running

TODAY = date(2026, 11, 26)


@pytest.mark.parametrize(
    ("visits", "ends_on", "told"),
    [
        (12, "2027-01-15", "about 12 visits, to mid-January"),
        (1, "2026-12-10", "about 1 visit, to early-December"),
        (80, "2026-11-30", "about 80 visits, to late-November"),
        (300, "2027-11-21", "about 300 visits, to late-November 2027"),
    ],
)
def test_what_to_expect_is_said_in_plain_words(visits: int, ends_on: str, told: str) -> None:
    plan = CarePlan(expected_visits=visits, ends_on=date.fromisoformat(ends_on))
    assert in_plain_words(plan, TODAY) == told


async def agreed(client: OnCaseload, **changes: Any) -> dict[str, Any]:
    plan = a_plan(client.episode_id, **changes)
    await client.post("/v1/care-plans", plan)
    await client.post(f"/v1/care-plans/{plan['id']}/agree", {"agreed_how": "in_person", "agreed_on": "2026-11-04"})
    return plan


async def visited(client: OnCaseload, *, times: int = 1, **changes: Any) -> None:
    for _ in range(times):
        segments = [{"id": new_id(), "activity_type": "nursing", "minutes": 35}]
        await client.post("/v1/care-contacts", a_contact(client.episode_id, segments=segments, **changes))


async def overrun(client: OnCaseload) -> list[Any]:
    return [
        (one["plan"]["id"], one["visits"], one["visits_over"], one["days_over"] > 0)
        for one in (await client.nurse.get("/v1/overrun-care-plans")).json()["items"]
    ]


async def test_the_client_copy_says_how_many_visits_to_expect_and_until_when(caseload: Running) -> None:
    client = await take_on(caseload)
    plan = await agreed(client)
    copy = (await client.nurse.get(f"/v1/care-plans/{plan['id']}/client-copy")).json()
    assert copy["what_to_expect"].startswith("about 12 visits, to ")
    assert (copy["client_words"], copy["status"]) == (plan["client_words"], "agreed")
    assert copy["lines"] == [line["words"] for line in plan["lines"]]
    stranger = await caseload.client("caseload", STRANGER)
    assert (await stranger.get(f"/v1/care-plans/{plan['id']}/client-copy")).status_code == 404


async def test_more_visits_than_the_client_was_told_are_flagged(caseload: Running) -> None:
    client = await take_on(caseload)
    plan = await agreed(client, expected_visits=2, ends_on="2099-01-15")
    await visited(client, times=2)
    await visited(client, times=2, started_at="2026-11-03T10:00:00Z")
    await visited(client, channel="phone")
    assert await overrun(client) == [], "only what was visited since counts"
    together = str(uuid7())
    await visited(client, visit_id=together)
    await visited(client, visit_id=together, employee_id=str(DEPUTY))
    assert await overrun(client) == [(plan["id"], 3, 1, False)]
    stranger = await caseload.client("caseload", STRANGER)
    assert (await stranger.get("/v1/overrun-care-plans")).json()["items"] == []


async def test_a_plan_past_its_end_is_flagged_until_a_newer_one_is_agreed(caseload: Running) -> None:
    client = await take_on(caseload)
    old = await agreed(client, ends_on="2026-11-05")
    assert await overrun(client) == [(old["id"], 0, 0, True)]
    draft = a_plan(client.episode_id, ends_on="2099-01-15")
    await client.post("/v1/care-plans", draft)
    assert await overrun(client) != [], "a draft replaces nothing"
    await client.post(f"/v1/care-plans/{draft['id']}/agree", {"agreed_how": "in_person", "agreed_on": "2026-11-05"})
    assert await overrun(client) == []
