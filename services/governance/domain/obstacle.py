"""Obstacle: what the world around holds up for the team, whose turn it is, and when it goes a step higher."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import col

from services.common.errors import Conflict, Unprocessable
from services.common.models import TeamOwned, only_states
from services.common.types import Day, Input, Name, NewId, Words
from services.common.working_days import add_working_days, working_days
from services.governance.domain.base import Base, always


class ObstacleKind(StrEnum):
    HR = "hr"
    IT = "it"
    INTEROP = "interop"
    PROCUREMENT = "procurement"
    ESTATES = "estates"
    OTHER = "other"


class ObstacleTag(StrEnum):
    """What the team asks for (AQuA report, “Remove Obstacles”); to protect is to be its fire-wall."""

    SUPPORT = "support"
    PROTECT = "protect"
    REMOVE = "remove"
    SIMPLIFY = "simplify"


class ObstacleStatus(StrEnum):
    RAISED = "raised"
    OWNED = "owned"
    WORKING = "working"
    REMOVED = "removed"
    CANNOT = "cannot"


CLOSED = frozenset({ObstacleStatus.REMOVED, ObstacleStatus.CANNOT})


class Step(StrEnum):
    """What may become of an obstacle once it was raised."""

    OWNED = "owned"
    WORKING = "working"
    REMOVED = "removed"
    CANNOT = "cannot"


class Seat(StrEnum):
    """Who around the team may own an obstacle; a member of staff is named by employee id instead."""

    HEATSHIELD_HEALTH = "heatshield_health"
    HEATSHIELD_SOCIAL_CARE = "heatshield_social_care"
    COACH = "coach"
    CLINICAL_LEAD = "clinical_lead"
    PARTNERSHIP_FACILITATOR = "partnership_facilitator"
    WORKING_GROUP = "working_group"
    STEERING_GROUP = "steering_group"


class Escalation(StrEnum):
    """How high an obstacle stands by its age. Nobody has to remember to escalate it."""

    NONE = "none"
    WORKING_GROUP = "working_group"
    STEERING_GROUP = "steering_group"


class NewObstacle(Input):
    """The title, and everything else here, is read outside the team: it names no client."""

    id: NewId
    team_id: UUID
    title: Name
    kind: ObstacleKind
    tag: ObstacleTag
    raised_on: Day | None = None
    owner: Seat | UUID | None = None
    waiting_on: Name | None = None


class Progress(Input):
    """What was done about an obstacle. What is left out stays as it was."""

    status: Step
    owner: Seat | UUID | None = None
    waiting_on: Name | None = None
    outcome: Words | None = None


class RaisedInTheFuture(Unprocessable):
    """What has not happened yet holds nobody up."""

    field = "/body/raised_on"
    way_out = "Leave raised_on out for today, or name an earlier day."

    def __init__(self) -> None:
        super().__init__("The obstacle is dated in the future.")


class OwnerNeeded(Unprocessable):
    """An obstacle that is being worked on has somebody to ask about it."""

    field = "/body/owner"
    way_out = "Name the seat or the employee who owns it now."

    def __init__(self) -> None:
        super().__init__("This obstacle has no owner yet.")


class OutcomeNeeded(Unprocessable):
    """The team hears how it ended, above all when an obstacle cannot be removed."""

    field = "/body/outcome"
    way_out = "Say in a sentence what came of it."

    def __init__(self) -> None:
        super().__init__("An obstacle ends with its outcome in words.")


class ObstacleAlreadyClosed(Conflict):
    """An obstacle ends once."""

    field = "/path/obstacle_id"
    way_out = "Read the obstacle to see how it ended. If it is back, raise a new one."

    def __init__(self, status: str) -> None:
        super().__init__(f"This obstacle is closed: {status}.")


@dataclass(frozen=True)
class Thresholds:
    """Working days after which an obstacle goes a step higher."""

    working_group: int
    steering_group: int


@dataclass(frozen=True)
class Clock:
    """The age of an obstacle in calendar and in working days, where that puts it, and when it goes higher next."""

    age_days: int
    age_working_days: int
    escalation: Escalation
    escalates_on: date | None


class Obstacle(TeamOwned, Base, table=True):
    """Something that others hold up for the team. It concerns no client, and its title names none."""

    title: str
    kind: str
    tag: str
    status: str
    raised_by: UUID | None
    raised_on: date
    owner: str | None
    waiting_on: str | None
    closed_on: date | None = None
    outcome: str | None = None

    @classmethod
    def raised(cls, new: NewObstacle, by: UUID | None, today: date, now: datetime) -> Self:
        """Raises `RaisedInTheFuture`."""
        raised_on = new.raised_on or today
        if raised_on > today:
            raise RaisedInTheFuture
        about: dict[str, Any] = {
            "owner": None if new.owner is None else str(new.owner),
            "status": ObstacleStatus.RAISED if new.owner is None else ObstacleStatus.OWNED,
            "raised_on": raised_on,
        }
        return cls(**new.model_dump(exclude={"owner", "raised_on"}), **about, raised_by=by, changed_at=now)

    @property
    def is_closed(self) -> bool:
        return self.status in CLOSED

    @property
    def removed_on(self) -> date | None:
        return self.closed_on if self.status == ObstacleStatus.REMOVED else None

    def progress(self, made: Progress, today: date, now: datetime) -> None:
        """Raises `ObstacleAlreadyClosed`, `OwnerNeeded` or `OutcomeNeeded`."""
        if self.is_closed:
            raise ObstacleAlreadyClosed(self.status)
        self.owner = self.owner if made.owner is None else str(made.owner)
        self.waiting_on = made.waiting_on or self.waiting_on
        self.outcome = made.outcome or self.outcome
        self.status, self.changed_at = made.status, now
        if self.is_closed:
            self._close(today)
        elif self.owner is None:
            raise OwnerNeeded

    def _close(self, today: date) -> None:
        if self.outcome is None:
            raise OutcomeNeeded
        self.closed_on, self.waiting_on = today, None

    def clock(self, as_of: date, thresholds: Thresholds) -> Clock:
        """As it stood at the end of that day; the clock of a closed obstacle stands still."""
        is_open = self.closed_on is None or self.closed_on > as_of
        until = as_of if self.closed_on is None or is_open else self.closed_on
        age = working_days(self.raised_on, until)
        level = escalation(age, thresholds)
        return Clock(
            age_days=max((until - self.raised_on).days, 0),
            age_working_days=age,
            escalation=level,
            escalates_on=_next_step(self.raised_on, level, thresholds) if is_open else None,
        )


def escalation(age_working_days: int, thresholds: Thresholds) -> Escalation:
    """Nothing stays where it is past its days, so no obstacle is old and unescalated."""
    if age_working_days >= thresholds.steering_group:
        return Escalation.STEERING_GROUP
    if age_working_days >= thresholds.working_group:
        return Escalation.WORKING_GROUP
    return Escalation.NONE


def _next_step(raised_on: date, level: Escalation, thresholds: Thresholds) -> date | None:
    after = {Escalation.NONE: thresholds.working_group, Escalation.WORKING_GROUP: thresholds.steering_group}
    return add_working_days(raised_on, after[level]) if level in after else None


for _column, _states in (("kind", ObstacleKind), ("tag", ObstacleTag), ("status", ObstacleStatus)):
    only_states(Obstacle, _column, _states)
always(Obstacle, "closed_on_a_day", "(status in ('removed', 'cannot')) = (closed_on is not null)")
always(Obstacle, "closed_with_its_outcome", "closed_on is null or outcome is not null")
always(Obstacle, "worked_on_by_somebody", "status not in ('owned', 'working') or owner is not null")
Index("ix_obstacle_open", col(Obstacle.team_id), col(Obstacle.closed_on), col(Obstacle.raised_on))
