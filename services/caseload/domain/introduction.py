"""Introductions: a client is brought together with an asset of the village, and asked after some weeks how it goes."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import model_validator
from sqlmodel import Field

from services.caseload.domain.asset import Asset
from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.caseload.domain.counted import counted
from services.caseload.domain.due import Chased, index_due, require_order
from services.common.errors import Conflict
from services.common.figures import Cell, Layout
from services.common.models import TeamOwned, only_states
from services.common.types import Input, NewId, PastDay, Words


class NewIntroduction(Input):
    id: NewId
    client_id: UUID
    asset_id: UUID
    offered_on: PastDay
    hoped_for: Words | None = None


class Accepted(Input):
    accepted_on: PastDay


class Started(Input):
    started_on: PastDay


class WhyNot(StrEnum):
    NOT_WANTED = "not_wanted"
    NEVER_STARTED = "never_started"
    TRANSPORT = "transport"
    MONEY = "money"
    HEALTH = "health"
    NOT_FOR_THEM = "not_for_them"
    CLOSED = "closed"
    FULL = "full"
    OTHER = "other"


class FollowUp(Input):
    """Whether the client still goes; if not, why not."""

    followed_up_on: PastDay
    still_going: bool
    why_not: WhyNot | None = None
    words: Words | None = None

    @model_validator(mode="after")
    def _a_reason_where_it_stopped(self) -> Self:
        if self.still_going == (self.why_not is not None):
            raise ValueError("why_not is sent where still_going is false, and only then")
        return self


class IntroductionStatus(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    STARTED = "started"
    STILL_GOING = "still_going"
    STOPPED = "stopped"


ENDED = (IntroductionStatus.STILL_GOING, IntroductionStatus.STOPPED)


class IntroductionOutOfStep(Conflict):
    """An introduction is offered, accepted, started and followed up, each once and in this order."""

    field = "/path/introduction_id"
    way_out = "Read the introduction: `status` says how far it has come."

    def __init__(self) -> None:
        super().__init__("This introduction is not at the step before this one.")


class NotStartedYet(Conflict):
    """Nobody still goes where they never went."""

    field = "/body/still_going"
    way_out = "Say first on which day the client started; or send why it did not come to it."

    def __init__(self) -> None:
        super().__init__("The client has not started.")


class TooSoonToSay(Conflict):
    """Still going is said of the whole time, so that the share of those who stayed means something."""

    field = "/body/followed_up_on"
    way_out = "Ask again on the day that `due_on` gives, or later; that somebody stopped can be said at any time."

    def __init__(self) -> None:
        super().__init__("It is too soon to say that the client still goes.")


class Introduction(Chased, TeamOwned, Base, table=True):
    """One client and one asset (FHIR ServiceRequest, social prescribing). It is due until it was followed up."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    asset_id: UUID = Field(foreign_key="asset.id", index=True)
    hoped_for: str | None = None
    status: str = IntroductionStatus.OFFERED
    offered_on: date
    accepted_on: date | None = None
    started_on: date | None = None
    followed_up_on: date | None = None
    why_not: str | None = None
    words: str | None = None
    introduced_by: UUID | None

    @classmethod
    def offered(
        cls, new: NewIntroduction, client: Client, asset: Asset, days: int, by: UUID | None, now: datetime
    ) -> Self:
        """Raises `AssetAlreadyClosed`. What never starts is followed up as well, so many days after the offer."""
        asset.require_open("/body/asset_id")
        about: dict[str, Any] = {"team_id": client.team_id, "introduced_by": by, "changed_at": now}
        return cls(**new.model_dump(), **about, due_on=new.offered_on + timedelta(days=days))

    def accept(self, accepted: Accepted, now: datetime) -> None:
        """Raises `IntroductionOutOfStep` or `StepBeforeTheLast`."""
        self._require(IntroductionStatus.OFFERED)
        require_order(self.offered_on, accepted.accepted_on, "/body/accepted_on")
        self.status, self.accepted_on, self.changed_at = IntroductionStatus.ACCEPTED, accepted.accepted_on, now

    def start(self, started: Started, days: int, now: datetime) -> None:
        """The weeks are counted from the first time. Raises `IntroductionOutOfStep` or `StepBeforeTheLast`."""
        self._require(IntroductionStatus.ACCEPTED)
        require_order(self.accepted_on, started.started_on, "/body/started_on")
        self.status, self.started_on, self.changed_at = IntroductionStatus.STARTED, started.started_on, now
        self.due_on = started.started_on + timedelta(days=days)

    def follow_up(self, follow_up: FollowUp, now: datetime) -> None:
        """Raises `IntroductionOutOfStep`, `NotStartedYet`, `TooSoonToSay` or `StepBeforeTheLast`."""
        if self.status in ENDED:
            raise IntroductionOutOfStep
        if follow_up.still_going and self.status != IntroductionStatus.STARTED:
            raise NotStartedYet
        if follow_up.still_going and self.due_on is not None and follow_up.followed_up_on < self.due_on:
            raise TooSoonToSay
        last = self.started_on or self.accepted_on or self.offered_on
        require_order(last, follow_up.followed_up_on, "/body/followed_up_on")
        self.status = IntroductionStatus.STILL_GOING if follow_up.still_going else IntroductionStatus.STOPPED
        self.followed_up_on, self.why_not, self.words = follow_up.followed_up_on, follow_up.why_not, follow_up.words
        self.due_on, self.changed_at = None, now

    def _require(self, status: IntroductionStatus) -> None:
        if self.status != status:
            raise IntroductionOutOfStep


# Who knows how many were asked after and all answers but one knows that one, too.
FOLLOWED_UP = Layout((("followed_up", ("still_going", "why_not.")),))


def follow_up_cells(found: Iterable[tuple[UUID, str | None]]) -> dict[str, Cell]:
    """Of each client who was followed up, why not, or nothing where they still go: how many by answer."""
    answers = ((client_id, "still_going" if why_not is None else f"why_not.{why_not}") for client_id, why_not in found)
    return counted("followed_up", answers, "still_going")


only_states(Introduction, "status", IntroductionStatus)
only_states(Introduction, "why_not", WhyNot)
index_due(Introduction)
