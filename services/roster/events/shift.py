"""What roster tells of shifts, and of the rest that is owed for some."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.common.events import Event


class ShiftPlanned(Event):
    """A shift as it now stands: planned, moved (still planned) or cancelled.

    `loan_id` is of a shift for which the team borrows somebody from another.
    """

    name: ClassVar[str] = "roster.shift.planned.v1"

    shift_id: UUID
    team_id: UUID
    employee_id: UUID
    kind: str
    starts_at: datetime
    ends_at: datetime
    unpaid_break_minutes: int
    status: str
    loan_id: UUID | None = None


class ProtectedTimeLost(Event):
    """Time away from the caseload was taken: a visit was put over it with the team's words, or it was cancelled.

    `cause` is `visit` or `cancelled`. Whose time it was stays with the team.
    """

    name: ClassVar[str] = "roster.protected_time.lost.v1"

    shift_id: UUID
    team_id: UUID
    starts_at: datetime
    cause: str
    lost_at: datetime


class RestOverdue(Event):
    """Rest that is owed for a breach (Working Time Regulations 1998, regulation 24) was not had by its day; told once.

    Whose it is stays with the team.
    """

    name: ClassVar[str] = "roster.rest.overdue.v1"

    rest_owed_id: UUID
    team_id: UUID
    minutes: int
    taken_minutes: int
    due_on: date
    overdue_at: datetime


class RestSettled(RestOverdue):
    """What was told of as overdue was had at last, or is owed no more."""

    name: ClassVar[str] = "roster.rest.settled.v1"

    settled_at: datetime
