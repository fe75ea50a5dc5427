"""What finance answers with. Explicit, so that a new column never leaks by itself. Money is integer pence."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.common.types import Answer


class RateShape(Answer):
    id: UUID
    kind: str
    key: str
    amount: int
    unit: str
    effective_from: date
    effective_to: date | None
    source: str
    status: str


class ActivityLineShape(Answer):
    """A line as the finance office sees it: by its own id, with nothing that names the client."""

    id: UUID
    team_id: UUID
    version: int
    care_contact_id: UUID
    employee_id: UUID
    activity_type: str
    minutes: int
    occurred_on: date
    band: str | None
    cost_pence: int | None
    explanation: dict[str, Any] | None
    charge_status: str


class TeamActivityLineShape(ActivityLineShape):
    """A line as the client's own team sees it."""

    client_id: UUID


class ActivityCostShape(Answer):
    """One type of activity by one band. Without a band the minutes wait for a contract or a rate."""

    activity_type: str
    band: str | None
    minutes: int | None
    cost_pence: int | None
    pence_per_hour: int | None
    hidden: bool


class ActivityCostsShape(Answer):
    team_id: UUID
    from_on: date
    to_on: date
    items: list[ActivityCostShape]


class ContributionShape(Answer):
    id: UUID
    version: int
    party: str
    pledged_pence: int
    invoiced_pence: int
    paid_pence: int
    unpaid_pence: int
    unpaid: bool


class BudgetShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    name: str
    months: int
    starts_on: date
    ends_on: date
    total_pence: int


class BudgetStanding(BudgetShape):
    """A budget at the end of one day. There is no forecast before its fourteenth day."""

    as_of: date
    days_all: int
    days_gone: int
    spent_pence: int
    remaining_pence: int
    expected_pence: int
    forecast_pence: int | None
    contributions: list[ContributionShape]


class ReablementShape(Answer):
    """An episode as the finance office sees it: by its own id, with nothing that names the client."""

    id: UUID
    team_id: UUID
    version: int
    started_on: date
    free_days: int
    last_free_day_on: date
    decision_due_on: date
    ended_on: date | None
    decision: str | None
    decided_on: date | None
    as_of: date
    day_number: int
    days_gone: int
    days_left: int
    decision_due: bool
    decision_overdue: bool


class TeamReablementShape(ReablementShape):
    """An episode as the client's own team sees it."""

    client_id: UUID
    episode_of_care_id: UUID


class OutcomeShape(Answer):
    """What the council decided, from a day on until the next begins; where it was superseded, a correction stands."""

    id: UUID
    outcome: str
    weekly_pence: int | None
    from_on: date
    council_ref: str
    recorded_by: UUID | None
    recorded_at: datetime
    superseded_at: datetime | None


class FinancialAssessmentShape(Answer):
    """A means test, by its own id and the reablement's: nothing of it names the client."""

    id: UUID
    team_id: UUID
    version: int
    reablement_id: UUID
    state: str
    asked_on: date
    outcomes: list[OutcomeShape]


class WeekOfCareShape(Answer):
    """A week from Monday to Sunday. Nobody pays more than the care cost; until that is known nothing is charged."""

    week_from_on: date
    days: int
    segments: int
    minutes: int
    cost_pence: int | None
    contribution_pence: int
    charged_pence: int | None


class WeeksOfCareShape(Answer):
    """What is billed is indicative: the council charges, by its own reference."""

    financial_assessment: FinancialAssessmentShape
    items: list[WeekOfCareShape]


class FigureShape(Answer):
    count: int | None
    hidden: bool


class ReablementSummary(Answer):
    """Where the team's episodes stand: the counts do not overlap, and small ones are hidden outside the team."""

    team_id: UUID
    as_of: date
    before_decision: FigureShape
    decision_due: FigureShape
    after_free_days: FigureShape


class OverheadShape(Answer):
    """Meetings and admin. `share_basis_points`: of the contracted time; 800 is 8%."""

    minutes: int
    share_basis_points: int | None
    pence_per_hour: int | None
    cost_pence: int | None


class TeamOverheadShape(Answer):
    """One month. What was spent on few clients is not told, nor a cost that stands on few."""

    team_id: UUID
    month_on: date
    contracted_minutes: int
    client_facing_minutes: int | None
    coordination_minutes: int | None
    travel_minutes: int | None
    meeting_minutes: int
    training_minutes: int
    admin_minutes: int
    overhead: OverheadShape
    yardstick_low_percent: int
    yardstick_usual_percent: int
