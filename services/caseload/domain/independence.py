"""Independence: what a client wants to do without the team again, and how visits are to become fewer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import field_validator
from sqlalchemy import CheckConstraint, Column, Index, Table
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.care_plan import CarePlan
from services.caseload.domain.counted import counted
from services.caseload.domain.due import require_order
from services.caseload.domain.self_care import NotPossible, WhyNotPossible
from services.common.errors import Conflict, Unprocessable
from services.common.figures import Cell, Layout
from services.common.models import INSTANT, Stored, TeamOwned, only_states
from services.common.types import Day, Input, NewId, PastDay, Words

A_WEEK = timedelta(days=7)
# Quarters, so that five visits in four weeks can be said, and every number is exact.
VisitsPerWeek = Annotated[float, Shape(strict=True, ge=0, le=70, multiple_of=0.25, allow_inf_nan=False)]


class NewGoal(Input):
    """What the client wants to do themselves, or with their own people, in their words."""

    id: NewId
    care_plan_id: UUID
    words: Words
    set_on: PastDay


class GoalMet(Input):
    met_on: PastDay
    client_words: Words | None = None


class GoalStatus(StrEnum):
    WORKING = "working"
    MET = "met"
    NOT_ABLE = "not_able"
    NOT_WANTED = "not_wanted"


class PlannedStep(Input):
    """From which day on how many visits a week."""

    from_on: Day
    visits_per_week: VisitsPerWeek


class NewStepDown(Input):
    """How visits are to become fewer, from what they are now."""

    steps: list[PlannedStep] = Shape(min_length=1, max_length=30)

    @field_validator("steps")
    @classmethod
    def _in_order(cls, steps: list[PlannedStep]) -> list[PlannedStep]:
        days = [step.from_on for step in steps]
        if sorted(set(days)) != days:
            raise ValueError("name each day once, the earliest first")
        return steps


class GoalAlreadySettled(Conflict):
    """A goal is met once, or said once not to be possible or not to be wanted."""

    field = "/path/goal_id"
    way_out = "Set the goal anew if things have changed; both stay in the record."

    def __init__(self) -> None:
        super().__init__("This goal is settled already.")


class StepDownRises(Unprocessable):
    """A step-down leads to fewer visits. What needs more is a change of the plan."""

    field = "/body/steps"
    way_out = "Let no step have more visits than the one before; where more are needed, change the care plan."

    def __init__(self, position: int) -> None:
        at = f"{self.field}/{position}/visits_per_week"
        super().__init__("This step would have more visits a week than the one before.", field=at)


class IndependenceGoal(TeamOwned, Base, table=True):
    """One goal of a plan (FHIR Goal). That it is not met has a reason, always."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    care_plan_id: UUID = Field(foreign_key="care_plan.id", index=True)
    words: str
    status: str = GoalStatus.WORKING
    set_on: date
    settled_on: date | None = None
    client_words: str | None = None
    because: str | None = None
    reason: str | None = None
    capacity_assessed_on: date | None = None
    best_interests: str | None = None
    written_by: UUID | None
    settled_by: UUID | None = None

    @classmethod
    def wanted(cls, new: NewGoal, plan: CarePlan, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"client_id": plan.client_id, "team_id": plan.team_id, "written_by": by}
        return cls(**new.model_dump(), **about, changed_at=now)

    def meet(self, met: GoalMet, by: UUID | None, now: datetime) -> None:
        """Raises `GoalAlreadySettled` or `StepBeforeTheLast`."""
        self._settle(GoalStatus.MET, met.met_on, "/body/met_on", by, now)
        self.client_words = met.client_words

    def give_up(self, told: NotPossible, by: UUID | None, now: datetime) -> None:
        """Raises `GoalAlreadySettled` or `StepBeforeTheLast`."""
        unwanted = told.because is WhyNotPossible.NOT_WANTED
        status = GoalStatus.NOT_WANTED if unwanted else GoalStatus.NOT_ABLE
        self._settle(status, told.said_on, "/body/said_on", by, now)
        self.because, self.reason = told.because, told.reason
        self.capacity_assessed_on, self.best_interests = told.capacity_assessed_on, told.best_interests

    def _settle(self, status: GoalStatus, on: date, field: str, by: UUID | None, now: datetime) -> None:
        if self.status != GoalStatus.WORKING:
            raise GoalAlreadySettled
        require_order(self.set_on, on, field)
        self.status, self.settled_on, self.settled_by, self.changed_at = status, on, by, now


