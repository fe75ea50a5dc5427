"""Referral criteria: whom the team takes on, as the team itself decided, edition by edition."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from sqlalchemy import Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from services.caseload.domain.base import Base, outward
from services.common.errors import Conflict
from services.common.models import INSTANT, TeamOwned
from services.common.types import Input, NewId, Words

# The first half of a postcode, such as IP29; nothing finer says where somebody lives.
Outward = Annotated[str, Shape(pattern=r"^[A-Z]{1,2}[0-9][A-Z0-9]?$")]


class NewReferralCriteria(Input):
    """The next edition, whole: areas by outward postcode, none for anywhere, and in words whom the team is for."""

    id: NewId
    team_id: UUID
    decision_id: UUID
    health_need_required: bool
    areas: list[Outward] = Shape(default=[], max_length=40)
    words: Words


class HealthNeedRequired(Conflict):
    """The team's criterion in the King's Fund report: clients needed to have a health need."""

    field = "/body"
    way_out = "Record the health need on the referral, or do not take it on and say where the person can turn."

    def __init__(self) -> None:
        super().__init__("This referral names no health need, so the team cannot take it on.")


class OutsideTheArea(Conflict):
    """A team that named its area takes on who lives there."""

    field = "/body"
    way_out = "Do not take it on and say where the person can turn, or have the team decide on other criteria."

    def __init__(self) -> None:
        super().__init__("The person lives outside the area that the team's criteria name.")


class CriteriaNotDecided(Conflict):
    """Criteria change by a decision that the team adopted about this very edition."""

    field = "/body/decision_id"
    way_out = "Adopt a decision whose subject is this edition's id; if it was adopted just now, send this again."

    def __init__(self) -> None:
        super().__init__("No adopted decision with this id is known about these criteria.")


class ReferralCriteria(TeamOwned, Base, table=True):
    """One edition. It is never changed; a referral keeps the one that it was judged by."""

    edition: int
    health_need_required: bool
    areas: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    words: str
    decision_id: UUID
    set_by: UUID | None
    from_at: datetime = Field(sa_type=INSTANT)

    @classmethod
    def after(cls, last: Self | None, new: NewReferralCriteria, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"set_by": by, "from_at": now, "changed_at": now}
        return cls(**new.model_dump(), edition=last.edition + 1 if last else 1, **about)


def require_admitted(criteria: ReferralCriteria | None, *, health_need: bool, postcode: str | None) -> None:
    """Before a team decides on criteria of its own, a health need is all that is asked for.

    Somebody whose postcode is not known is not outside. Raises `HealthNeedRequired` or `OutsideTheArea`.
    """
    if not health_need and (criteria is None or criteria.health_need_required):
        raise HealthNeedRequired
    area = outward(postcode)
    if criteria is not None and criteria.areas and area is not None and area not in criteria.areas:
        raise OutsideTheArea


Index("one_criteria_edition", col(ReferralCriteria.team_id), col(ReferralCriteria.edition), unique=True)
