"""What roster tells of shifts."""

from datetime import datetime
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
