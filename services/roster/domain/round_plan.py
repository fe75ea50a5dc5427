"""Round plan: how the visits of one day could be shared out and ordered, until somebody adopts it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from services.common.errors import Conflict
from services.common.models import TeamOwned, only_states
from services.roster.domain.base import Base


class RoundPlanState(StrEnum):
    """It is proposed, and moves nothing; somebody adopts it, and it has moved what it says."""

    PROPOSED = "proposed"
    ADOPTED = "adopted"


class RoundPlanAdopted(Conflict):
    """What was adopted is done."""

    field = "/path/round_plan_id"
    way_out = "Look at the day's visits, and ask for new rounds if they are to change again."

    def __init__(self) -> None:
        super().__init__("These rounds were adopted already.")


class RoundPlanOutdated(Conflict):
    """Rounds are adopted on the visits that they were made of."""

    field = "/path/round_plan_id"
    way_out = "Ask for the rounds of this day again: they are made of its visits as they are now."

    def __init__(self) -> None:
        super().__init__("A visit of these rounds has changed since they were proposed.")


class RoundPlan(TeamOwned, Base, table=True):
    """Each of `stops` is one visit with its people, its start and why; each of `unserved` a visit that found none."""

    day_on: date
    state: str = RoundPlanState.PROPOSED
    job_id: UUID
    stops: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    unserved: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    cost: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    travel_source: str
    adopted_by: UUID | None = None

    def adopt(self, by: UUID | None, now: datetime) -> None:
        """Raises `RoundPlanAdopted`."""
        if self.state != RoundPlanState.PROPOSED:
            raise RoundPlanAdopted
        self.state, self.adopted_by, self.changed_at = RoundPlanState.ADOPTED, by, now


only_states(RoundPlan, "state", RoundPlanState)
Index("ix_round_plan_day", col(RoundPlan.team_id), col(RoundPlan.day_on), col(RoundPlan.id))
