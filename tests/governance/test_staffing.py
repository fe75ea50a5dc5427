"""What roster tells of staffing has an owner around the team, and goes higher by itself (rows 6.13 and 4.13)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from uuid6 import uuid7

from services.common.auth import Persona
from tests.running import STRANGER, TEAM, Running

NOW = datetime.now(UTC)


async def floor(system: Running, alert_id: UUID, *, restored: bool = False, **changes: Any) -> None:
    told = {
        "floor_alert_id": str(alert_id),
        "team_id": str(TEAM),
        "skill": None,
        "week_on": "2026-12-07",
        "have": 150,
        "need": 200,
        "fallen_at": (NOW - timedelta(hours=1)).isoformat(),
    }
    became = ("restored", {"restored_at": NOW.isoformat()}) if restored else ("fallen", {})
    await system.deliver("governance", f"roster.floor.{became[0]}.v1", told | became[1] | changes, version=1 + restored)


async def lost(system: Running, shift_id: UUID | None = None, *, days_ago: int = 0) -> None:
    starts_at = NOW - timedelta(days=days_ago)
    told = {"shift_id": str(shift_id or uuid7()), "team_id": str(TEAM), "starts_at": starts_at.isoformat()}
    about = {"cause": "visit", "lost_at": NOW.isoformat()}
    await system.deliver("governance", "roster.protected_time.lost.v1", told | about)


async def rest(system: Running, rest_owed_id: UUID, *, settled: bool = False, **changes: Any) -> None:
    told = {
        "rest_owed_id": str(rest_owed_id),
        "team_id": str(TEAM),
        "minutes": 120,
        "taken_minutes": 60,
        "due_on": "2026-11-20",
        "overdue_at": (NOW - timedelta(hours=1)).isoformat(),
    }
    became = ("settled", {"settled_at": NOW.isoformat()}) if settled else ("overdue", {})
    await system.deliver("governance", f"roster.rest.{became[0]}.v1", told | became[1] | changes, version=2 + settled)


async def obstacles(system: Running, persona: Persona = Persona.HEATSHIELD, **asked: Any) -> list[dict[str, Any]]:
    client = await system.client("governance", uuid4(), persona)
    answer = await client.get("/v1/obstacles", params={"team_id": str(TEAM), **asked})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_fall_below_the_floor_is_the_clinical_leads_and_the_heatshield_sees_it(governance: Running) -> None:
    alert = uuid7()
    await floor(governance, alert)
    await floor(governance, alert)
    (found,) = await obstacles(governance)
    assert {name: found[name] for name in ("id", "kind", "tag", "status", "owner", "title")} == {
        "id": str(alert),
        "kind": "hr",
        "tag": "support",
        "status": "owned",
        "owner": "clinical_lead",
        "title": "Staffing below the floor from 2026-W50: 1.50 of 2.00 whole-time",
    }
    assert found["escalates_on"] is not None
    assert [one["id"] for one in await obstacles(governance, Persona.COACH)] == [str(alert)]


async def test_a_skill_is_told_in_people(governance: Running) -> None:
    await floor(governance, uuid7(), skill="catheter", have=1, need=2)
    (found,) = await obstacles(governance)
    assert found["title"] == "Staffing below the floor from 2026-W50: 1 of 2 people for catheter"


async def test_the_obstacle_ends_when_the_floor_is_kept_again(governance: Running) -> None:
    """In whichever order both are heard of."""
    first, second = uuid7(), uuid7()
    await floor(governance, first)
    await floor(governance, first, restored=True)
    await floor(governance, second, restored=True)
    await floor(governance, second)
    assert await obstacles(governance, open=True) == []
    assert [(one["status"], one["owner"]) for one in await obstacles(governance, open=False)] == [
        ("removed", "clinical_lead")
    ] * 2


async def test_what_covers_the_gap_is_said_and_is_not_unsaid_by_the_end(governance: Running) -> None:
    alert = uuid7()
    await floor(governance, alert)
    heatshield = await governance.client("governance", uuid4(), Persona.HEATSHIELD)
    said = {"status": "cannot", "outcome": "A neighbour lends two nurses until March"}
    answer = await heatshield.post(f"/v1/obstacles/{alert}/progress", json=said, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    await floor(governance, alert, restored=True)
    (found,) = await obstacles(governance)
    assert (found["status"], found["outcome"]) == ("cannot", said["outcome"])


async def test_protected_time_that_is_lost_twice_is_the_coachs(governance: Running) -> None:
    same = uuid7()
    await lost(governance, same, days_ago=27)
    await lost(governance, same, days_ago=27)
    assert await obstacles(governance) == []
    await lost(governance)
    (found,) = await obstacles(governance, Persona.COACH)
    assert (found["tag"], found["owner"]) == ("protect", "coach")
    assert found["title"] == "Protected time was lost 2 times within 28 days"
    # What was told of once is not told of again with the next.
    await lost(governance)
    assert len(await obstacles(governance)) == 1
    await lost(governance)
    assert len(await obstacles(governance)) == 2


async def test_what_was_lost_before_and_after_counts_within_one_stretch_of_days(governance: Running) -> None:
    """The one between is within 28 days of either, but the first and the last are not of each other."""
    await lost(governance, days_ago=54)
    await lost(governance)
    assert await obstacles(governance) == []
    await lost(governance, days_ago=27)
    (found,) = await obstacles(governance)
    assert found["title"] == "Protected time was lost 2 times within 28 days"
    # The last is in no obstacle yet, and counts with the next.
    await lost(governance, days_ago=3)
    assert len(await obstacles(governance)) == 2


async def test_protected_time_that_is_lost_once_in_a_while_is_nobodys_business(governance: Running) -> None:
    await lost(governance, days_ago=40)
    await lost(governance)
    assert await obstacles(governance) == []


async def test_rest_that_is_overdue_is_the_back_offices(governance: Running) -> None:
    owed = uuid7()
    await rest(governance, owed)
    await rest(governance, owed)
    (found,) = await obstacles(governance)
    assert {name: found[name] for name in ("id", "kind", "tag", "status", "owner", "title")} == {
        "id": str(owed),
        "kind": "hr",
        "tag": "support",
        "status": "owned",
        "owner": "heatshield_health",
        "title": "Rest that is owed was not had by 2026-11-20: 60 of 120 minutes",
    }


async def test_the_obstacle_ends_when_the_rest_is_had_at_last(governance: Running) -> None:
    """In whichever order both are heard of, and however long ago it was had when it is told."""
    first, second = uuid7(), uuid7()
    await rest(governance, first)
    await rest(governance, first, settled=True)
    await rest(governance, second, settled=True, settled_at="2026-11-01T09:00:00Z")
    await rest(governance, second)
    assert await obstacles(governance, open=True) == []
    assert [one["status"] for one in await obstacles(governance, open=False)] == ["removed"] * 2


async def test_another_team_hears_of_neither(governance: Running) -> None:
    await floor(governance, uuid7())
    await rest(governance, uuid7())
    stranger = await governance.client("governance", STRANGER)
    assert (await stranger.get("/v1/obstacles")).json()["items"] == []
