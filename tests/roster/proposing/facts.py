"""What the tests of proposing say: where things are on a made-up coast, and how long the ways take."""

from typing import Any
from uuid import UUID

from uuid6 import uuid7

from tests.roster.facts import EDITH
from tests.running import TEAM

BASE, ROOM = UUID("01938000-0000-7000-8000-0000000000b1"), UUID("01938000-0000-7000-8000-0000000000b2")
NEW = {"If-None-Match": "*"}


def a_place(subject: UUID = EDITH, **changes: Any) -> dict[str, Any]:
    place = {
        "team_id": str(TEAM),
        "kind": "client",
        "subject_id": str(subject),
        "latitude": 54.11713,
        "longitude": -3.21937,
        "source": "map",
    }
    return place | changes


def a_base(subject: UUID = BASE, **changes: Any) -> dict[str, Any]:
    at = {"kind": "base", "name": "Health centre, room 4", "latitude": 54.10571, "longitude": -3.23359}
    return a_place(subject, **at) | changes


def a_way(start: str, end: str, **changes: Any) -> dict[str, Any]:
    return {"team_id": str(TEAM), "from_place_id": start, "to_place_id": end, "minutes": 25} | changes


async def put(nurse: Any, what: str, body: dict[str, Any]) -> Any:
    """A new one, under an id of its own."""
    answer = await nurse.put(f"/v1/{what}/{uuid7()}", json=body, headers=NEW)
    assert answer.status_code == 200, answer.text
    return answer.json()
