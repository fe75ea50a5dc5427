"""An alert and a device that it wakes, for the tests that ask everybody for everything."""

from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from services.caseload.domain.alert import Alert, AlertKind
from services.caseload.domain.medicine import Medicine
from services.caseload.domain.push import in_base64url
from services.caseload.partners.web_push import public_point
from services.common.auth import SYSTEM
from tests.access.world import World
from tests.caseload.story import OnCaseload, new_id


def a_subscription(**changes: Any) -> dict[str, Any]:
    """As a browser gives it."""
    point = public_point(ec.generate_private_key(ec.SECP256R1()))
    keys = {"p256dh": point, "auth": in_base64url(b"sixteen bytes :)")}
    return {"id": new_id(), "endpoint": f"https://push.example/wake/{new_id()}", "keys": keys} | changes


async def write_told(made: World, client: OnCaseload, medicine_id: str) -> None:
    subscription = a_subscription()
    await client.post("/v1/push-subscriptions", subscription)
    async with made.system.databases["caseload"].transaction(SYSTEM) as tx:
        medicine = await tx.get(Medicine, medicine_id)  # type: ignore[arg-type]
        late_since = datetime.now(UTC) - timedelta(minutes=1)
        alert = Alert.raised(AlertKind.LATE_DOSE, medicine, late_since, (), tx.now)
        tx.add(alert)
    made.ids |= {"alert_id": str(alert.id), "push_subscription_id": subscription["id"]}
    made.bodies |= {
        "POST /v1/push-subscriptions": a_subscription(),
        "POST /open/feedback/{link}/answer": {"code": "12345678", "score": 4},
    }
