"""What roster tells of visits."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from services.common.events import Event


class VisitPlanned(Event):
    """A visit as it now stands: planned, moved (still planned) or cancelled."""

    name: ClassVar[str] = "roster.visit.planned.v1"

    visit_id: UUID
    client_id: UUID
    team_id: UUID
    employee_id: UUID
    accompanied_by: UUID | None
    starts_at: datetime
    ends_at: datetime
    channel: str
    status: str


class VisitDone(Event):
    """A care contact named the visit. The times are those planned; `done_at` is when the contact ended."""

    name: ClassVar[str] = "roster.visit.done.v1"

    visit_id: UUID
    client_id: UUID
    team_id: UUID
    employee_id: UUID
    care_contact_id: UUID
    starts_at: datetime
    ends_at: datetime
    channel: str
    done_at: datetime
