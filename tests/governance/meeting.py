"""Bodies for meetings, what an agenda is drawn from, and a meeting for the tests that ask everybody."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from services.common.types import day_in_england
from tests.access.world import World
from tests.running import NURSE, TEAM, Running

CASELOAD = "caseload.{}.v1"


def today() -> date:
    """The calendar day in England."""
    return day_in_england(datetime.now(UTC))


def ahead(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()


def now() -> str:
    return datetime.now(UTC).isoformat()


def _of_team(**changes: Any) -> dict[str, Any]:
    return {"id": str(uuid7()), "team_id": str(TEAM), **changes}


def a_win(**changes: Any) -> dict[str, Any]:
    return _of_team(words="The whole round was done in spite of the snow") | changes


def a_meeting(**changes: Any) -> dict[str, Any]:
    return _of_team(held_on=ahead(0), chair_id=str(NURSE)) | changes


def an_ask(client_id: str, **changes: Any) -> dict[str, Any]:
    return _of_team(client_id=client_id, question="second_opinion") | changes


def a_task(agenda_item_id: str, **changes: Any) -> dict[str, Any]:
    task = {"task": "review_plan", "employee_id": str(NURSE), "due_on": ahead(3)}
    return {"id": str(uuid7()), "agenda_item_id": agenda_item_id, **task} | changes


async def tell(system: Running, what: str, version: int = 1, **data: Any) -> None:
    told = {name: str(value) if isinstance(value, UUID) else value for name, value in data.items()}
    await system.deliver("governance", CASELOAD.format(what), {"team_id": str(TEAM), **told}, version=version)


async def in_care(system: Running, client_id: str, days_ago: int = 30) -> None:
    about = {"episode_of_care_id": uuid7(), "client_id": client_id, "opened_on": ahead(-days_ago)}
    await tell(system, "episode_of_care.opened", **about)


async def rated(system: Running, client_id: str, problem_id: str, status: int, rated_at: str) -> None:
    about = {"rating_id": uuid7(), "problem_id": problem_id, "client_id": client_id}
    await tell(system, "omaha_rating.recorded", **about, status=status, rated_at=rated_at)


async def meet(made: World, client_id: str) -> None:
    """A meeting with an item about a client, and an ask that waits for the next."""
    await in_care(made.system, client_id)
    nurse = await made.system.nurse("governance")
    meeting = a_meeting()
    for path, body in (("meeting-asks", an_ask(client_id)), ("meetings", meeting)):
        answer = await nurse.post(f"/v1/{path}", json=body)
        assert answer.status_code == 201, answer.text
    item = next(one for one in answer.json()["items"] if one["kind"] == "asked")
    made.ids |= {"meeting_id": meeting["id"], "agenda_item_id": item["id"]}
    made.bodies |= {
        "POST /v1/meetings": a_meeting(held_on=ahead(7)),
        "POST /v1/meetings/{meeting_id}/hold": {"present": [str(NURSE)], "coach_joined": True},
        "POST /v1/meeting-asks": an_ask(client_id),
        "POST /v1/meeting-actions": a_task(item["id"]),
        "POST /v1/wins": a_win(),
    }
