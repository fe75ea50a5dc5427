"""Vacancy: a post of the team that nobody holds. It tells how much time is missing, and never counts as capacity."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field as Shape
from sqlalchemy import CheckConstraint, Column, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.common.errors import Conflict, Unprocessable
from services.common.models import TeamOwned
from services.common.types import Code, Day, Input, NewId
from services.roster.domain.base import Base

WHOLE_WEEK = 7 * 24 * 60


class NewVacancy(Input):
    """How much time of a week is missing, from when on, and of whom."""

    id: NewId
    team_id: UUID
    minutes_per_week: Annotated[int, Shape(strict=True, ge=1, le=WHOLE_WEEK)]
    role: Code
    skills: list[Code] = Shape(default=[], max_length=20)
    from_on: Day


class Filling(Input):
    """From this day on somebody holds the post; their contract brings the time."""

    filled_on: Day


class VacancyAlreadyFilled(Conflict):
    field = "/path/vacancy_id"
    way_out = "Tell of a new vacancy, if the post is free again."

    def __init__(self) -> None:
        super().__init__("Somebody holds this post already.")


class FilledBeforeItWasVacant(Unprocessable):
    field = "/body/filled_on"
    way_out = "Send a filled_on that is not before the vacancy's from_on."

    def __init__(self) -> None:
        super().__init__("The post was filled before it was vacant.")


class Vacancy(TeamOwned, Base, table=True):
    minutes_per_week: int
    role: str
    skills: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    from_on: date
    filled_on: date | None = None

    @classmethod
    def told(cls, new: NewVacancy, now: datetime) -> Self:
        return cls(**new.model_dump(), changed_at=now)

    def fill(self, on: date, now: datetime) -> None:
        """Raises `VacancyAlreadyFilled` or `FilledBeforeItWasVacant`."""
        if self.filled_on is not None:
            raise VacancyAlreadyFilled
        if on < self.from_on:
            raise FilledBeforeItWasVacant
        self.filled_on, self.changed_at = on, now


Vacancy.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint("minutes_per_week > 0 and filled_on >= from_on", name="vacancy_makes_sense")
)
