"""Win: thanks, and what went well, in the weekly agenda by default (King's Fund: “celebrate specific wins”)."""

from datetime import datetime
from typing import Self
from uuid import UUID

from sqlmodel import Field

from services.common.models import INSTANT, TeamOwned
from services.common.types import Input, NewId, Words
from services.governance.domain.base import Base


class NewWin(Input):
    id: NewId
    team_id: UUID
    words: Words


class Win(TeamOwned, Base, table=True):
    """The team's own words; they are read by the team alone."""

    words: str
    told_by: UUID | None
    told_at: datetime = Field(sa_type=INSTANT)

    @classmethod
    def told(cls, new: NewWin, by: UUID | None, now: datetime) -> Self:
        return cls(**new.model_dump(), told_by=by, told_at=now, changed_at=now)
