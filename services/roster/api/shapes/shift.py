"""How a shift is shown."""

from datetime import datetime
from uuid import UUID

from services.common.types import Answer


class ShiftShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    employee_id: UUID
    kind: str
    starts_at: datetime
    ends_at: datetime
    unpaid_break_minutes: int
    duration_minutes: int
    paid_minutes: int
    supervised_only: bool
    planned_by: UUID | None
    status: str
    rota_version_id: UUID | None
    told_at: datetime | None
    accepted_at: datetime | None
    short_notice: bool
    initiated_by: UUID | None
