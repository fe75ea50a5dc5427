"""How leave, availability, agreements, breaches and the rest that is owed are shown."""

from datetime import date, datetime
from uuid import UUID

from services.common.types import Answer
from services.roster.api.shapes.shift import ShiftShape


class LeaveShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    employee_id: UUID
    kind: str
    from_on: date
    to_on: date
    minutes: int
    state: str
    asked_by: UUID | None
    answered_by: UUID | None
    answered_at: datetime | None


class LeaveWithShiftsShape(Answer):
    """The shifts are those planned on its days, which have to be amended."""

    leave: LeaveShape
    shifts: list[ShiftShape]


class AvailabilityShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    employee_id: UUID
    weekday: str | None
    day_on: date | None
    codes: list[str]
    says: str
    weight: int
    from_on: date
    until_on: date | None
    agreed: bool
    agreed_by: UUID | None


class TeamAgreementShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    code: str
    from_on: date
    amount: int
    per: int
    decision_id: UUID | None
    agreed_on: date
    recorded_by: UUID | None


class PlacedBreachShape(Answer):
    """Without an employee it is the team's, such as a duty without a registered nurse."""

    id: UUID
    team_id: UUID
    version: int
    employee_id: UUID | None
    rule_code: str
    shift_id: UUID | None
    rota_version_id: UUID | None
    days: list[date]
    missing_minutes: int
    ground: str
    words: str
    found_at: datetime
    placed_by: UUID | None


class RestOwedShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    employee_id: UUID
    breach_id: UUID
    minutes: int
    due_on: date
    taken_minutes: int
    settled_at: datetime | None
    overdue_at: datetime | None