class StepDown(Stored, Base, table=True):
    """How visits were to become fewer, as it was planned then. A new plan is a new row."""

    team_id: UUID
    care_plan_id: UUID = Field(foreign_key="care_plan.id", index=True)
    number: int
    steps: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    written_by: UUID | None
    written_at: datetime = Field(sa_type=INSTANT)

    @classmethod
    def planned(cls, plan: CarePlan, new: NewStepDown, number: int, by: UUID | None, now: datetime) -> Self:
        """Raises `StepDownRises`."""
        per_week = [step.visits_per_week for step in new.steps]
        for position, (before, after) in enumerate(zip(per_week, per_week[1:], strict=False), 1):
            if after > before:
                raise StepDownRises(position)
        about: dict[str, Any] = {"team_id": plan.team_id, "care_plan_id": plan.id, "number": number}
        return cls(**about, **new.model_dump(mode="json"), written_by=by, written_at=now)

    def planned_on(self, day: date) -> float | None:
        """How many visits a week are planned on this day."""
        begun = [step for step in self.steps if step["from_on"] <= day.isoformat()]
        return begun[-1]["visits_per_week"] if begun else None


@dataclass(frozen=True)
class WeekOfCare:
    """One week from Monday: the visits made, those planned, and how the goals stood at its end."""

    week_of: date
    visits: int
    planned_visits: float | None
    goals_working: int
    goals_met: int


class Trend(StrEnum):
    FALLING = "falling"
    LEVEL = "level"
    RISING = "rising"


def weeks_before(today: date, weeks: int) -> list[date]:
    """The Mondays of so many whole weeks that are over, oldest first."""
    this_monday = today - timedelta(days=today.weekday())
    return [this_monday - A_WEEK * back for back in range(weeks, 0, -1)]


def week_by_week(
    mondays: Sequence[date],
    visits: Mapping[date, int],
    goals: Sequence[IndependenceGoal],
    step_down: StepDown | None,
) -> list[WeekOfCare]:
    """Visits, plan and goals side by side."""
    found = []
    for monday in mondays:
        sunday = monday + A_WEEK - timedelta(days=1)
        known = [goal for goal in goals if goal.set_on <= sunday]
        settled = [goal for goal in known if goal.settled_on is not None and goal.settled_on <= sunday]
        found.append(
            WeekOfCare(
                week_of=monday,
                visits=visits.get(monday, 0),
                planned_visits=step_down.planned_on(sunday) if step_down else None,
                goals_working=len(known) - len(settled),
                goals_met=sum(goal.status == GoalStatus.MET for goal in settled),
            )
        )
    return found


def trend_of(visits: Sequence[int]) -> Trend:
    """Whether there were fewer visits in the later half of the weeks than in the earlier; a middle one counts not."""
    half = len(visits) // 2
    earlier, later = sum(visits[:half]), sum(visits[len(visits) - half :])
    if later == earlier:
        return Trend.LEVEL
    return Trend.FALLING if later < earlier else Trend.RISING


# Who knows how many goals there are and all states but one knows that one, too.
GOALS = Layout((("goals", ("goals.",)),))


def goal_cells(found: Iterable[tuple[UUID, str]]) -> dict[str, Cell]:
    """How many goals stand how, and on how many clients that stands."""
    return counted("goals", ((client_id, f"goals.{status}") for client_id, status in found), *ALL_GOALS)


ALL_GOALS = tuple(f"goals.{status}" for status in GoalStatus)
only_states(IndependenceGoal, "status", GoalStatus)
_table: Table = IndependenceGoal.__table__  # type: ignore[attr-defined]
_table.append_constraint(
    CheckConstraint("(status in ('not_able', 'not_wanted')) = (reason is not null)", name="goal_given_up_with_a_reason")
)
Index("one_step_down_per_number", col(StepDown.care_plan_id), col(StepDown.number), unique=True)
