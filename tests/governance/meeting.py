"""Bodies for meetings, what an agenda is drawn from, and a meeting for the tests that ask everybody."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from services.common.types import day_in_england
from tests.access.world import World
from tests.running import NURSE, TEAM, Running

CASELOAD = "caseload.{}.v1"
FINANCE = "finance.{}.v1"


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


async def in_care(system: Running, client_id: str, days_ago: int = 30, episode_id: Any = None) -> None:
    about = {"episode_of_care_id": episode_id or uuid7(), "client_id": client_id, "opened_on": ahead(-days_ago)}
    await tell(system, "episode_of_care.opened", **about)


async def discharged(system: Running, client_id: str, episode_id: Any) -> None:
    about = {"episode_of_care_id": episode_id, "client_id": client_id, "status": "finished", "reason": "goals_met"}
    await tell(system, "episode_of_care.discharged", version=2, **about, since_on=ahead(0))


async def planned(system: Running, client_id: str, ends_on: str, episode_id: Any = None) -> None:
    about = {"care_plan_id": uuid7(), "client_id": client_id, "episode_of_care_id": episode_id or uuid7()}
    await tell(system, "care_plan.agreed", **about, ends_on=ends_on)


def free_days(client_id: str, started: int, last: int) -> dict[str, Any]:
    """What finance says of a client's free days, from one day to another, counted from today."""
    days = {"started_on": ahead(started), "last_free_day_on": ahead(last), "decision_due_on": ahead(last - 7)}
    ids = {"reablement_id": uuid7(), "episode_of_care_id": uuid7()}
    return {"client_id": client_id, **ids, **days}


async def finance_tells(system: Running, what: str, data: dict[str, Any], version: int = 1) -> None:
    """Finance's event with the fields that it has of these."""
    told = {"team_id": str(TEAM), **data}
    if what != "reablement.started":
        told = {name: value for name, value in told.items() if name not in ("episode_of_care_id", "started_on")}
    told = {name: str(value) for name, value in told.items()}
    await system.deliver("governance", FINANCE.format(what), told, version=version)


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
