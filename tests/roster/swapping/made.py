"""What the tests of swaps say: shifts some weeks ahead, what is offered for them, and each step on what was read."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from services.common.types import day_in_england
from tests.roster.facts import a_shift
from tests.running import TEAM

TODAY = day_in_england(datetime.now(UTC))
# A Monday some weeks from now, so that nothing has begun.
MONDAY = TODAY + timedelta(days=35 - TODAY.weekday())
Times = tuple[str, str]
EARLY, LATE, NIGHT = ("07:30", "15:30"), ("13:30", "21:30"), ("21:00", "06:30")


def at(number: int, clock: str) -> str:
    """An instant so many days after the Monday; the weeks after it are all of one offset but for the clocks' change."""
    return f"{MONDAY + timedelta(days=number)}T{clock}:00Z"


def duty(who: UUID, number: int, times: Times = EARLY, **changes: Any) -> dict[str, Any]:
    starts, ends = times
    later = number + (ends < starts)
    return a_shift(employee_id=who, starts_at=at(number, starts), ends_at=at(later, ends), **changes)


async def planned(nurse: Any, who: UUID, number: int, times: Times = EARLY, **changes: Any) -> str:
    shift = duty(who, number, times, **changes)
    answer = await nurse.post("/v1/shifts", json=shift)
    assert answer.status_code == 201, answer.text
    return str(shift["id"])


def a_swap(*gives: str, **changes: Any) -> dict[str, Any]:
    return {"id": str(uuid7()), "team_id": str(TEAM), "gives": [*gives]} | {
        name: str(value) if isinstance(value, UUID) else value for name, value in changes.items()
    }


def a_skill(who: UUID, skill: str) -> dict[str, Any]:
    made = {"employee_id": str(who), "skill": skill, "from_on": "2025-06-01"}
    return {"id": str(uuid7()), "team_id": str(TEAM)} | made


async def offered(nurse: Any, *gives: str, **changes: Any) -> Any:
    answer = await nurse.post("/v1/swaps", json=a_swap(*gives, **changes))
    assert answer.status_code == 201, answer.text
    return answer


async def step(nurse: Any, answer: Any, verb: str, body: Any = None, *, of: str = "swaps") -> Any:
    """Try the next step on what was read last."""
    path = f"/v1/{of}/{answer.json()['id']}/{verb}"
    return await nurse.post(path, json=body, headers={"If-Match": answer.headers["ETag"]})


async def done(nurse: Any, answer: Any, verb: str, body: Any = None, *, of: str = "swaps") -> Any:
    found = await step(nurse, answer, verb, body, of=of)
    assert found.status_code == 200, found.text
    return found


async def checked(giver: Any, taker: Any, *gives: str, **changes: Any) -> Any:
    """A swap of Ruth's that Tom accepts, checked."""
    accepted = await done(taker, await offered(giver, *gives, **changes), "accept", {})
    return await done(giver, accepted, "check")


async def who_works(nurse: Any, *numbers: int) -> list[tuple[str, str]]:
    days = {"from_on": str(MONDAY + timedelta(days=min(numbers))), "to_on": str(MONDAY + timedelta(days=max(numbers)))}
    found = (await nurse.get("/v1/shifts", params=days)).json()["items"]
    return sorted((shift["employee_id"], shift["starts_at"]) for shift in found if shift["status"] == "planned")
