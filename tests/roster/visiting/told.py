"""What the tests of visiting do with visits: plan them now, and take them a step further."""

from datetime import UTC, datetime, timedelta
from typing import Any

from uuid6 import uuid7

from tests.roster.facts import RUTH, TOM, a_shift, a_visit
from tests.running import TEAM

WEEKDAYS, WEEKEND, BANK_HOLIDAY = [1, 2, 3, 4, 5], [6, 7], [8]
NINE_TO_FIVE = [
    {"days": WEEKDAYS, "from_minute": 540, "until_minute": 1020},
    {"days": [*WEEKEND, *BANK_HOLIDAY], "from_minute": 480, "until_minute": 720},
    {"days": WEEKEND, "kind": "on_call", "from_minute": 720, "until_minute": 960},
]


def hours(**changes: Any) -> dict[str, Any]:
    return {"id": str(uuid7()), "team_id": str(TEAM), "from_on": "2026-11-02", "hours": NINE_TO_FIVE} | changes


def at(minutes: int = 0) -> str:
    """So many minutes from now."""
    then = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=minutes)
    return then.isoformat().replace("+00:00", "Z")


async def on_shift_now(nurse: Any) -> None:
    for who in (RUTH, TOM):
        shift = a_shift(employee_id=who, starts_at=at(-400), ends_at=at(400), kind="on_call")
        answer = await nurse.post("/v1/shifts", json=shift)
        assert answer.status_code == 201, answer.text


async def planned(nurse: Any, **changes: Any) -> str:
    visit = a_visit(**{"id": uuid7(), "starts_at": at(-5), "ends_at": at(40)} | changes)
    answer = await nurse.post("/v1/visits", json=visit)
    assert answer.status_code == 201, answer.text
    return str(visit["id"])


async def step(nurse: Any, visit: str, name: str, body: Any = None, *, version: int | None = None) -> Any:
    """Take this step on the newest version, unless another is given."""
    if version is None:
        version = (await nurse.get(f"/v1/visits/{visit}")).json()["version"]
    return await nurse.post(f"/v1/visits/{visit}/{name}", json=body, headers={"If-Match": f'"{version}"'})


async def cancelled(nurse: Any, shift: dict[str, Any]) -> Any:
    """Try to take off a shift as it was planned."""
    return await nurse.post(f"/v1/shifts/{shift['id']}/cancel", headers={"If-Match": '"1"'})
