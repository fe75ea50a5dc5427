"""Breaking the glass: in an emergency a nurse reads one client of another team, who reviews it afterwards."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import model_validator
from sqlalchemy import Index, text
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.common.access import BREAK_GLASS
from services.common.errors import Conflict, Forbidden, ServiceError
from services.common.models import INSTANT, Stored, TeamOwned, only_states
from services.common.types import Input, NewId, NhsNumber, PastDay, Words


class EmergencyReason(StrEnum):
    """Why it cannot wait until the client's own team is reached."""

    LIFE_OR_LIMB = "life_or_limb"
    UNPLANNED_VISIT = "unplanned_visit"
    COVER_FOR_TEAM = "cover_for_team"
    SAFEGUARDING = "safeguarding"


class ReviewOutcome(StrEnum):
    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"
    TAKEN_FURTHER = "taken_further"


class ReviewState(StrEnum):
    OPEN = "open"
    REVIEWED = "reviewed"


class ClientLookup(Input):
    """Both, exactly; a number alone may be a slip of the pen."""

    nhs_number: NhsNumber
    birth_on: PastDay


class NewBreakGlass(Input):
    """Which client, by id or by NHS number and date of birth, and why; the words are read by the client's team."""

    id: NewId
    client_id: UUID | None = None
    client_lookup: ClientLookup | None = None
    reason_code: EmergencyReason
    reason_text: Annotated[Words, Shape(min_length=20, max_length=500)]

    @model_validator(mode="after")
    def _names_one_client(self) -> Self:
        if (self.client_id is None) == (self.client_lookup is None):
            raise ValueError("name the client by client_id or by client_lookup, and not by both")
        return self


class Review(Input):
    """What the client's team makes of it."""

    outcome: ReviewOutcome
    note: Words


class NobodyFound(ServiceError):
    """No such client, or not this date of birth: the two look the same, and both count as attempts."""

    status = 404
    field = "/body"
    way_out = (
        "Compare the number and the date of birth with a letter or card before you try again; few attempts are left."
    )

    def __init__(self) -> None:
        super().__init__("There is no such client.")


class TooManyAttempts(ServiceError):
    """Nobody finds out who is a client by trying."""

    status = 429
    field = "/body"
    way_out = (
        "Ring the client's team or the clinical lead; Retry-After says in how many seconds the next attempt counts."
    )

    def __init__(self, seconds: int) -> None:
        super().__init__("There were as many attempts as may be made in a day.", headers={"Retry-After": str(seconds)})


class OwnClient(Conflict):
    """What one's own team may do needs no emergency."""

    field = "/body"
    way_out = "Read the client as usual: your own team looks after them."

    def __init__(self) -> None:
        super().__init__("This is a client of your own team.")


class NotInAnyTeam(Forbidden):
    """Who left the last team looks after nobody."""

    way_out = "Ask the office whether your membership of a team has ended."

    def __init__(self) -> None:
        super().__init__("Only a nurse of a team may do this.")


class BreakGlassUnknown(ServiceError):
    """None, or somebody else's: the two look the same."""

    status = 404
    field = f"/header/{BREAK_GLASS}"
    way_out = "Send the id that you were given yourself, or leave the header out."

    def __init__(self) -> None:
        super().__init__("You have opened no such thing.")


class BreakGlassExpired(ServiceError):
    """After its time the client is out of sight again, like any other of another team."""

    status = 404
    field = f"/header/{BREAK_GLASS}"
    way_out = "If the emergency goes on, break the glass again with the reason for it."

    def __init__(self) -> None:
        super().__init__("The time for reading this client is over.")


class ReviewedByOpener(Forbidden):
    """Nobody says of themselves that it was right."""

    field = "/path/break_glass_id"
    way_out = "Ask another member of the team to review it."

    def __init__(self) -> None:
        super().__init__("Who broke the glass does not review it.")


class AlreadyReviewed(Conflict):
    field = "/path/break_glass_id"
    way_out = "Nothing needs to be done: read what the review says."

    def __init__(self) -> None:
        super().__init__("This was reviewed already.")


@dataclass(frozen=True)
class Terms:
    """How long it holds, and how long its review may take."""

    minutes: int
    review_hours: int


class BreakGlassAttempt(Stored, Base, table=True):
    """That somebody tried, and not whom they looked for."""

    employee_id: UUID
    tried_at: datetime = Field(sa_type=INSTANT)


class BreakGlass(TeamOwned, Base, table=True):
    """One nurse may read one client for so long. The row belongs to the client's team."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    opened_by: UUID
    reason_code: str
    reason_text: str
    opened_at: datetime = Field(sa_type=INSTANT)
    expires_at: datetime = Field(sa_type=INSTANT)
    review_due_at: datetime = Field(sa_type=INSTANT)
    reviewed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    reviewed_by: UUID | None = None
    outcome: str | None = None
    note: str | None = None

    @classmethod
    def opened(cls, new: NewBreakGlass, client: Client, terms: Terms, by: UUID, now: datetime) -> Self:
        return cls(
            id=new.id,
            team_id=client.team_id,
            client_id=client.id,
            opened_by=by,
            reason_code=new.reason_code,
            reason_text=new.reason_text,
            opened_at=now,
            expires_at=now + timedelta(minutes=terms.minutes),
            review_due_at=now + timedelta(hours=terms.review_hours),
            changed_at=now,
        )

    def require_holding(self, now: datetime) -> None:
        """Raises `BreakGlassExpired`."""
        if self.expires_at <= now:
            raise BreakGlassExpired

    def is_overdue(self, now: datetime) -> bool:
        return self.reviewed_at is None and self.review_due_at < now

    def review(self, review: Review, by: UUID | None, now: datetime) -> None:
        """Raises `ReviewedByOpener` or `AlreadyReviewed`."""
        if by == self.opened_by:
            raise ReviewedByOpener
        if self.reviewed_at is not None:
            raise AlreadyReviewed
        self.outcome, self.note = review.outcome, review.note
        self.reviewed_at, self.reviewed_by, self.changed_at = now, by, now


def seconds_to_wait(attempts: list[datetime], limit: int, window: timedelta, now: datetime) -> int:
    """How long until another attempt may be made; 0 where it may be made now. The attempts are those in the window."""
    if len(attempts) < limit:
        return 0
    return max(1, int((sorted(attempts)[-limit] + window - now).total_seconds()) + 1)


only_states(BreakGlass, "outcome", ReviewOutcome)
Index(
    "ix_break_glass_open",
    col(BreakGlass.team_id),
    col(BreakGlass.id),
    postgresql_where=text("reviewed_at is null"),
)
Index("ix_break_glass_opened_by", col(BreakGlass.opened_by))
Index("ix_break_glass_attempt_of", col(BreakGlassAttempt.employee_id), col(BreakGlassAttempt.tried_at))
