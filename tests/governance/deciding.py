"""Short ways of proposing, taking positions and adopting."""

from datetime import timedelta
from typing import Any

from uuid6 import uuid7

from tests.governance.conftest import today
from tests.running import TEAM


def a_decision(**changes: Any) -> dict[str, Any]:
    decision = {
        "id": str(uuid7()),
        "team_id": str(TEAM),
        "title": "Take on the person the surgery asked about",
        "proposal": "From Thursday; Tom is the named nurse, Joel the deputy.",
        "subjects": [{"kind": "referral", "id": str(uuid7())}],
    }
    return decision | changes


def an_adoption(**changes: Any) -> dict[str, Any]:
    return {"review_on": day_from_now(30)} | changes


def day_from_now(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()


async def proposed(nurse: Any, **changes: Any) -> str:
    answer = await nurse.post("/v1/decisions", json=a_decision(**changes))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def takes(client: Any, decision_id: str, position: str, **more: Any) -> Any:
    return await client.post(f"/v1/decisions/{decision_id}/positions", json={"position": position, **more})


async def adopts(client: Any, decision_id: str, **changes: Any) -> Any:
    return await client.post(f"/v1/decisions/{decision_id}/adopt", json=an_adoption(**changes))
