"""Visit: one planned meeting of one person with one client (FHIR Appointment). What happened is a care contact."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import ValidationInfo, field_validator
from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, col

from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input, Instant, Name, NewId, Words
from services.roster.domain.base import Base, Channel
from services.roster.domain.presence import AccompaniedByOneself


class VisitStatus(StrEnum):
    """Planned until it is done or cancelled; nobody answered the door, or nobody came."""

    PLANNED = "planned"
    DONE = "done"
    CANCELLED = "cancelled"
    NO_REPLY = "no_reply"
    MISSED = "missed"


# These hold the time of the client and of whoever visits.


class NewVisit(Input):
    """A visit as the team agreed it with the client. `accompanied_by` is a second member of the team."""

    id: NewId
    team_id: UUID
    client_id: UUID
    employee_id: UUID
    visit_plan_id: UUID | None = None
    starts_at: Instant
    ends_at: Instant
    channel: Channel = Channel.IN_PERSON
    purpose: Name
    accompanied_by: UUID | None = None

    @field_validator("ends_at")
    @classmethod
    def _after_its_start(cls, ends_at: datetime, info: ValidationInfo) -> datetime:
        starts_at = info.data.get("starts_at")
        if starts_at is not None and ends_at <= starts_at:
            raise ValueError("must be after starts_at")
        return ends_at


class Move(Input):
    """A new time, of the same length. What is left out stays; `accompanied_by: null` means that nobody comes along."""

    starts_at: Instant
    employee_id: UUID | None = None
    accompanied_by: UUID | None = None


class Cancellation(Input):
    reason: Words


class VisitNoLongerPlanned(Conflict):
    """What was done or cancelled is not moved or cancelled again."""

    field = "/path/visit_id"
    way_out = "Read the visit to see what became of it, and plan a new one if the client needs it."

    def __init__(self, status: str) -> None:
        super().__init__(f"This visit is no longer planned: {status.replace('_', ' ')}.")


class NurseAlreadyBooked(Conflict):
    """Nobody is at two places at once, whether visiting or coming along."""

    field = "/body/starts_at"
    way_out = "Choose a time at which everybody who visits is free, or ask a colleague."

    def __init__(self) -> None:
        super().__init__("Somebody who would visit has another visit at that time.")


class ClientAlreadyVisited(Conflict):
    """A client has one visit at a time; a second pair of hands comes along on the same visit."""

    field = "/body/starts_at"
    way_out = "Choose another time, or name the second person in accompanied_by of the visit that is there."

    def __init__(self) -> None:
        super().__init__("This client already has a visit at that time.")


# Which refusal each of the database's own rules stands for.
CLASHES = {"visit_one_at_a_time": ClientAlreadyVisited, "attendance_one_at_a_time": NurseAlreadyBooked}


class PlanOfAnotherClient(Unprocessable):
    field = "/body/visit_plan_id"
    way_out = "Name a visit plan of this client and this team, or leave visit_plan_id out."

    def __init__(self) -> None:
        super().__init__("This visit plan is not one of this client's with this team.")


class Visit(TeamOwned, Base, table=True):
    """A planned visit and what became of it. The database lets no client have two at a time."""

    client_id: UUID
    employee_id: UUID
    visit_plan_id: UUID | None = Field(default=None, foreign_key="visit_plan.id")
    starts_at: datetime = Field(sa_type=INSTANT)
    ends_at: datetime = Field(sa_type=INSTANT)
    channel: str
    purpose: str
    accompanied_by: UUID | None = None
    status: str = VisitStatus.PLANNED
    cancel_reason: str | None = None
    care_contact_id: UUID | None = None
    done_at: datetime | None = Field(default=None, sa_type=INSTANT)
    planned_by: UUID | None

    @classmethod
    def planned(cls, new: NewVisit, by: UUID | None, now: datetime) -> Self:
        """Raises `AccompaniedByOneself`."""
        if new.accompanied_by == new.employee_id:
            raise AccompaniedByOneself
        about: dict[str, Any] = {"planned_by": by, "changed_at": now}
        return cls(**new.model_dump(), **about)

    def move(self, move: Move, now: datetime) -> None:
        """Raises `VisitNoLongerPlanned` or `AccompaniedByOneself`."""
        self._require_planned()
        self.ends_at, self.starts_at = move.starts_at + (self.ends_at - self.starts_at), move.starts_at
        self.employee_id = move.employee_id or self.employee_id
        if "accompanied_by" in move.model_fields_set:
            self.accompanied_by = move.accompanied_by
        if self.accompanied_by == self.employee_id:
            raise AccompaniedByOneself
        self.changed_at = now

    def cancel(self, reason: str, now: datetime) -> None:
        """Raises `VisitNoLongerPlanned`."""
        self._require_planned()
        self.status, self.cancel_reason, self.changed_at = VisitStatus.CANCELLED, reason, now

    def finish(self, care_contact_id: UUID, done_at: datetime, now: datetime) -> bool:
        """Whether the contact makes this visit done; one that is done already, or was cancelled, stays as it is."""
        if self.status != VisitStatus.PLANNED:
            return False
        self.status, self.care_contact_id, self.done_at = VisitStatus.DONE, care_contact_id, done_at
        self.changed_at = now
        return True

    def people(self) -> list[UUID]:
        return [person for person in (self.employee_id, self.accompanied_by) if person is not None]

    def _require_planned(self) -> None:
        if self.status != VisitStatus.PLANNED:
            raise VisitNoLongerPlanned(self.status)


class Attendance(Base, table=True):
    """Whose time a visit holds: the one who visits and the one who comes along.

    The database writes it from `visit` by a trigger, and lets nobody be at two places at once.
    """

    visit_id: UUID = Field(primary_key=True, foreign_key="visit.id", ondelete="CASCADE")
    employee_id: UUID = Field(primary_key=True)
    starts_at: datetime = Field(sa_type=INSTANT)
    ends_at: datetime = Field(sa_type=INSTANT)


only_states(Visit, "status", VisitStatus)
only_states(Visit, "channel", Channel)
Visit.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint(
        "ends_at > starts_at and accompanied_by is distinct from employee_id"
        " and (status = 'done') = (care_contact_id is not null)"
        " and (status = 'cancelled') = (cancel_reason is not null)",
        name="visit_makes_sense",
    )
)
Index("ix_visit_team_starts", col(Visit.team_id), col(Visit.starts_at))
