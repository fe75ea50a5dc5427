"""Whoever is in hospital, or was discharged, is not visited: what was planned is cancelled, with the reason."""

from typing import Any

import pytest
from uuid6 import uuid7

from services.roster.events import VisitPlanned
from tests.roster.facts import Fact, a_need, a_plan, a_shift, a_visit, episode, hear, refused
from tests.running import TEAM, Running

TO_COME = {"starts_at": "2098-11-24T10:00:00Z", "ends_at": "2098-11-24T11:15:00Z"}
GONE = {"starts_at": "2026-11-24T10:00:00Z", "ends_at": "2026-11-24T11:15:00Z"}


def became(what: str, told: Fact, **changes: Any) -> Fact:
    """What caseload says of an episode whose opening it told before."""
    status = {"paused": "onhold", "resumed": "active", "discharged": "finished"}[what]
    named = {name: told[1][name] for name in ("episode_of_care_id", "client_id", "team_id")}
    data = {**named, "status": status, "reason": "in_hospital", "since_on": "2026-11-25", **changes}
    return f"caseload.episode_of_care.{what}.v1", data


@pytest.fixture
async def opened(roster: Running, nurse: Any) -> Fact:
    """Another client with one episode, with visits gone and to come, and a standing plan."""
    told = episode(uuid7())
    await hear(roster, told)
    client = {"client_id": told[1]["client_id"]}
    shift = a_shift(starts_at="2098-11-24T09:00:00Z", ends_at="2098-11-24T16:30:00Z")
    assert (await nurse.post("/v1/shifts", json=shift)).status_code == 201
    for when in (GONE, TO_COME):
        assert (await nurse.post("/v1/visits", json=a_visit(**client, **when))).status_code == 201
    assert (await nurse.post("/v1/visit-plans", json=a_plan(**client))).status_code == 201
    return told


async def visits(nurse: Any) -> list[tuple[str, Any]]:
    days = [(await nurse.get("/v1/visits", params={"on": day})).json()["items"] for day in ("2026-11-24", "2098-11-24")]
    return [(one["status"], one["cancel_reason"]) for day in days for one in day]


async def until_on(nurse: Any) -> list[Any]:
    return [one["until_on"] for one in (await nurse.get("/v1/visit-plans")).json()["items"]]


async def test_admission_cancels_what_is_to_come_and_says_why(roster: Running, nurse: Any, opened: Fact) -> None:
    await hear(roster, became("paused", opened), version=2)
    assert await visits(nurse) == [("planned", None), ("cancelled", "The client's care is paused.")]
    assert await until_on(nurse) == [None], "the plan waits for the client"
    told = [event.data["status"] for event in await roster.published("roster", VisitPlanned)]
    assert told == ["planned", "planned", "cancelled"]
    client = opened[1]["client_id"]
    answer = await refused(nurse, client_id=client, **TO_COME)
    assert answer == (409, "client_not_in_care", "/body/client_id")
    assert (await nurse.post("/v1/visit-plans", json=a_plan(client_id=client))).status_code == 409
    await hear(roster, became("resumed", opened), version=3)
    assert (await nurse.post("/v1/visits", json=a_visit(client_id=client, **TO_COME))).status_code == 201


async def test_discharge_ends_the_standing_plan_as_well(roster: Running, nurse: Any, opened: Fact) -> None:
    await hear(roster, became("discharged", opened), version=2)
    assert await visits(nurse) == [("planned", None), ("cancelled", "The client was discharged.")]
    assert await until_on(nurse) == ["2026-11-25"]


async def test_an_older_word_that_comes_late_cancels_nothing(roster: Running, nurse: Any, opened: Fact) -> None:
    await hear(roster, became("resumed", opened), version=3)
    await hear(roster, became("paused", opened), version=2)
    assert await visits(nurse) == [("planned", None), ("planned", None)]


async def test_whoever_has_another_episode_is_still_visited(roster: Running, nurse: Any, opened: Fact) -> None:
    await hear(roster, episode(opened[1]["client_id"]))
    await hear(roster, became("discharged", opened), version=2)
    assert await visits(nurse) == [("planned", None), ("planned", None)]


async def test_the_end_may_be_heard_of_before_the_beginning(roster: Running, nurse: Any) -> None:
    told = episode(uuid7())
    await hear(roster, became("discharged", told), version=2)
    await hear(roster, told)
    answer = await refused(nurse, client_id=told[1]["client_id"])
    assert answer[:2] == (409, "client_not_in_care")


async def test_the_discharged_are_no_longer_counted_in_the_ratio(roster: Running, nurse: Any, opened: Fact) -> None:
    async def clients(as_of: str) -> int:
        answer = await nurse.get("/v1/team-ratio", params={"team_id": str(TEAM), "as_of": as_of})
        return int(answer.json()["clients"])

    assert await clients("2026-11-26") == 3
    await hear(roster, became("discharged", opened), version=2)
    assert (await clients("2026-11-25"), await clients("2026-11-26")) == (3, 2)


async def open_needs(nurse: Any, client_id: str) -> list[str]:
    found = (await nurse.get("/v1/visit-needs", params={"open": "true"})).json()["items"]
    return [one["id"] for one in found if one["client_id"] == client_id]


async def test_what_is_to_be_done_waits_while_care_is_paused(roster: Running, nurse: Any, opened: Fact) -> None:
    need = a_need(client_id=opened[1]["client_id"])
    await hear(roster, need)
    client, ids = need[1]["client_id"], [need[1]["test_id"]]
    assert await open_needs(nurse, client) == ids
    await hear(roster, became("paused", opened), version=2)
    assert await open_needs(nurse, client) == []
    await hear(roster, became("resumed", opened), version=3)
    assert await open_needs(nurse, client) == ids
    await hear(roster, became("discharged", opened), version=4)
    assert await open_needs(nurse, client) == []
    listed = (await nurse.get("/v1/visit-needs")).json()["items"]
    assert listed == []


async def test_what_is_to_be_done_stays_where_another_episode_goes_on(
    roster: Running, nurse: Any, opened: Fact
) -> None:
    need = a_need(client_id=opened[1]["client_id"])
    await hear(roster, need)
    await hear(roster, became("discharged", opened), version=2)
    await hear(roster, episode(opened[1]["client_id"]))
    assert await open_needs(nurse, need[1]["client_id"]) == [need[1]["test_id"]]


@pytest.mark.parametrize("in_order", [True, False])
async def test_paused_days_are_no_standing_minutes_even_after_care_was_resumed(
    roster: Running, nurse: Any, opened: Fact, in_order: bool
) -> None:
    """Twice a week, Tuesday and Friday, 75 minutes each: she is away on the Friday and on the Tuesday after."""

    async def standing(week_of: str) -> float:
        answer = await nurse.get("/v1/time-summary", params={"team_id": str(TEAM), "week_of": week_of})
        return float(answer.json()["standing_minutes"])

    weeks = "2026-11-17", "2026-11-24", "2026-12-01", "2026-12-08"
    assert [await standing(week) for week in weeks] == [150, 150, 150, 150]
    words = [
        (became("paused", opened, since_on="2026-11-26"), 2),
        (became("resumed", opened, since_on="2026-12-02"), 3),
    ]
    for word, version in words if in_order else reversed(words):
        await hear(roster, word, version=version)
    assert [await standing(week) for week in weeks] == [150, 75, 75, 150]
