"""A colleague who is late on a round alone is told of to the rest of the team, until they are heard of."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.caseload.usecases.tell import escalate_some
from tests.caseload.medicating import Giving, giving
from tests.caseload.night import later
from tests.caseload.story import new_id
from tests.running import DEPUTY, NURSE, TEAM, Running


@pytest.fixture
async def given(caseload: Running) -> Giving:
    return await giving(caseload)


def of(given: Giving, visit: str, **more: Any) -> dict[str, Any]:
    about = {"visit_id": visit, "client_id": given.client.client_id, "team_id": str(TEAM)}
    return about | {"employee_id": str(DEPUTY)} | more


async def is_late(given: Giving, visit: str, *, version: int = 3, **more: Any) -> None:
    told = of(given, visit, **{"due_at": later(hours=-1), "has_begun": True} | more)
    await given.system.deliver("caseload", "roster.visit.late.v1", told, version=version)


async def alerts(given: Giving, **params: Any) -> list[Any]:
    return list((await given.nurse.get("/v1/alerts", params=params)).json()["items"])


async def test_the_team_is_told_but_not_whoever_is_late(given: Giving) -> None:
    visit = new_id()
    await is_late(given, visit)
    (alert,) = await alerts(given, open="true")
    assert (alert["kind"], alert["subject_id"], alert["client_id"]) == ("visit_late", visit, given.client.client_id)
    assert str(NURSE) in alert["for_people"]
    assert str(DEPUTY) not in alert["for_people"]


async def test_what_nobody_answers_is_told_to_everybody(given: Giving) -> None:
    await is_late(given, new_id())

    at = datetime.now(UTC) + timedelta(minutes=16)
    assert await escalate_some(given.system.databases["caseload"], at) == 1


@pytest.mark.parametrize("is_answered", [True, False])
async def test_whoever_makes_it_instead_and_is_late_as_well_is_told_of_again(given: Giving, is_answered: bool) -> None:
    visit, due_at = new_id(), later(hours=-1)
    await is_late(given, visit, due_at=due_at)
    (first,) = await alerts(given, open="true")
    if is_answered:
        tag = {"If-Match": f'"{first["version"]}"'}
        answered = await given.nurse.post(f"/v1/alerts/{first['id']}/acknowledge", headers=tag)
        assert answered.status_code == 200, answered.text
    await is_late(given, visit, due_at=due_at, employee_id=str(NURSE), version=5)
    (again,) = await alerts(given, open="true")
    assert (again["id"], again["acknowledged_by"]) == (first["id"], None)
    assert str(DEPUTY) in again["for_people"]
    assert str(NURSE) not in again["for_people"]
    at = datetime.now(UTC) + timedelta(minutes=16)
    assert await escalate_some(given.system.databases["caseload"], at) == 1


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("started", {"started_at": later(hours=0)}),
        ("done", {"care_contact_id": new_id(), "done_at": later(hours=0)}),
        ("no_reply", {"accompanied_by": None, "status": "no_reply"}),
        ("missed", {"accompanied_by": None, "status": "missed"}),
        ("planned", {"accompanied_by": None, "status": "cancelled"}),
        ("planned", {"accompanied_by": None, "status": "planned", "starts_at": later(hours=3)}),
    ],
)
async def test_whoever_is_heard_of_settles_it(given: Giving, name: str, more: dict[str, Any]) -> None:
    visit = new_id()
    await is_late(given, visit)
    times = {"starts_at": later(hours=-2), "ends_at": later(hours=-1), "channel": "in_person"}
    await given.system.deliver("caseload", f"roster.visit.{name}.v1", of(given, visit, **times | more), version=4)
    assert await alerts(given, open="true") == []


async def test_of_late_and_heard_of_the_newer_has_the_last_word_in_whatever_order_they_come(given: Giving) -> None:
    over, goes_on = new_id(), new_id()
    times = {"starts_at": later(hours=-2), "ends_at": later(hours=-1), "channel": "in_person"}
    begun = {"started_at": later(hours=-1), **times}
    await given.system.deliver("caseload", "roster.visit.started.v1", of(given, over, **begun), version=4)
    await is_late(given, over, version=3)
    assert await alerts(given) == []
    await is_late(given, goes_on, version=3)
    await given.system.deliver("caseload", "roster.visit.started.v1", of(given, goes_on, **begun), version=2)
    assert [alert["subject_id"] for alert in await alerts(given, open="true")] == [goes_on]


async def test_a_client_who_is_told_the_time_settles_nothing(given: Giving) -> None:
    visit = new_id()
    await is_late(given, visit)
    times = {"starts_at": later(hours=-2), "ends_at": later(hours=-1), "channel": "in_person"}
    told = of(given, visit, **times, accompanied_by=None, status="planned", confirmed_at=later(hours=0))
    await given.system.deliver("caseload", "roster.visit.planned.v1", told, version=4)
    assert len(await alerts(given, open="true")) == 1
