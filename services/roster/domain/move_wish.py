"""Move wishes: a client asks by a link to be visited at another time, and a nurse answers."""

import hashlib
import secrets
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import model_validator
from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, col

from services.common.errors import Conflict, ServiceError, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Day, Input, Instant
from services.roster.domain.base import Base
from services.roster.domain.visit import Visit
from services.roster.domain.visit_plan import MinuteOfDay
from services.roster.domain.window import instant_on

SECRET_BYTES = 32
Secret = Annotated[str, Shape(pattern=r"^[A-Za-z0-9_-]{43}$")]


class Wish(StrEnum):
    EARLIER = "earlier"
    LATER = "later"
    ANOTHER_DAY = "another_day"
    NOT_AT_ALL = "not_at_all"


class WishState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class NewMoveWish(Input):
    """What the client would rather have. No words: whoever wants to say more rings the team."""

    wish: Wish
    day: Day | None = None
    from_minute: MinuteOfDay | None = None
    until_minute: MinuteOfDay | None = None

    @model_validator(mode="after")
    def _runs_forwards(self) -> Self:
        if self.from_minute is not None and self.until_minute is not None and self.until_minute < self.from_minute:
            raise ValueError("until_minute must not be before from_minute")
        return self


class Acceptance(Input):
    """Left out, the time is the one that the client asked for."""

    starts_at: Instant | None = None
    employee_id: UUID | None = None


class LinkUnknown(ServiceError):
    """Nobody finds a link by trying."""

    status = 404
    field = "/path/link"
    way_out = "Compare the link with the one that you were sent, letter by letter, or ask the team for a new one."

    def __init__(self) -> None:
        super().__init__("There is no such link.")


class LinkEnded(ServiceError):
    """A link lasts until the visit begins, is called off, or a new link is sent."""

    status = 410
    field = "/path/link"
    way_out = "Ring the team, who can send you a new link if it is still needed."

    def __init__(self) -> None:
        super().__init__("The time of this link is over.")


class AlreadyAsked(Conflict):
    """One wish at a time, so that the team answers the last word."""

    field = "/path/link"
    way_out = "Wait for the team's answer, or ring them."

    def __init__(self) -> None:
        super().__init__("A wish to move this visit waits for its answer.")


class WishAlreadyAnswered(Conflict):
    field = "/path/move_wish_id"
    way_out = "Nothing needs to be done: somebody of the team has answered."

    def __init__(self) -> None:
        super().__init__("This wish has been answered.")


class NoTimeNamed(Unprocessable):
    """Nobody guesses when somebody would like to be visited."""

    field = "/body/starts_at"
    way_out = "Name the new time in starts_at, as you agreed it with the client."

    def __init__(self) -> None:
        super().__init__("The wish names no time, and neither does the answer.")


class VisitLink(TeamOwned, Base, table=True):
    """What was handed to a client to look at one visit; the link itself is not kept."""

    visit_id: UUID = Field(foreign_key="visit.id", index=True)
    client_id: UUID
    link_print: str = Field(unique=True)
    revoked_at: datetime | None = Field(default=None, sa_type=INSTANT)

    def revoke(self, now: datetime) -> None:
        self.revoked_at = self.changed_at = now


class MoveWish(TeamOwned, Base, table=True):
    """One wish to move one visit, until it is answered."""

    visit_id: UUID = Field(foreign_key="visit.id")
    client_id: UUID
    wish: str
    day: date | None = None
    from_minute: int | None = None
    until_minute: int | None = None
    state: str = WishState.ASKED
    asked_at: datetime = Field(sa_type=INSTANT)
    answered_by: UUID | None = None
    answered_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def asked(cls, new: NewMoveWish, visit: Visit, now: datetime) -> Self:
        about: dict[str, Any] = {"visit_id": visit.id, "client_id": visit.client_id, "team_id": visit.team_id}
        return cls(**new.model_dump(), **about, asked_at=now, changed_at=now)

    def answer(self, state: WishState, by: UUID | None, now: datetime) -> None:
        """Raises `WishAlreadyAnswered`."""
        if self.state != WishState.ASKED:
            raise WishAlreadyAnswered
        self.state, self.answered_by = state, by
        self.answered_at = self.changed_at = now

    def time_of(self, acceptance: Acceptance) -> datetime:
        """Raises `NoTimeNamed` or `TimeNotOnTheClock`."""
        if acceptance.starts_at is not None:
            return acceptance.starts_at
        if self.day is None or self.from_minute is None:
            raise NoTimeNamed
        return instant_on(self.day, self.from_minute)


def new_link() -> str:
    """256 random bits, as they are handed out."""
    return secrets.token_urlsafe(SECRET_BYTES)


def fingerprint(link: str) -> str:
    """What is kept of a link, so that nobody who reads the table can use it."""
    return hashlib.sha256(link.encode()).hexdigest()


only_states(MoveWish, "wish", Wish)
only_states(MoveWish, "state", WishState)
MoveWish.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint("(state = 'asked') = (answered_at is null)", name="move_wish_makes_sense")
)
Index("one_wish_at_a_time", col(MoveWish.visit_id), unique=True, postgresql_where=text("state = 'asked'"))
