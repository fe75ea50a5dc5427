"""What keeps a client safe, at night and in an emergency: what the others are told."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel

from services.common.events import Event


class BreakGlassOpened(Event):
    """To the client's team: somebody of another team may read the record, and the team is to say whether rightly."""

    name: ClassVar[str] = "caseload.break_glass.opened.v1"

    break_glass_id: UUID
    client_id: UUID
    team_id: UUID
    opened_by: UUID
    reason_code: str
    opened_at: datetime
    expires_at: datetime
    review_due_at: datetime


class IncidentRaised(Event):
    """Something happened that must not happen; what kind of thing, its id says where to read about it."""

    name: ClassVar[str] = "caseload.incident.raised.v1"

    incident_id: UUID
    kind: str
    client_id: UUID
    team_id: UUID
    medicine_id: UUID
    raised_at: datetime


class OfHandover(BaseModel):
    """What every event of a handover says. `sent_at` tells which sending it is of."""

    handover_id: UUID
    client_id: UUID
    team_id: UUID
    sent_at: datetime
    ods_code: str | None = None


class HandoverSent(OfHandover, Event):
    """To a service outside, which has to accept it by the deadline."""

    name: ClassVar[str] = "caseload.handover.sent.v1"

    accept_by: datetime


class HandoverAccepted(OfHandover, Event):
    name: ClassVar[str] = "caseload.handover.accepted.v1"

    accepted_at: datetime


class HandoverDeclined(OfHandover, Event):
    """The other side's own system says that they cannot take the client, who is still the team's."""

    name: ClassVar[str] = "caseload.handover.declined.v1"

    on_call_id: UUID
    declined_at: datetime


class HandoverDone(OfHandover, Event):
    """The other side says that its part is done; the team takes the client back when it is there."""

    name: ClassVar[str] = "caseload.handover.done.v1"

    accepted_at: datetime
    done_at: datetime


class HandoverExpired(OfHandover, Event):
    """A warning to the nurse on call: nobody accepted it in time, so the client is still the team's tonight."""

    name: ClassVar[str] = "caseload.handover.expired.v1"

    on_call_id: UUID
    accept_by: datetime
    expired_at: datetime


class HandoverReturned(OfHandover, Event):
    name: ClassVar[str] = "caseload.handover.returned.v1"

    accepted_at: datetime | None
    returned_at: datetime


class OfAlert(BaseModel):
    alert_id: UUID
    kind: str
    client_id: UUID
    team_id: UUID
    raised_at: datetime


class AlertRaised(OfAlert, Event):
    """Somebody was told of something that is late; which client's it is, and what, its ids say."""

    name: ClassVar[str] = "caseload.alert.raised.v1"

    subject_id: UUID


class AlertEscalated(OfAlert, Event):
    name: ClassVar[str] = "caseload.alert.escalated.v1"

    escalated_at: datetime
    escalations: int


class AlertAcknowledged(OfAlert, Event):
    name: ClassVar[str] = "caseload.alert.acknowledged.v1"

    acknowledged_at: datetime
