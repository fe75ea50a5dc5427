"""The reablement clock: the first weeks that nobody is charged for, counted in days and decided about in time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, col

from services.common.errors import Conflict
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input
from services.finance.domain.base import Base
from services.finance.domain.rate import NoRateInForce, Rate, RateKind


class AgreedReablement(BaseModel):
    """The fields of `caseload.reablement.agreed.v1` that finance reads."""

    client_id: UUID
    episode_of_care_id: UUID
    team_id: UUID
    starts_on: date


class DischargedEpisode(BaseModel):
    """The fields of `caseload.episode_of_care.discharged.v1` that finance reads."""

    client_id: UUID
    episode_of_care_id: UUID
    team_id: UUID
    since_on: date


class EndedEpisode(Base, table=True):
    """An episode of care that caseload ended, whichever of the two was heard of first."""

    __tablename__ = "ended_episode"

    episode_of_care_id: UUID = Field(primary_key=True)
    team_id: UUID
    since_on: date
    version: int


class ReablementDecision(StrEnum):
    """What follows the free days: nothing, the NHS's care alone, or social care with the council's means test."""

    END = "end"
    NHS_ONLY = "nhs_only"
    FINANCIAL_ASSESSMENT = "financial_assessment"


class Decision(Input):
    decision: ReablementDecision


class ReablementAlreadyDecided(Conflict):
    """What follows is decided once, so that nobody is charged for what the team had said was free."""

    field = "/path/reablement_id"
    way_out = "Read the episode: its decision stands."

    def __init__(self) -> None:
        super().__init__("It has been decided what follows this reablement.")


class CareHasEnded(Conflict):
    """After the episode of care nothing follows, so nothing else can be decided, nor anybody charged by it."""

    field = "/body/decision"
    way_out = "Decide end, or decide for the reablement of the care that goes on now, if there is one."

    def __init__(self) -> None:
        super().__init__("The episode of care of this reablement has ended.")


@dataclass(frozen=True)
class Clock:
    """Where an episode stands on one day. Day 1 is the day it started; that day is not gone before it ends."""

    day_number: int
    days_gone: int
    days_left: int
    decision_due: bool
    decision_overdue: bool


@dataclass(frozen=True)
class Figure:
    """A count of people, left out where it is so small that it could point at somebody."""

    count: int | None
    hidden: bool


def figure(count: int, smallest: int) -> Figure:
    """A count smaller than may be shown is hidden, nought included."""
    hidden = count < smallest
    return Figure(None if hidden else count, hidden)


class ReablementEpisode(TeamOwned, Base, table=True):
    """The free days of one episode of care (SI 2014/2672, reg 3). They do not start again with a new plan."""

    client_id: UUID
    episode_of_care_id: UUID = Field(unique=True)
    started_on: date
    free_days: int
    last_free_day_on: date
    decision_due_on: date
    ended_on: date | None = None
    ending_told_at: datetime | None = Field(default=None, sa_type=INSTANT)
    decision: str | None = None
    decided_on: date | None = None
    decided_by: UUID | None = None

    @classmethod
    def started(cls, agreed: AgreedReablement, rates: Mapping[str, Rate], now: datetime) -> Self:
        """Counted with the rates of the first day, which counts as day 1. Raises `NoRateInForce`."""
        if not rates.keys() >= {"free_days", "decision_day"}:
            raise NoRateInForce(RateKind.REABLEMENT)
        about: dict[str, Any] = agreed.model_dump(exclude={"starts_on"})
        free_days, decision_day = rates["free_days"].amount, rates["decision_day"].amount
        return cls(
            **about,
            started_on=agreed.starts_on,
            free_days=free_days,
            last_free_day_on=agreed.starts_on + timedelta(days=free_days - 1),
            decision_due_on=agreed.starts_on + timedelta(days=decision_day - 1),
            changed_at=now,
        )

    def end(self, on: date, now: datetime) -> None:
        """Care ended; nobody is asked any more what follows the free days."""
        self.ended_on, self.changed_at = min(max(self.started_on, on), self.ended_on or date.max), now

    def decide(self, decision: ReablementDecision, by: UUID | None, today: date, now: datetime) -> None:
        """Reablement ends with its free days, or with the care before that, whatever follows.

        Raises `ReablementAlreadyDecided` or `CareHasEnded`.
        """
        if self.decision is not None:
            raise ReablementAlreadyDecided
        # Without a decision it is over only where the episode of care is.
        if self.ended_on is not None and decision is not ReablementDecision.END:
            raise CareHasEnded
        self.decision, self.decided_on, self.decided_by = decision, today, by
        self.ended_on, self.changed_at = min(self.last_free_day_on, self.ended_on or date.max), now

    def tell_ending(self, now: datetime) -> None:
        self.ending_told_at, self.changed_at = now, now

    def clock(self, as_of: date) -> Clock:
        """`as_of` is on or after the first day. Days gone and days left always add up to the free days."""
        gone = min((as_of - self.started_on).days, self.free_days)
        return Clock(
            day_number=(as_of - self.started_on).days + 1,
            days_gone=gone,
            days_left=self.free_days - gone,
            decision_due=self.decision is None and as_of >= self.decision_due_on,
            decision_overdue=self.decision is None and as_of > self.decision_due_on,
        )


only_states(ReablementEpisode, "decision", ReablementDecision)
for check in (
    CheckConstraint(
        "(decision is null) = (decided_on is null) and (decision is null or ended_on is not null)",
        name="reablement_episode_decided_wholly",
    ),
    CheckConstraint("last_free_day_on = started_on + free_days - 1", name="reablement_episode_days_add_up"),
    CheckConstraint("decision_due_on between started_on and last_free_day_on", name="reablement_episode_decided_in"),
    CheckConstraint("ended_on >= started_on", name="reablement_episode_ends_after_it_starts"),
):
    ReablementEpisode.__table__.append_constraint(check)  # type: ignore[attr-defined]
Index(
    "ix_reablement_episode_undecided",
    col(ReablementEpisode.decision_due_on),
    postgresql_where=text("ending_told_at is null and ended_on is null"),
)
Index("ix_reablement_episode_day", col(ReablementEpisode.started_on), col(ReablementEpisode.id))
Index("ix_reablement_episode_client_day", col(ReablementEpisode.client_id), col(ReablementEpisode.started_on))
