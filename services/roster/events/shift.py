"""What roster tells of shifts."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from services.common.events import Event


class ShiftPlanned(Event):
    """A shift as it now stands: planned, moved (still planned) or cancelled."""

    name: ClassVar[str] = "roster.shift.planned.v1"

    shift_id: UUID
    team_id: UUID
    employee_id: UUID
    kind: str
    starts_at: datetime
    ends_at: datetime
    unpaid_break_minutes: int
    status: str
