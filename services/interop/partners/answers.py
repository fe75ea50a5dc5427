"""What a partner's system is told when a team has answered its referral: ids, codes and a time, and nobody's name."""

import json
from datetime import datetime
from uuid import UUID, uuid5

from services.common.types import day_in_england
from services.interop.domain.delivery import CouncilDelivery
from services.interop.domain.inbound import InboundReferral
from services.interop.partners.council.facts import SOURCE, instant

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
        "time": instant(now),
        "datacontenttype": "application/json",
        "data": {
            "id": str(referral.id),
            "reference": referral.reference,
            "status": referral.outcome,
            "answered_at": instant(referral.answered_at or now),
            "not_taken_reason": referral.not_taken_reason,
        },
    }
    return CouncilDelivery(
        team_id=referral.team_id,
        event_id=event_id,
        connection_id=connection_id,
        inbound_referral_id=referral.id,
        type=ANSWERED,
        happened_on=day_in_england(referral.answered_at or now),
        payload=json.dumps(event),
        queued_at=now,
        due_at=now,
        changed_at=now,
    )
