"""Visit plan: the standing agreement of how often, how long and on which days a client is visited."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import ValidationInfo, field_validator, model_validator
from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, col

from services.common.errors import Forbidden
from services.common.models import TeamOwned, only_states
from services.common.types import Code, Day, Input, Minutes, Name, NewId
from services.roster.domain.ability import Needed
from services.roster.domain.base import Base, Channel, Weekday
from services.roster.domain.period import Period
from services.roster.domain.second_hand import SecondHand
from services.roster.domain.time_summary import ClientTime
from services.roster.domain.window import LATEST_MINUTE, Window

WEEKS = 4


MinuteOfDay = Annotated[int, Shape(strict=True, ge=0, le=LATEST_MINUTE)]


class Wishes(Input):
    """Whom the client would rather see, and whom rather not; whoever plans is told, and nobody is refused for it."""

    liked: list[UUID] = Shape(default=[], max_length=20)
    not_liked: list[UUID] = Shape(default=[], max_length=20)


class NewVisitPlan(Input):
    """Frequency is counted in four weeks, so that five times is one and a quarter a week. No days means any day.

    The window is when a visit may begin, in minutes after midnight on the clocks of England; past 1440 is the night
    after. `hands` are the people who are needed, and why two are.
    """

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
    window_from_minute: MinuteOfDay | None = None
    window_until_minute: MinuteOfDay | None = None
    hands: Annotated[int, Shape(strict=True, ge=1, le=2)] = 1
    second_hand_reason: SecondHand | None = None
    wishes: Wishes = Wishes()
    from_on: Day
    until_on: Day | None = None

    @model_validator(mode="after")
    def _says_what_belongs_together(self) -> Self:
        if (self.window_from_minute is None) != (self.window_until_minute is None):
            raise ValueError("a window has a beginning and an end")
        if self.window_from_minute is not None and self.window_from_minute > (self.window_until_minute or 0):
            raise ValueError("a window ends after it begins")
        if (self.hands == 1) != (self.second_hand_reason is None):
            raise ValueError("say in second_hand_reason why two people are needed, where two are")
        return self

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
    window_from_minute: int | None = None
    window_until_minute: int | None = None
    hands: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    second_hand_reason: str | None = None
    wishes: dict[str, list[str]] = Field(
        default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default=text("'{}'"))
    )
    from_on: date
    until_on: date | None = None
    set_by: UUID | None

    @classmethod
    def made(cls, new: NewVisitPlan, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"set_by": by, "changed_at": now, "wishes": new.wishes.model_dump(mode="json")}
        return cls(**new.model_dump(exclude={"wishes"}), **about)

    @property
    def window(self) -> Window | None:
        return Window.of(self.window_from_minute, self.window_until_minute)

    @property
    def needed(self) -> Needed:
        return Needed(self.role, frozenset(self.skills), self.client_id)

    @property
    def needs_two(self) -> bool:
        return self.hands > 1

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
    CheckConstraint(
        "minutes > 0 and visits_per_four_weeks > 0 and until_on >= from_on"
        " and (window_from_minute is null) = (window_until_minute is null)"
        " and window_from_minute <= window_until_minute and (hands = 1) = (second_hand_reason is null)",
        name="visit_plan_makes_sense",
    )
)
Index("ix_visit_plan_team_from", col(VisitPlan.team_id), col(VisitPlan.from_on))
