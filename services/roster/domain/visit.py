"""Visit: one planned meeting of one person with one client (FHIR Appointment). What happened is a care contact."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import ValidationInfo, field_validator
from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input, Instant, Name, NewId, Words
from services.roster.domain.base import Base, Channel
from services.roster.domain.presence import AccompaniedByOneself
from services.roster.domain.second_hand import SecondHand, reason_of
from services.roster.domain.visit_plan import VisitPlan
from services.roster.domain.visit_refusals import (
    NotYetMissed,
    NotYourVisit,
    VisitNoLongerOpen,
    VisitNoLongerPlanned,
    VisitNotYetDue,
)
from services.roster.domain.window import Window


class VisitStatus(StrEnum):
    """Planned, then confirmed to the client, then begun; done, cancelled, nobody answered the door, or nobody came."""

    PLANNED = "planned"
    CONFIRMED = "confirmed"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"
    NO_REPLY = "no_reply"
    MISSED = "missed"


TO_COME = (VisitStatus.PLANNED, VisitStatus.CONFIRMED)
OPEN = (*TO_COME, VisitStatus.IN_PROGRESS)


class ToldHow(StrEnum):
    """How the client heard of the time."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    SMS = "sms"
    LETTER = "letter"


class NewVisit(Input):
    """A visit as the team agreed it with the client. `accompanied_by` is a second member of the team.

    Why two are needed is said with it, unless the visit plan says so; `override_words` say why it is outside the
    team's hours, in protected time, or made by somebody without the role or the skill that its plan names.
    """

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
    second_hand_reason: SecondHand | None = None
    override_words: Words | None = None

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
    second_hand_reason: SecondHand | None = None
    override_words: Words | None = None


class Cancellation(Input):
    reason: Words


class Confirmation(Input):
    told_how: ToldHow


