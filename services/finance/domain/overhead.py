"""Overhead: of a team's contracted time what went on running the team, beside yardsticks (mission row 7.12)."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Index
from sqlmodel import Field, col

from services.finance.domain.base import Base, half_up

BASIS_POINTS = 10_000


class ToldMonth(BaseModel):
    """The fields of `roster.month.summed.v1` that finance reads: minutes, and nobody's own."""

    month_id: UUID
    team_id: UUID
    month_on: date
    contracted_minutes: int
    client_facing_minutes: int | None
    coordination_minutes: int | None
    travel_minutes: int | None
    meeting_minutes: int
    training_minutes: int
    admin_minutes: int


class TeamMonth(Base, table=True):
    """Finance's own copy of a team's month, fed by events; what stands on few clients is None."""

    __tablename__ = "team_month"

    month_id: UUID = Field(primary_key=True)
    team_id: UUID
    month_on: date
    contracted_minutes: int
    client_facing_minutes: int | None = None
    coordination_minutes: int | None = None
    travel_minutes: int | None = None
    meeting_minutes: int
    training_minutes: int
    admin_minutes: int
    version: int

    @property
    def overhead_minutes(self) -> int:
        """Meetings and paperwork. What is for a client, on the way to one, or learning is no overhead."""
        return self.meeting_minutes + self.admin_minutes


@dataclass(frozen=True)
class Overhead:
    """Share in basis points of the contracted time; pence at what an hour of the team cost in that month."""

    minutes: int
    share_basis_points: int | None
    pence_per_hour: int | None
    cost_pence: int | None


def overhead_of(month: TeamMonth, pence: int, minutes: int) -> Overhead:
    """`pence` and `minutes` are of the activity of the month whose cost is known; without any there is no cost.

    One rate for all of the team's time makes the share of hours that of spending on staff.
    """
    spent, whole = month.overhead_minutes, month.contracted_minutes
    return Overhead(
        minutes=spent,
        share_basis_points=half_up(Fraction(spent * BASIS_POINTS, whole)) if whole else None,
        pence_per_hour=half_up(Fraction(pence * 60, minutes)) if minutes else None,
        cost_pence=half_up(Fraction(pence * spent, minutes)) if minutes else None,
    )


Index("ix_team_month_of_team", col(TeamMonth.team_id), col(TeamMonth.month_on))
