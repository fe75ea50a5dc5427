"""Ways: from place to place as a router told them, kept so that nobody waits for it; and what a visit's were."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Self
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, or_
from sqlmodel import Field, col

from services.common.models import INSTANT
from services.roster.domain.base import Base
from services.roster.domain.rounds.travel import TravelSource


class KnownWay(Base, table=True):
    """Minutes on the road and metres, as a router told them. It goes with either place, and when one is put right."""

    __tablename__ = "known_way"

    from_place_id: UUID = Field(primary_key=True, foreign_key="place.id", ondelete="CASCADE")
    to_place_id: UUID = Field(primary_key=True, foreign_key="place.id", ondelete="CASCADE", index=True)
    team_id: UUID
    road_minutes: int
    metres: int


@dataclass(frozen=True)
class Leg:
    """One way by road; None where one of its ends is not known."""

    metres: int | None
    minutes: int | None


class DrivenLeg(Base, table=True):
    """What somebody drove for one visit: there, and back had it been the day's last; fixed when the visit is done.

    `there` is from the visit before it on that day, else from where the day began. What a place or a router says later
    changes nothing of it, as it is paid for; another visit that turns out to have been in between does. A way that was
    not known is fixed once its places are.
    """

    __tablename__ = "driven_leg"

    visit_id: UUID = Field(primary_key=True, foreign_key="visit.id", ondelete="CASCADE")
    employee_id: UUID = Field(primary_key=True)
    team_id: UUID
    day_on: date
    there_metres: int | None
    there_minutes: int | None
    back_metres: int | None
    back_minutes: int | None
    source: str
    fixed_at: datetime = Field(sa_type=INSTANT)

    @classmethod
    def fixed(
        cls, visit: "Made", employee_id: UUID, there: Leg, back: Leg, source: TravelSource, now: datetime
    ) -> Self:
        return cls(
            visit_id=visit.id,
            employee_id=employee_id,
            team_id=visit.team_id,
            day_on=visit.day_on,
            there_metres=there.metres,
            there_minutes=there.minutes,
            back_metres=back.metres,
            back_minutes=back.minutes,
            source=source,
            fixed_at=now,
        )

    @property
    def there(self) -> Leg:
        return Leg(self.there_metres, self.there_minutes)

    @property
    def back(self) -> Leg:
        return Leg(self.back_metres, self.back_minutes)


@dataclass(frozen=True)
class Made:
    """A visit that was made at somebody's home, as far as driving there matters."""

    id: UUID
    team_id: UUID
    client_id: UUID
    day_on: date


DrivenLeg.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint("source in ('router', 'estimate')", name="driven_leg_source_known")
)
Index("ix_known_way_team", col(KnownWay.team_id))
Index("ix_driven_leg_day", col(DrivenLeg.team_id), col(DrivenLeg.day_on))
UNKNOWN = or_(col(DrivenLeg.there_metres).is_(None), col(DrivenLeg.back_metres).is_(None))
Index("ix_driven_leg_unknown", col(DrivenLeg.team_id), col(DrivenLeg.fixed_at), postgresql_where=UNKNOWN)
