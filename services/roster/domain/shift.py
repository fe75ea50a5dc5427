"""Shift: when a member of the team works or is on call, and time that is set aside for other things."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Self
from uuid import UUID

from pydantic import ValidationInfo, field_validator
from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, col

from services.common.errors import Conflict, Forbidden
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Count, Input, Instant, NewId
from services.roster.domain.base import Base
from services.roster.domain.breach import Ground
from services.roster.domain.period import whole_minutes
from services.roster.domain.rota.problem import DutyKind

# A slip of the pen, not a limit of working time: that is a rule with a source, and the team's own.
LONGEST = timedelta(hours=16)


class ShiftKind(StrEnum):
    """What the time is for. Clients are visited in the first two only."""

    SHIFT = "shift"
    ON_CALL = "on_call"
    MEETING = "meeting"
    TRAINING = "training"
    PROTECTED_TIME = "protected_time"
    ADMIN = "admin"


VISITING = (ShiftKind.SHIFT, ShiftKind.ON_CALL)


class ShiftStatus(StrEnum):
    PLANNED = "planned"
    CANCELLED = "cancelled"


class Span(Input):
    """From when to when. The break in it is not paid."""

    starts_at: Instant
    ends_at: Instant
    unpaid_break_minutes: Count = 0

    @field_validator("ends_at")
    @classmethod
    def _of_a_likely_length(cls, ends_at: datetime, info: ValidationInfo) -> datetime:
        starts_at = info.data.get("starts_at")
        if starts_at is not None and not starts_at < ends_at <= starts_at + LONGEST:
            raise ValueError("must be after starts_at, and at most 16 hours after it")
        return ends_at

    @field_validator("unpaid_break_minutes")
    @classmethod
    def _within_the_shift(cls, minutes: int, info: ValidationInfo) -> int:
        starts_at, ends_at = info.data.get("starts_at"), info.data.get("ends_at")
        if starts_at is not None and ends_at is not None and minutes >= whole_minutes(starts_at, ends_at):
            raise ValueError("must be shorter than the shift")
        return minutes


class Times(Span):
    """When somebody works, and why it is placed all the same where it breaks a rule."""

    ground: Ground | None = None


class NewShift(Times):
    """A stretch of one person's time."""

    id: NewId
    team_id: UUID
    employee_id: UUID
    kind: ShiftKind = ShiftKind.SHIFT
    supervised_only: bool = False


class ShiftClash(Conflict):
    """Nobody works two shifts at once."""

    field = "/body/starts_at"
    way_out = "Look at this person's shifts of that day, and choose a time that does not overlap with them."

    def __init__(self, field: str = field) -> None:
        super().__init__("This person already has a shift at that time.", field=field)


class ShiftOfRota(Conflict):
    """What a rota planned is changed in the rota, so that the two never differ."""

    field = "/path/shift_id"
    way_out = "Amend the rota: /v1/rotas/{rota_id}/amendments, with the reason."

    def __init__(self) -> None:
        super().__init__("This shift is of a published rota.")


class ShiftOfLoan(Conflict):
    """What two teams agreed is changed by both."""

    field = "/path/shift_id"
    way_out = "End the loan: /v1/loans/{loan_id}/end. For other times ask for another."

    def __init__(self) -> None:
        super().__init__("This shift is of a nurse whom another team lends.")


class ShiftIsOff(Conflict):
    """A shift that was cancelled stays so."""

    field = "/path/shift_id"
    way_out = "Plan a new shift."

    def __init__(self) -> None:
        super().__init__("This shift was cancelled.")


class NotYourShift(Forbidden):
    """Whose shift it is accepts that it changed."""

    field = "/path/shift_id"
    way_out = "Ask the colleague whose shift it is."

    def __init__(self) -> None:
        super().__init__("This shift is a colleague's.")


