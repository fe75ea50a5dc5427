"""How swaps, open shifts and loans are shown."""

from datetime import date, datetime
from uuid import UUID

from services.common.types import Answer


class ChangeShape(Answer):
    """In `words` the people are {0}, {1} and so on, in the order of `employee_ids`."""

    employee_ids: list[UUID]
    days: list[date]
    points: int
    words: str


class RuleChangeShape(Answer):
    """A rule that costs more points than before, or fewer: what comes, and what goes."""

    code: str
    points: int
    comes: list[ChangeShape]
    goes: list[ChangeShape]


class BrokenShape(Answer):
    law: str
    employee_id: UUID | None
    days: list[date]
    missing_minutes: int
    rest_owed_minutes: int
    words: str


class RestingShape(Answer):
    """A skill that visits of that day need, and who alone would have it; nobody, where the list is empty."""

    skill: str
    day_on: date
    employee_ids: list[UUID]
    visit_ids: list[UUID]
    words: str


class LeftBehindShape(Answer):
    """A visit that lies in a shift which its visitor gives away."""

    visit_id: UUID
    employee_id: UUID


class DeltaShape(Answer):
    points: int
    rules: list[RuleChangeShape]
    breaches: list[BrokenShape]
    skills: list[RestingShape]
    visits: list[LeftBehindShape]
    needs_cosign: bool


class GroundShape(Answer):
    kind: str
    words: str


class SwapShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    from_employee_id: UUID
    to_employee_id: UUID | None
    to_all: bool
    gives: list[UUID]
    takes: list[UUID]
    state: str
    delta: DeltaShape | None
    ground: GroundShape | None
    cosigned_by: UUID | None
    until_at: datetime
    applied_at: datetime | None


class OpenShiftShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    kind: str
    starts_at: datetime
    ends_at: datetime
    unpaid_break_minutes: int
    needs: list[str]
    reason: str
    state: str
    until_at: datetime
    opened_by: UUID | None
    taken_by: UUID | None
    taken_at: datetime | None
    shift_id: UUID | None


class OfferShape(Answer):
    """`deficit_minutes`: four weeks' shifts against the contract. `extras`: open shifts taken in 13 weeks."""

    employee_id: UUID
    rank: int
    deficit_minutes: int
    extras: int
    answer: str | None
    answered_at: datetime | None


class WholeOpenShiftShape(Answer):
    open_shift: OpenShiftShape
    offers: list[OfferShape]


class LoanShape(Answer):
    """`team_id` borrows. The lender's grounds, and who of it agreed, are told to the lender alone."""

    id: UUID
    team_id: UUID
    lending_team_id: UUID
    version: int
    starts_at: datetime
    ends_at: datetime
    unpaid_break_minutes: int
    needs: list[str]
    reason: str
    state: str
    asked_by: UUID | None
    employee_id: UUID | None
    agreed_by: UUID | None
    ground: GroundShape | None
    below_floor_words: str | None
    placed_at: datetime | None
