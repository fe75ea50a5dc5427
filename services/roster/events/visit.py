"""What roster tells of visits."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from services.common.events import Event


class VisitPlanned(Event):
    """A visit as it now stands: planned, moved or confirmed (still planned), or cancelled."""

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
    # When the client was told of this time, if so.
    confirmed_at: datetime | None = None


class VisitNoReply(VisitPlanned):
    """Whoever visited found nobody. Its status says so; the words are the team's."""

    name: ClassVar[str] = "roster.visit.no_reply.v1"


class VisitMissed(VisitPlanned):
    """Nobody came. Its status says so; the words are the team's."""

    name: ClassVar[str] = "roster.visit.missed.v1"


class VisitStarted(Event):
    """Whoever visits is at the door."""

    name: ClassVar[str] = "roster.visit.started.v1"

    visit_id: UUID
    client_id: UUID
    team_id: UUID
    employee_id: UUID
    starts_at: datetime
    ends_at: datetime
    channel: str
    started_at: datetime


class VisitLate(Event):
    """Whoever visits alone was to have begun, or to be done, by `due_at`, and has not said so: team-mates look."""

    name: ClassVar[str] = "roster.visit.late.v1"

    visit_id: UUID
    client_id: UUID
    team_id: UUID
    employee_id: UUID
    due_at: datetime
    has_begun: bool


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
