"""Dependency: how much more a client needs than the minutes with them say, by categories of the team's own.

Licensed categories and their multipliers are not shipped: whoever holds the licence enters them, with the source.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, col

from services.common.errors import Conflict
from services.common.models import TeamOwned
from services.common.types import Code, Day, Input, Name, NewId
from services.roster.domain.base import Base

PERCENT = 100
Weights = Mapping[UUID, Sequence[tuple[date, Fraction]]]


class NewCategory(Input):
    """From this day on a client of this category counts for so many hundredths of the minutes with them."""

    id: NewId
    team_id: UUID
    code: Code
    multiplier_percent: Annotated[int, Shape(strict=True, ge=100, le=500)]
    source: Name
    from_on: Day


class NewDependency(Input):
    """The category of a client from this day on."""

    id: NewId
    team_id: UUID
    client_id: UUID
    category: Code
    from_on: Day


class CategorySaidAlready(Conflict):
    field = "/body/code"
    way_out = "Name another first day, on which the new multiplier begins."

    def __init__(self) -> None:
        super().__init__("This category has a multiplier from that day on already.")


class UnknownCategory(Conflict):
    field = "/body/category"
    way_out = "Enter the category with its multiplier and its source first, or name one that has begun by that day."

    def __init__(self) -> None:
        super().__init__("The team has no such category on that day.")


class DependencyCategory(TeamOwned, Base, table=True):
    """Of several multipliers of one category the newest that has begun holds."""

    code: str
    multiplier_percent: int
    source: str
    from_on: date

    @classmethod
    def made(cls, new: NewCategory, now: datetime) -> Self:
        return cls(**new.model_dump(), changed_at=now)


class Dependency(TeamOwned, Base, table=True):
    """What the named nurse said of a client; of several the newest that has begun holds."""

    client_id: UUID
    category: str
    from_on: date
    set_by: UUID | None = Field(default=None)

    @classmethod
    def said(cls, new: NewDependency, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"set_by": by, "changed_at": now}
        return cls(**new.model_dump(), **about)


def weights_of(said: Iterable[Dependency], categories: Iterable[DependencyCategory]) -> Weights:
    """Of each client, from when on they count for how much, the earliest first.

    A multiplier that begins while a client is in its category counts from then on.
    """
    by_code: dict[str, list[tuple[date, Fraction]]] = {}
    for category in sorted(categories, key=lambda one: one.from_on):
        value = Fraction(category.multiplier_percent, PERCENT)
        by_code.setdefault(category.code, []).append((category.from_on, value))
    by_client: dict[UUID, list[tuple[date, str]]] = {}
    for one in sorted(said, key=lambda one: (one.from_on, one.id)):
        by_client.setdefault(one.client_id, []).append((one.from_on, one.category))
    return {client: list(_steps(words, by_code)) for client, words in by_client.items()}


def weight_on(steps: Sequence[tuple[date, Fraction]], day: date) -> Fraction:
    """One where nothing was said that has begun."""
    return next((value for from_on, value in reversed(steps) if from_on <= day), Fraction(1))


def _steps(
    words: Sequence[tuple[date, str]], by_code: Mapping[str, Sequence[tuple[date, Fraction]]]
) -> Iterable[tuple[date, Fraction]]:
    for at, (from_on, code) in enumerate(words):
        until = words[at + 1][0] if at + 1 < len(words) else date.max
        known = by_code.get(code, ())
        yield from_on, weight_on(known, from_on)
        yield from ((begins, value) for begins, value in known if from_on < begins < until)


DependencyCategory.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint("multiplier_percent >= 100", name="dependency_category_makes_sense")
)
DependencyCategory.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("team_id", "code", "from_on", name="dependency_category_said_once")
)
Index("ix_dependency_client", col(Dependency.team_id), col(Dependency.client_id))
