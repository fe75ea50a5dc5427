"""Visit plan: the standing agreement of how often, how long and on which days a client is visited."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import ValidationInfo, field_validator
from sqlalchemy import CheckConstraint, Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from services.common.errors import Forbidden
from services.common.models import TeamOwned, only_states
from services.common.types import Code, Day, Input, Minutes, Name, NewId
from services.roster.domain.base import Base, Channel, Weekday
from services.roster.domain.period import Period
from services.roster.domain.time_summary import ClientTime

WEEKS = 4


class NewVisitPlan(Input):
    """Frequency is counted in four weeks, so that five times is one and a quarter a week. No days means any day."""

    id: NewId
    team_id: UUID
    client_id: UUID
    purpose: Name
    visits_per_four_weeks: Annotated[int, Shape(strict=True, ge=1, le=280)]
    minutes: Minutes
    role: Code
    skills: list[Code] = Shape(default=[], max_length=20)
    days: list[Weekday] = Shape(default=[], max_length=7)
    channel: Channel = Channel.IN_PERSON
    from_on: Day
    until_on: Day | None = None

    @field_validator("days", "skills")
    @classmethod
    def _each_once(cls, named: list[str]) -> list[str]:
        if len(set(named)) != len(named):
            raise ValueError("name each once")
        return named

    @field_validator("until_on")
    @classmethod
    def _not_before_it_begins(cls, until_on: date | None, info: ValidationInfo) -> date | None:
        from_on = info.data.get("from_on")
        if until_on is not None and from_on is not None and until_on < from_on:
            raise ValueError("must not be before from_on")
        return until_on


class NotTheNamedNurse(Forbidden):
    """Window, length and frequency are set by the client's named nurse, or the deputy; nothing sets them instead."""

    field = "/body/client_id"
    way_out = "Ask the client's named nurse or deputy to set this plan with the client."

    def __init__(self) -> None:
        super().__init__("Only the named nurse or the deputy of this client sets how the client is visited.")


class VisitPlan(TeamOwned, Base, table=True):
    """A standing plan; the visits of a day are planned from it by the team, never by itself."""

    client_id: UUID
    purpose: str
    visits_per_four_weeks: int
    minutes: int
    role: str
    skills: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    days: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    channel: str
    from_on: date
    until_on: date | None = None
    set_by: UUID | None

    @classmethod
    def made(cls, new: NewVisitPlan, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"set_by": by, "changed_at": now}
        return cls(**new.model_dump(), **about)

    def end(self, on: date, now: datetime) -> None:
        """Nothing is planned from it after this day; one that has not begun ends with its first."""
        self.until_on, self.changed_at = max(self.from_on, on), now

    def minutes_in(self, week: Period, paused: Collection[tuple[UUID, date]] = ()) -> Fraction:
        """Exact minutes with the client in this week; a plan in force on some of its days counts for those days.

        On a day of `paused` with the client nothing is planned.
        """
        days = [list(Weekday).index(Weekday(day)) for day in self.days] or list(range(7))
        in_force = [
            day
            for day in week.days_in_force(self.from_on, self.until_on)
            if day.weekday() in days and (self.client_id, day) not in paused
        ]
        return Fraction(self.minutes * self.visits_per_four_weeks, WEEKS) * Fraction(len(in_force), len(days))


def standing_minutes(
    plans: Sequence[VisitPlan], week: Period, paused: Collection[tuple[UUID, date]] = ()
) -> ClientTime:
    """What these plans ask for in this week, less the days on which care is paused, and for how many clients."""
    asked = [(plan.client_id, plan.minutes_in(week, paused)) for plan in plans]
    return ClientTime(
        sum((minutes for _, minutes in asked), Fraction(0)), len({who for who, minutes in asked if minutes})
    )


only_states(VisitPlan, "channel", Channel)
VisitPlan.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint("minutes > 0 and visits_per_four_weeks > 0 and until_on >= from_on", name="visit_plan_makes_sense")
)
Index("ix_visit_plan_team_from", col(VisitPlan.team_id), col(VisitPlan.from_on))
