"""Rota: the period that a team plans as a whole, and how many people each duty needs on each of its days."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import ValidationInfo, field_validator, model_validator
from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.common.errors import Conflict, Unprocessable
from services.common.models import TeamOwned, only_states
from services.common.types import Code, Day, Input, NewId, Words
from services.roster.domain.base import Base, Weekday
from services.roster.domain.rota.problem import Need
from services.roster.domain.rota_version.duty_type import DutyCode

LONGEST_DAYS = 92
WEEKDAYS = tuple(Weekday)


class RotaState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class WantedKind(StrEnum):
    ROLE = "role"
    SKILL = "skill"


People = Annotated[int, Shape(strict=True, ge=0, le=50)]


class Wanted(Input):
    """How many of those on a duty are of a role, or have a skill."""

    kind: WantedKind
    code: Code
    people: Annotated[int, Shape(strict=True, ge=1, le=50)]


class NewNeed(Input):
    """How many people a duty needs: on these weekdays, or on one day, which then stands in their place."""

    code: DutyCode
    days: list[Weekday] = Shape(default=[], max_length=7)
    day_on: Day | None = None
    people: People
    of: list[Wanted] = Shape(default=[], max_length=10)

    @model_validator(mode="after")
    def _weekdays_or_a_day(self) -> Self:
        if bool(self.days) == (self.day_on is not None):
            raise ValueError("give either days of the week or one day_on")
        return self


class Needs(Input):
    needs: list[NewNeed] = Shape(max_length=400)


class NewRota(Needs):
    """The days that are planned together, both included; four weeks are usual."""

    id: NewId
    team_id: UUID
    from_on: Day
    to_on: Day
    needs: list[NewNeed] = Shape(default=[], max_length=400)

    @field_validator("to_on")
    @classmethod
    def _forwards(cls, to_on: date, info: ValidationInfo) -> date:
        from_on = info.data.get("from_on")
        if from_on is not None and not 0 <= (to_on - from_on).days < LONGEST_DAYS:
            raise ValueError(f"must not be before from_on, and at most {LONGEST_DAYS} days are planned together")
        return to_on


class Withdrawal(Input):
    """Why these days are not planned in this way, for whoever began or was asked about it."""

    reason: Words


class RotaOverlaps(Conflict):
    """A day of a team is in one rota."""

    field = "/body/from_on"
    way_out = "List the team's rotas, and choose days that are in none of them."

    def __init__(self) -> None:
        super().__init__("The team has a rota for some of these days already.")


class RotaClosed(Conflict):
    """What was worked is not planned any more."""

    field = "/path"
    way_out = "Make a new rota for the days to come. What was worked is corrected with the hours, not in the rota."

    def __init__(self, state: str) -> None:
        super().__init__(f"This rota is {state}.")


class RotaIsWorkedBy(Conflict):
    """What was published people plan their lives by: it is amended day by day, and each is told."""

    field = "/path/rota_id"
    way_out = "Amend the published version: /v1/rotas/{rota_id}/amendments, with the reason."

    def __init__(self) -> None:
        super().__init__("A version of this rota is published.")


class RotaStillRuns(Conflict):
    """A rota is closed when its last day is over."""

    field = "/path/rota_id"
    way_out = "Wait until the day after its last day."

    def __init__(self) -> None:
        super().__init__("This rota is not over yet.")


class DayOutsideRota(Unprocessable):
    """A rota holds duties of its own days."""

    field = "/body/duties"
    way_out = "Name days from the rota's first to its last."

    def __init__(self, field: str = field) -> None:
        super().__init__("A day lies outside the rota.", field=field)


class Rota(TeamOwned, Base, table=True):
    """A team's period. Two of one team never overlap."""

    from_on: date
    to_on: date
    state: str = RotaState.OPEN
    withdrawn_because: str | None = None
    needs: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))

    @classmethod
    def made(cls, new: NewRota, now: datetime) -> Self:
        about = {**new.model_dump(exclude={"needs"}), "changed_at": now}
        return cls(**about, needs=_kept(new.needs))

    @property
    def days(self) -> int:
        return (self.to_on - self.from_on).days + 1

    def day(self, on: date, field: str = DayOutsideRota.field) -> int:
        """The number of a day, the first being nought. Raises `DayOutsideRota`."""
        if not self.from_on <= on <= self.to_on:
            raise DayOutsideRota(field)
        return (on - self.from_on).days

    def require_open(self) -> None:
        """Raises `RotaClosed`."""
        if self.state != RotaState.OPEN:
            raise RotaClosed(self.state)

    def needs_now(self, needs: list[NewNeed], now: datetime) -> None:
        """Raises `RotaClosed`."""
        self.require_open()
        self.needs, self.changed_at = _kept(needs), now

    def close(self, today: date, now: datetime) -> None:
        """Raises `RotaClosed` or `RotaStillRuns`."""
        self.require_open()
        if today <= self.to_on:
            raise RotaStillRuns
        self.state, self.changed_at = RotaState.CLOSED, now

    def withdraw(self, reason: str, now: datetime) -> None:
        """Its days are free to be planned anew. Raises `RotaClosed`."""
        self.require_open()
        self.state, self.withdrawn_because, self.changed_at = RotaState.WITHDRAWN, reason, now

    def needed(self) -> tuple[Need, ...]:
        """By day and duty: what is said of one day stands in the place of what is said of its weekday."""
        asked = [NewNeed.model_validate(need) for need in self.needs]
        return tuple(need for day in range(self.days) for need in _needs_on(self.from_on, day, asked))


def _needs_on(from_on: date, day: int, asked: list[NewNeed]) -> Iterator[Need]:
    on = from_on + timedelta(days=day)
    weekday = WEEKDAYS[on.weekday()]
    found = {need.code: need for need in asked if weekday in need.days}
    found |= {need.code: need for need in asked if need.day_on == on}
    for code, need in found.items():
        yield Need(day, code, need.people, tuple((f"{one.kind}:{one.code}", one.people) for one in need.of))


def _kept(needs: list[NewNeed]) -> list[dict[str, Any]]:
    return [need.model_dump(mode="json") for need in needs]


only_states(Rota, "state", RotaState)