class NotDone(Input):
    """What was tried at the door, or why nobody came."""

    reason: Words


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
    second_hand_reason: str | None = None
    # As they stood in the visit plan, in minutes after midnight on the clocks of England.
    window_from_minute: int | None = None
    window_until_minute: int | None = None
    series_id: UUID | None = Field(default=None, foreign_key="visit_series.id")
    occurrence_on: date | None = None
    override_words: str | None = None
    # What it was planned against, by those words.
    overrode: list[str] = Field(
        default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default=text("'{}'"))
    )
    status: str = VisitStatus.PLANNED
    confirmed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    told_how: str | None = None
    started_at: datetime | None = Field(default=None, sa_type=INSTANT)
    late_alerted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    not_done_reason: str | None = None
    not_done_at: datetime | None = Field(default=None, sa_type=INSTANT)
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
        """The client has to be told anew.

        Raises `VisitNoLongerPlanned`, `AccompaniedByOneself`, `SecondHandNeeded` or `SecondHandWithoutReason`.
        """
        self._require_to_come()
        self.ends_at, self.starts_at = move.starts_at + (self.ends_at - self.starts_at), move.starts_at
        self.employee_id = move.employee_id or self.employee_id
        if "accompanied_by" in move.model_fields_set:
            self.accompanied_by = move.accompanied_by
        if self.accompanied_by == self.employee_id:
            raise AccompaniedByOneself
        self.second_hand_reason, self.override_words = self._reason_after(move), move.override_words
        self.status, self.confirmed_at, self.told_how = VisitStatus.PLANNED, None, None
        self.late_alerted_at, self.changed_at = None, now

    def cancel(self, reason: str, now: datetime) -> None:
        """Raises `VisitNoLongerPlanned`."""
        self._require_to_come()
        self.status, self.cancel_reason, self.changed_at = VisitStatus.CANCELLED, reason, now

    def confirm(self, told_how: ToldHow, now: datetime) -> None:
        """The client knows the time. Raises `VisitNoLongerPlanned`."""
        self._require_to_come()
        self.status, self.told_how = VisitStatus.CONFIRMED, told_how
        self.confirmed_at = self.changed_at = now

    def start(self, by: UUID | None, now: datetime, ahead: timedelta) -> None:
        """Whoever visits is at the door. Raises `NotYourVisit`, `VisitNoLongerPlanned` or `VisitNotYetDue`."""
        self._require_visitor(by)
        self._require_to_come()
        self._require_due(now, ahead)
        self.status, self.late_alerted_at = VisitStatus.IN_PROGRESS, None
        self.started_at = self.changed_at = now

    def be_late(self, now: datetime) -> datetime:
        """The team is told, once, that it should have begun or ended by then."""
        self.late_alerted_at = self.changed_at = now
        return self.ends_at if self.status == VisitStatus.IN_PROGRESS else self.starts_at

    def find_nobody(self, tried: str, by: UUID | None, now: datetime, ahead: timedelta) -> None:
        """Nobody answered. Raises `NotYourVisit`, `VisitNoLongerOpen` or `VisitNotYetDue`."""
        self._require_visitor(by)
        if self.status not in OPEN:
            raise VisitNoLongerOpen(self.status)
        self._require_due(now, ahead)
        self._end_undone(VisitStatus.NO_REPLY, tried, now)

    def miss(self, why: str, now: datetime) -> None:
        """Nobody came. Raises `VisitNoLongerPlanned` or `NotYetMissed`."""
        self._require_to_come()
        if now < self.starts_at:
            raise NotYetMissed
        self._end_undone(VisitStatus.MISSED, why, now)

    def finish(self, care_contact_id: UUID, done_at: datetime, now: datetime) -> bool:
        """Whether the contact makes this visit done; one that has ended, or was cancelled, stays as it is.

        That nobody came was a colleague's word; whoever came knows better, and may say so late.
        """
        if self.status not in (*OPEN, VisitStatus.MISSED):
            return False
        self.not_done_reason = self.not_done_at = None
        self.status, self.care_contact_id, self.done_at = VisitStatus.DONE, care_contact_id, done_at
        self.changed_at = now
        return True

    def people(self) -> list[UUID]:
        return [person for person in (self.employee_id, self.accompanied_by) if person is not None]

    @property
    def window(self) -> Window | None:
        return Window.of(self.window_from_minute, self.window_until_minute)

    def follow(self, plan: VisitPlan | None) -> None:
        """Take over what the visit plan says of when, and of how many are needed.

        Raises `SecondHandNeeded` or `SecondHandWithoutReason`.
        """
        said = self.second_hand_reason
        if plan is not None:
            self.window_from_minute, self.window_until_minute = plan.window_from_minute, plan.window_until_minute
            said = said or plan.second_hand_reason
        needs_two = plan is not None and plan.needs_two
        self.second_hand_reason = reason_of(self.accompanied_by, said, needs_two=needs_two)

    def leave_series(self) -> None:
        self.series_id = self.occurrence_on = None

    def _reason_after(self, move: Move) -> str | None:
        """Whoever has to be lifted by two is, whatever else the move says."""
        kept, lifts = self.second_hand_reason, self.second_hand_reason == SecondHand.MOVING_HANDLING
        said = kept if lifts else move.second_hand_reason or kept
        # Whoever came along before anybody asked why still does; who is named now comes for a reason.
        if said is None and move.accompanied_by is None:
            return None
        return reason_of(self.accompanied_by, said, needs_two=lifts)

    def _end_undone(self, status: VisitStatus, reason: str, now: datetime) -> None:
        self.status, self.not_done_reason = status, reason
        self.not_done_at = self.changed_at = now

    def _require_to_come(self) -> None:
        if self.status not in TO_COME:
            raise VisitNoLongerPlanned(self.status)

    def _require_due(self, now: datetime, ahead: timedelta) -> None:
        if now < self.starts_at - ahead:
            raise VisitNotYetDue(ahead)

    def _require_visitor(self, who: UUID | None) -> None:
        if who not in self.people():
            raise NotYourVisit


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
        " and (status = 'cancelled') = (cancel_reason is not null)"
        " and (status in ('no_reply', 'missed')) = (not_done_reason is not null)"
        " and (status <> 'confirmed' or confirmed_at is not null)"
        " and (status <> 'in_progress' or started_at is not null)"
        " and (accompanied_by is not null or second_hand_reason is null)"
        " and (window_from_minute is null) = (window_until_minute is null)"
        " and (series_id is null) = (occurrence_on is null)",
        name="visit_makes_sense",
    )
)
Index("ix_visit_team_starts", col(Visit.team_id), col(Visit.starts_at))
Index("ix_visit_employee_starts", col(Visit.employee_id), col(Visit.starts_at))
ALONG = text("accompanied_by is not null")
Index("ix_visit_along_starts", col(Visit.accompanied_by), col(Visit.starts_at), postgresql_where=ALONG)
OF_SERIES = text("series_id is not null")
Index("one_visit_of_each_day", col(Visit.series_id), col(Visit.occurrence_on), unique=True, postgresql_where=OF_SERIES)
UNENDED = text("status in ('planned', 'confirmed', 'in_progress') and late_alerted_at is null")
Index("ix_visit_to_watch", col(Visit.starts_at), postgresql_where=UNENDED)
