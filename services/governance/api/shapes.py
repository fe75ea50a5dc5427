"""What governance answers with. Explicit, so that a new column never leaks by itself."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from services.common.types import Answer


class SubjectShape(Answer):
    kind: str
    id: UUID


class DecisionShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    title: str
    proposal: str
    raised_by: UUID | None
    raised_at: datetime
    subjects: list[SubjectShape]
    status: str
    review_on: date | None
    adopted_on: date | None
    settled_by: UUID | None
    settled_at: datetime | None
    outcome_words: str | None


class PositionShape(Answer):
    employee_id: UUID
    position: str
    reason: str | None
    recorded_by: UUID | None
    recorded_at_meeting: bool
    taken_at: datetime


class ConsentShape(Answer):
    """Where the team's current members stand, how many have to answer, and how many of these by themselves."""

    members: int
    needed: int
    answered: int
    agree: int
    can_live_with: int
    cannot_live_with: int
    in_person: int
    needed_in_person: int


class WholeDecision(DecisionShape):
    positions: Sequence[PositionShape]
    history: Sequence[PositionShape]
    consent: ConsentShape


class GroundRuleShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    place: int
    words: str
    from_on: date
    replaced_on: date | None
    replaces: UUID | None
    decision_id: UUID | None
    written_by: UUID | None


class GoalShape(Answer):
    code: str
    name: str
    source: str


class ObstacleShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    title: str
    kind: str
    tag: str
    status: str
    raised_by: UUID | None
    raised_on: date
    owner: str | None
    waiting_on: str | None
    closed_on: date | None
    removed_on: date | None
    outcome: str | None


class TimedObstacle(ObstacleShape):
    """An obstacle with its age, and the working day on which it goes a step higher."""

    age_days: int
    age_working_days: int
    escalation: str
    escalates_on: date | None


class ObstacleCounts(Answer):
    team_id: UUID
    as_of: date
    open: int
    by_tag: dict[str, int]
    by_escalation: dict[str, int]
    oldest_working_days: int


class FigureShape(Answer):
    code: str
    part: str | None
    name: str
    unit: str
    definition: str
    numerator: int | float | None
    denominator: int | float | None
    value: int | float | None
    hidden: bool


class TeamMeasures(Answer):
    team_id: UUID
    from_on: date
    to_on: date
    items: list[FigureShape]


class ComplaintShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    kind: str
    received_on: date
    acknowledgement_due_on: date | None
    summary: str
    recorded_by: UUID | None
    status: str
    acknowledged_on: date | None
    answered_on: date | None
    answer: str | None
    learned_on: date | None
    learning: str | None


class TimedComplaint(ComplaintShape):
    overdue: bool


class CountShape(Answer):
    code: str
    value: int | None
    hidden: bool


class ComplaintCounts(Answer):
    """What was received from one day to the other; without the first, ever."""

    team_id: UUID
    from_on: date | None
    as_of: date
    items: list[CountShape]
