"""Caseload transfer: the clients of another service, listed, matched with whom the team knows, and taken over."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from sqlmodel import Field

from services.caseload.domain.base import Base, PersonColumns, PersonDetails, person_columns
from services.caseload.domain.client import PERSON
from services.caseload.domain.referral import Need, Referral, ReferralSource, Urgency
from services.common.errors import Conflict
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input, Name, NewId, PastDay, Words

LARGEST_PIECE = 100

HowMany = Annotated[int, Shape(strict=True, ge=1, le=2000)]


class TransferStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    ABANDONED = "abandoned"


class HandedOver(StrEnum):
    """What became of one client of the list."""

    WAITING = "waiting"
    TAKEN_OVER = "taken_over"
    LEFT_OUT = "left_out"


class LeftOutReason(StrEnum):
    ALREADY_IN_CARE = "already_in_care"
    STAYS_WHERE_THEY_ARE = "stays_where_they_are"
    MOVED_AWAY = "moved_away"
    DECLINED_BY_CLIENT = "declined_by_client"
    LISTED_BY_MISTAKE = "listed_by_mistake"
    DIED = "died"
    TRANSFER_ABANDONED = "transfer_abandoned"


class NewTransfer(Input):
    """`expected` is how many the other service says that it hands over, so that none is lost on the way."""

    id: NewId
    team_id: UUID
    from_service: Name
    expected: HowMany


class CountCorrected(Input):
    """The right number, after counting again with the other service, and what was wrong."""

    expected: HowMany
    reason: Words


class Abandoning(Input):
    """Why nobody is taken over any more; whoever waits is left out."""

    reason: Words


class ListedPerson(PersonDetails):
    """Without a date of birth nobody can be matched safely."""

    birth_on: PastDay


class ListedClient(Input):
    id: NewId
    reason: Words
    need: Need | None = None
    person: ListedPerson


class Piece(Input):
    """A part of the list. Sent again, as it is or under other ids, it adds nobody twice."""

    clients: list[ListedClient] = Shape(min_length=1, max_length=LARGEST_PIECE)


class LeavingOut(Input):
    reason: LeftOutReason


class TransferClosed(Conflict):
    field = "/path/caseload_transfer_id"
    way_out = "Begin another transfer for whoever comes later."

    def __init__(self) -> None:
        super().__init__("This transfer is closed.")


class TransferNotComplete(Conflict):
    """None is lost: all that were expected are there, and each is taken over or left out with a reason."""

    field = "/path/caseload_transfer_id"
    way_out = "Send the missing clients or correct the number, and decide on those that wait; or abandon the transfer."

    def __init__(self, missing: int, waiting: int) -> None:
        super().__init__(f"Missing from the list: {missing}. Not decided on: {waiting}.")


class MoreThanExpected(Conflict):
    """Somebody who was not counted is somebody whom the other service may not know of."""

    field = "/body/clients"
    way_out = "Count again with the other service, and correct the number with the reason."

    def __init__(self, field: str = field) -> None:
        super().__init__("These are more clients than the transfer was said to have.", field=field)


class AlreadyHandedOver(Conflict):
    field = "/path/transferred_client_id"
    way_out = "Read the list to see what became of this client."

    def __init__(self) -> None:
        super().__init__("This client has been taken over or left out.")


class CaseloadTransfer(TeamOwned, Base, table=True):
    """One list of one other service."""

    from_service: str
    expected: int
    status: str = TransferStatus.OPEN
    started_by: UUID | None
    started_at: datetime = Field(sa_type=INSTANT)
    closed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    # Why the number was corrected, and why the transfer was abandoned.
    corrected_because: str | None = None
    abandoned_because: str | None = None

    @classmethod
    def started(cls, new: NewTransfer, by: UUID | None, now: datetime) -> Self:
        return cls(**new.model_dump(), started_by=by, started_at=now, changed_at=now)

    def require_open(self) -> None:
        """Raises `TransferClosed`."""
        if self.status != TransferStatus.OPEN:
            raise TransferClosed

    def correct(self, count: CountCorrected, listed: int, now: datetime) -> None:
        """Raises `TransferClosed`, or `MoreThanExpected` where more are listed than that."""
        self.require_open()
        if count.expected < listed:
            raise MoreThanExpected("/body/expected")
        self.expected, self.corrected_because, self.changed_at = count.expected, count.reason, now

    def abandon(self, abandoning: Abandoning, now: datetime) -> None:
        """Raises `TransferClosed`."""
        self.require_open()
        self.status, self.abandoned_because = TransferStatus.ABANDONED, abandoning.reason
        self.closed_at, self.changed_at = now, now

    def close(self, counts: dict[str, int], now: datetime) -> None:
        """Raises `TransferClosed` or `TransferNotComplete`."""
        self.require_open()
        missing, waiting = self.expected - sum(counts.values()), counts.get(HandedOver.WAITING, 0)
        if missing or waiting:
            raise TransferNotComplete(missing, waiting)
        self.status, self.closed_at, self.changed_at = TransferStatus.CLOSED, now, now


class TransferredClient(PersonColumns, TeamOwned, Base, table=True):
    """One client of the list; the referral by which they are taken over has the same id."""

    caseload_transfer_id: UUID = Field(foreign_key="caseload_transfer.id", index=True)
    reason: str
    need: str | None = None
    status: str = HandedOver.WAITING
    left_out_reason: str | None = None
    client_id: UUID | None = None
    decided_by: UUID | None = None

    @classmethod
    def listed(cls, new: ListedClient, transfer: CaseloadTransfer, now: datetime) -> Self:
        about: dict[str, Any] = {"team_id": transfer.team_id, "caseload_transfer_id": transfer.id, "changed_at": now}
        return cls(**new.model_dump(exclude={"person"}), **person_columns(new.person), **about)

    @property
    def who(self) -> tuple[Any, ...]:
        """By what one person of the list is told from another."""
        if self.nhs_number is not None:
            return (self.nhs_number, self.birth_on)
        return (self.family_name.casefold(), self.given_name.casefold(), self.birth_on)

    def referral(self, transfer: CaseloadTransfer, now: datetime) -> Referral:
        about: dict[str, Any] = {
            "id": self.id,
            "team_id": self.team_id,
            "source": ReferralSource.COMMUNITY_NURSING,
            "reason": self.reason,
            "need": self.need,
            "urgency": Urgency.ROUTINE,
            "received_at": transfer.started_at,
            "health_need": True,
            "referrer": transfer.from_service,
            "changed_at": now,
        }
        return Referral(**about, **{name: getattr(self, name) for name in PERSON})

    def taken_over(self, client_id: UUID, by: UUID | None, now: datetime) -> None:
        self.status, self.client_id, self.decided_by, self.changed_at = HandedOver.TAKEN_OVER, client_id, by, now

    def leave_out(self, reason: LeftOutReason, by: UUID | None, now: datetime) -> None:
        """Raises `AlreadyHandedOver`."""
        self.require_waiting()
        self.status, self.left_out_reason = HandedOver.LEFT_OUT, reason
        self.decided_by, self.changed_at = by, now

    def require_waiting(self) -> None:
        """Raises `AlreadyHandedOver`."""
        if self.status != HandedOver.WAITING:
            raise AlreadyHandedOver


only_states(CaseloadTransfer, "status", TransferStatus)
only_states(TransferredClient, "status", HandedOver)
