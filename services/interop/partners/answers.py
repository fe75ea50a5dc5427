"""What a partner's system is told when a team has answered its referral: ids, codes and a time, and nobody's name."""

import json
from datetime import UTC, datetime
from uuid import UUID, uuid5

from services.interop.domain.delivery import CouncilDelivery
from services.interop.domain.inbound import InboundReferral
from services.interop.partners.council import SOURCE

ANSWERED = "uk.heatshield.referral.answered.v1"


def delivery(referral: InboundReferral, connection_id: UUID, now: datetime) -> CouncilDelivery:
    """The answer on its way to one address, as the facts for councils go (Standard Webhooks 1.0.0)."""
    event_id = uuid5(referral.id, f"{ANSWERED}/{referral.outcome}")
    event = {
        "specversion": "1.0",
        "id": str(event_id),
        "source": SOURCE,
        "type": ANSWERED,
        "subject": f"referral/{referral.id}",
        "time": _instant(now),
        "datacontenttype": "application/json",
        "data": {
            "id": str(referral.id),
            "reference": referral.reference,
            "status": referral.outcome,
            "answered_at": _instant(referral.answered_at or now),
            "not_taken_reason": referral.not_taken_reason,
        },
    }
    return CouncilDelivery(
        team_id=referral.team_id,
        event_id=event_id,
        connection_id=connection_id,
        inbound_referral_id=referral.id,
        type=ANSWERED,
        payload=json.dumps(event),
        queued_at=now,
        due_at=now,
        changed_at=now,
    )


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
