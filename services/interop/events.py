"""What interop tells the others. Additive changes only; a breaking change is a new version beside the old."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from services.common.events import Event


class ReferralReceived(Event):
    """A partner referred somebody. Who it is stays here, and is asked for by id.

    `kind` is referral or validation; by `answer_due_at` the sender of a validation needs the team's answer.
    """

    name: ClassVar[str] = "interop.referral.received.v1"

    inbound_referral_id: UUID
    team_id: UUID
    kind: str
    use_case: str
    urgency: str
    received_at: datetime
    answer_due_at: datetime | None
