"""Capacity share: a team lets a neighbouring team see its weeks ahead, in sums, from a day until it says otherwise."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import ValidationInfo, field_validator
from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import col

from services.common.errors import Conflict
from services.common.models import TeamOwned
from services.common.types import Day, Input, NewId
from services.roster.domain.base import Base


class NewCapacityShare(Input):
    """`team_id` shares, and `with_team_id` may look."""

    id: NewId
    team_id: UUID
    with_team_id: UUID
    from_on: Day

    @field_validator("with_team_id")
    @classmethod
    def _of_another_team(cls, with_team_id: UUID, info: ValidationInfo) -> UUID:
        if with_team_id == info.data.get("team_id"):
            raise ValueError("must be another team than team_id")
        return with_team_id


class SharedAlready(Conflict):
    field = "/body/with_team_id"
    way_out = "Nothing needs to be done, or name another first day."

    def __init__(self) -> None:
        super().__init__("The team shares its weeks ahead with that team from that day on already.")


class ShareAlreadyEnded(Conflict):
    field = "/path/capacity_share_id"
    way_out = "Nothing needs to be done. To share again, make a new one."

    def __init__(self) -> None:
        super().__init__("The team does not share this any more.")


class CapacityShare(TeamOwned, Base, table=True):
    """The sharing team makes and ends it; the other reads that it is there."""

    with_team_id: UUID
    from_on: date
    shared_by: UUID | None
    # The first day on which it is not shared any more.
    ended_on: date | None = None

    @classmethod
    def made(cls, new: NewCapacityShare, by: UUID | None, now: datetime) -> Self:
        return cls(**new.model_dump(), shared_by=by, changed_at=now)

    def end(self, on: date, now: datetime) -> None:
        """At once. Raises `ShareAlreadyEnded`."""
        if self.ended_on is not None:
            raise ShareAlreadyEnded
        self.ended_on, self.changed_at = on, now


_table = CapacityShare.__table__  # type: ignore[attr-defined]
_table.append_constraint(CheckConstraint("team_id <> with_team_id", name="capacity_share_between_two_teams"))
Index(
    "capacity_shared_once",
    *(col(one) for one in (CapacityShare.team_id, CapacityShare.with_team_id, CapacityShare.from_on)),
    unique=True,
    postgresql_where=text("ended_on is null"),
)
Index("ix_capacity_share_with", col(CapacityShare.with_team_id), col(CapacityShare.id))
