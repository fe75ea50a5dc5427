"""Whoever is in hospital, or was discharged, is not visited: what was planned is cancelled, with the reason."""

from typing import Any

import pytest
from uuid6 import uuid7

from services.roster.events import VisitPlanned
from tests.roster.facts import Fact, a_plan, a_shift, a_visit, episode, hear, refused
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