class Shift(TeamOwned, Base, table=True):
    """Planned time of one member. Shifts of the kind `shift` never overlap for one person, in whatever team.

    `duty_kind` says in which way somebody is on call by a rota; by hand it is at home.
    """

    TIMES: ClassVar[tuple[str, ...]] = ("starts_at", "ends_at", "unpaid_break_minutes")

    employee_id: UUID
    kind: str
    starts_at: datetime = Field(sa_type=INSTANT)
    ends_at: datetime = Field(sa_type=INSTANT)
    unpaid_break_minutes: int
    supervised_only: bool
    planned_by: UUID | None
    status: str = ShiftStatus.PLANNED
    rota_version_id: UUID | None = Field(default=None, foreign_key="rota_version.id")
    loan_id: UUID | None = Field(default=None, foreign_key="loan.id")
    duty_kind: str | None = None
    told_at: datetime | None = Field(default=None, sa_type=INSTANT)
    accepted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    short_notice: bool = False
    initiated_by: UUID | None = None

    @classmethod
    def planned(cls, new: NewShift, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"planned_by": by, "changed_at": now}
        return cls(**new.model_dump(exclude={"ground"}), **about)

    @classmethod
    def of_rota(cls, team_id: UUID, planned: Any, soon: datetime, about: dict[str, Any], now: datetime) -> Self:
        """What a published rota plans of somebody's time; at short notice where it begins before `soon`."""
        stretch = {name: getattr(planned, name) for name in ("employee_id", "kind", "duty_kind", *Shift.TIMES)}
        short = planned.starts_at < soon
        return cls(**stretch, team_id=team_id, supervised_only=False, short_notice=short, changed_at=now, **about)

    def become(self, times: Any, soon: datetime, about: dict[str, Any], now: datetime) -> None:
        """Other times of the same person's shift, not accepted yet."""
        self.short_notice = min(self.starts_at, times.starts_at) < soon
        for name, value in {**{name: getattr(times, name) for name in Shift.TIMES}, **about}.items():
            setattr(self, name, value)
        self.accepted_at, self.changed_at = None, now

    def cancel(self, soon: datetime, about: dict[str, Any], now: datetime) -> None:
        """It is off, and its time is free again."""
        self.short_notice = self.starts_at < soon
        for name, value in about.items():
            setattr(self, name, value)
        self.status, self.accepted_at, self.changed_at = ShiftStatus.CANCELLED, None, now

    def require_by_hand(self) -> None:
        """Raises `ShiftOfRota`, `ShiftOfLoan` or `ShiftIsOff`."""
        if self.rota_version_id is not None:
            raise ShiftOfRota
        if self.loan_id is not None:
            raise ShiftOfLoan
        if self.status != ShiftStatus.PLANNED:
            raise ShiftIsOff

    def accept(self, by: UUID | None, now: datetime) -> None:
        """Whose shift it is says yes to it as it now stands. Raises `NotYourShift`."""
        if by != self.employee_id:
            raise NotYourShift
        self.accepted_at = self.changed_at = now

    @property
    def duration_minutes(self) -> int:
        """From start to end, with the hour that a clock change adds or takes."""
        return whole_minutes(self.starts_at, self.ends_at)

    @property
    def paid_minutes(self) -> int:
        return self.duration_minutes - self.unpaid_break_minutes


only_states(Shift, "kind", ShiftKind)
only_states(Shift, "status", ShiftStatus)
only_states(Shift, "duty_kind", DutyKind)
Shift.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint("ends_at > starts_at and unpaid_break_minutes >= 0", name="shift_runs_forwards")
)
Index("ix_shift_team_starts", col(Shift.team_id), col(Shift.starts_at))
Index("ix_shift_employee_starts", col(Shift.employee_id), col(Shift.starts_at))
Index("ix_shift_loan", col(Shift.loan_id), unique=True, postgresql_where=col(Shift.loan_id).is_not(None))
Index("ix_shift_rota_version", col(Shift.rota_version_id), postgresql_where=col(Shift.rota_version_id).is_not(None))
