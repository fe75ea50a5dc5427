"""Leave: asked for, and agreed by a colleague; nobody answers their own, or what they asked for."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import ValidationInfo, field_validator
from sqlalchemy import Index
from sqlmodel import Field, col

from services.common.errors import Conflict, Forbidden
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Day, Input, NewId
from services.roster.domain.base import Base

LONGEST_DAYS = 366


class LeaveKind(StrEnum):
    ANNUAL = "annual"
    SICK = "sick"
    TRAINING = "training"
    OTHER = "other"


class LeaveState(StrEnum):
    ASKED = "asked"
    OK = "ok"
    NOT_OK = "not_ok"
    WITHDRAWN = "withdrawn"


class NewLeave(Input):
    """Whole days, both included, and the contracted minutes that they count for. Sickness is told, not asked for."""

    id: NewId
    team_id: UUID
    employee_id: UUID
    kind: LeaveKind
    from_on: Day
    to_on: Day
    minutes: Annotated[int, Shape(strict=True, ge=0, le=200_000)]

    @field_validator("to_on")
    @classmethod
    def _forwards(cls, to_on: date, info: ValidationInfo) -> date:
        from_on = info.data.get("from_on")
        if from_on is not None and not 0 <= (to_on - from_on).days < LONGEST_DAYS:
            raise ValueError("must not be before from_on, and at most a year after it")
        return to_on


class LeaveAnswer(Input):
    ok: bool


class LeaveOverlaps(Conflict):
    """Somebody is on leave once on a day."""

    field = "/body/from_on"
    way_out = "Look at this person's leave, and choose days that are in none, or withdraw the other first."

    def __init__(self) -> None:
        super().__init__("This person has asked for leave on some of these days already.")


class LeaveAnsweredAlready(Conflict):
    """Leave is answered once; what was agreed can be withdrawn."""

    field = "/path/leave_id"
    way_out = "Read the leave. Whoever wants other days withdraws this, and asks for those."

    def __init__(self, state: str) -> None:
        super().__init__(f"This leave is {state.replace('_', ' ')}.")


class NotOnesOwnLeave(Forbidden):
    """A colleague answers, who looks at the rota of those days."""

    field = "/path/leave_id"
    way_out = "Ask a colleague to answer."

    def __init__(self) -> None:
        super().__init__("Nobody answers leave that is their own, or that they asked for.")


class NotYourLeave(Forbidden):
    """Whose leave it is, or who told of it, takes it back."""

    field = "/path/leave_id"
    way_out = "Ask the colleague whose leave it is."

    def __init__(self) -> None:
        super().__init__("This leave is a colleague's.")


class Leave(TeamOwned, Base, table=True):
    """Days on which somebody does not work. Two of one person never overlap while they are asked for or agreed."""

    employee_id: UUID
    kind: str
    from_on: date
    to_on: date
    minutes: int
    state: str
    asked_by: UUID | None
    answered_by: UUID | None = None
    answered_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def asked(cls, new: NewLeave, by: UUID | None, now: datetime) -> Self:
        state = LeaveState.OK if new.kind == LeaveKind.SICK else LeaveState.ASKED
        about: dict[str, Any] = {"asked_by": by, "changed_at": now}
        return cls(**new.model_dump(), **about, state=state)

    def answer(self, ok: bool, by: UUID | None, now: datetime) -> None:
        """Raises `LeaveAnsweredAlready` or `NotOnesOwnLeave`."""
        if self.state != LeaveState.ASKED:
            raise LeaveAnsweredAlready(self.state)
        if by in (self.employee_id, self.asked_by):
            raise NotOnesOwnLeave
        self.state = LeaveState.OK if ok else LeaveState.NOT_OK
        self.answered_by, self.answered_at, self.changed_at = by, now, now

    def withdraw(self, by: UUID | None, now: datetime) -> None:
        """Raises `LeaveAnsweredAlready` or `NotYourLeave`."""
        if self.state not in (LeaveState.ASKED, LeaveState.OK):
            raise LeaveAnsweredAlready(self.state)
        if by not in (self.employee_id, self.asked_by):
            raise NotYourLeave
        self.state, self.changed_at = LeaveState.WITHDRAWN, now


def credited(leaves: Iterable[Leave], who: UUID, from_on: date, days: int) -> dict[int, int]:
    """By day of a period the minutes that somebody's agreed leave counts for, spread evenly over its days."""
    found = {}
    for one in leaves:
        whole = (one.to_on - one.from_on).days + 1
        for day in range(days) if one.employee_id == who else ():
            number = (from_on - one.from_on).days + day
            if 0 <= number < whole:
                found[day] = one.minutes * (number + 1) // whole - one.minutes * number // whole
    return found


def days_away(leaves: Iterable[Leave], who: UUID) -> set[date]:
    """All days of somebody's agreed leave."""
    return {
        one.from_on + timedelta(days=day)
        for one in leaves
        if one.employee_id == who
        for day in range((one.to_on - one.from_on).days + 1)
    }


only_states(Leave, "kind", LeaveKind)
only_states(Leave, "state", LeaveState)
Index("ix_leave_of", col(Leave.employee_id), col(Leave.to_on))
