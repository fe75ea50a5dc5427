"""A rota that runs already: since yesterday, with a duty that begins at midnight."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tests.roster.agreeing.made import TODAY, Planning, a_duty_type

SINCE = TODAY - timedelta(days=1)
EIGHT_HOURS = {"starts_minute": 0, "ends_minute": 480, "unpaid_break_minutes": 30}


def at(who: UUID, days: int, code: str | None) -> dict[str, Any]:
    """A cell so many days from today."""
    return {"employee_id": str(who), "day_on": str(TODAY + timedelta(days=days)), "code": code}


async def running(nurse: Any) -> Planning:
    assert (
        await nurse.post("/v1/duty-types", json=a_duty_type("E") | {"code": "B", "parts": [EIGHT_HOURS]})
    ).is_success
    return await Planning.begun(nurse, from_on=str(SINCE), to_on=str(TODAY + timedelta(days=5)))


async def published(planning: Planning, *cells: dict[str, Any], **changes: Any) -> Any:
    return await planning.done(
        await planning.drafted(duties=list(cells), **changes), "publish", {"urgency": "It has begun", "ground": GROUND}
    )


GROUND = {"kind": "agreement", "words": "They asked for it, and rest on Thursday"}
