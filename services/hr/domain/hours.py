"""Hours: contracted, rostered and with clients, by the week in England. For pay and for learning, not a score."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, col

from services.common.models import INSTANT
from services.common.types import midnight_in_england
from services.hr.domain.base import Base


@dataclass(frozen=True)
class Week:
    """Monday to Sunday of the English calendar."""

    monday: date

    @classmethod
    def of(cls, day: date) -> "Week":
        return cls(day - timedelta(days=day.weekday()))

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def starts_at(self) -> datetime:
        return midnight_in_england(self.monday)

    @property
    def ends_at(self) -> datetime:
        """The first instant of the next week; a week with a clock change is an hour longer or shorter."""
        return midnight_in_england(self.monday + timedelta(days=7))


def rostered_minutes(starts_at: datetime, ends_at: datetime, unpaid_break_minutes: int) -> int:
    """Minutes from instant to instant without the unpaid break, so that a night over the clock change is right."""
    elapsed = ends_at.astimezone(UTC) - starts_at.astimezone(UTC)
    return max(0, elapsed // timedelta(minutes=1) - unpaid_break_minutes)


class RosteredShift(Base, table=True):
    """A planned shift as roster last told it. It counts in the week in which it starts."""

    __tablename__ = "rostered_shift"

    shift_id: UUID = Field(primary_key=True)
    team_id: UUID
    employee_id: UUID
    starts_at: datetime = Field(sa_type=INSTANT)
    minutes: int
    version: int


class ContactTime(Base, table=True):
    """Time with a client, as caseload told it: whose and when, and nothing about the client."""

    __tablename__ = "contact_time"

    care_contact_id: UUID = Field(primary_key=True)
    team_id: UUID
    employee_id: UUID
    contact_on: date
    minutes: int
    version: int


@dataclass(frozen=True)
class Hours:
    """One employee's week, in minutes."""

    employee_id: UUID
    contracted_minutes: int
    rostered_minutes: int
    contact_minutes: int


@dataclass(frozen=True)
class Totals:
    """A team's week, in minutes. Time with clients is told outside the team by roster alone."""

    contracted_minutes: int
    rostered_minutes: int
    contact_minutes: int | None


def lines(contracted: Mapping[UUID, int], rostered: Mapping[UUID, int], contact: Mapping[UUID, int]) -> list[Hours]:
    """A line for everybody who has any of the three."""
    everybody = sorted(contracted.keys() | rostered.keys() | contact.keys())
    return [Hours(who, contracted.get(who, 0), rostered.get(who, 0), contact.get(who, 0)) for who in everybody]


def totals(of: Sequence[Hours]) -> Totals:
    return Totals(
        sum(line.contracted_minutes for line in of),
        sum(line.rostered_minutes for line in of),
        sum(line.contact_minutes for line in of),
    )


Index("rostered_shift_of_team", col(RosteredShift.team_id), col(RosteredShift.starts_at))
Index("contact_time_of_team", col(ContactTime.team_id), col(ContactTime.contact_on))
