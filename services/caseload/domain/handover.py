"""Handover: a client for a night or a weekend to a service outside, which has to accept before a deadline."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import model_validator
from sqlalchemy import Column, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.caseload.domain.one_time_link import HandedOut, LinkEnded, OneTimeLink, Opening, Pass
from services.caseload.domain.surgery_seat import OdsCode
from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, Stored, TeamOwned, only_states
from services.common.types import Input, Instant, Name, NewId, Words


class HandoverStatus(StrEnum):
    """`accepted`, `declined` and `done` says the other side, `returned` the team."""

    DRAFTED = "drafted"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    DONE = "done"
    RETURNED = "returned"


WITH_THE_OTHERS = (HandoverStatus.SENT, HandoverStatus.ACCEPTED)
# Whoever answers by their own system may cross the deadline by a moment: they have the client all the same.
MAY_BE_ACCEPTED = (HandoverStatus.SENT, HandoverStatus.EXPIRED)
# A partner is told of instants in milliseconds, and gives them back so.
TOLD_IN = timedelta(milliseconds=1)
OVER = (HandoverStatus.DONE, HandoverStatus.RETURNED)


class ToCall(Input):
    """Somebody who may be called, and when."""

    name: Name
    role: Name
    phone: Annotated[str, Shape(pattern=r"^[0-9+() -]{3,30}$")]
    when: Name | None = None


CallList = Annotated[list[ToCall], Shape(max_length=10)]


class NewHandover(Input):
    """For whom, to which service and role there, from when to when; what to watch for, and what to do then.

    `on_call_id` is the member of the team who is warned where nobody accepts. `ods_code` is that of the organisation,
    where its system is connected and may answer too (FHIR, a Task).
    """

    id: NewId
    client_id: UUID
    organisation: Name
    ods_code: OdsCode | None = None
    role: Name
    starts_at: Instant
    ends_at: Instant
    watch_for: Words
    to_do: Words
    who_to_call: CallList = []
    on_call_id: UUID

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at must be after starts_at")
        return self


class Sending(Input):
    """By when it has to be accepted."""

    accept_by: Instant


class NewHandoverNote(Pass):
    """What the other side writes back, and who writes it, as they name themselves."""

    id: NewId
    words: Words
    name: Name
    role: Name


class HandoverTooLong(Unprocessable):
    """A handover bridges the hours when the team is away; for longer the client changes hands."""

    field = "/body/ends_at"
    way_out = "Hand over until the team is back, and again for the next night; /v1/rules says for how long at most."

    def __init__(self, hours: int) -> None:
        super().__init__(f"This is longer than {hours} hours.")


class DeadlineOutOfReach(Unprocessable):
    """A warning that comes when the night is over helps nobody."""

    field = "/body/accept_by"
    way_out = "Give a time from now on, and before the handover ends."

    def __init__(self) -> None:
        super().__init__("It cannot be accepted by then.")


class HandoverOver(Conflict):
    """What was given back is with the team again."""

    field = "/path/handover_id"
    way_out = "Make a new handover for the next night."

    def __init__(self) -> None:
        super().__init__("This handover is over.")


class HandoverNotSent(Conflict):
    """Only what is with somebody comes back from them."""

    field = "/path/handover_id"
    way_out = "Nothing needs to be done: nobody outside can open it."

    def __init__(self) -> None:
        super().__init__("This handover was not sent.")


class Handover(OneTimeLink, TeamOwned, Base, table=True):
    """One client, one service outside, one night or weekend."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    organisation: str
    ods_code: str | None = None
    role: str
    starts_at: datetime = Field(sa_type=INSTANT)
    ends_at: datetime = Field(sa_type=INSTANT)
    watch_for: str
    to_do: str
    who_to_call: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    on_call_id: UUID
    written_by: UUID | None
    status: str = HandoverStatus.DRAFTED
    accept_by: datetime | None = Field(default=None, sa_type=INSTANT)
    sent_at: datetime | None = Field(default=None, sa_type=INSTANT)
    sent_by: UUID | None = None
    # By their own system, or by the link: then it was opened too, and by the release before only that.
    accepted_at: datetime | None = Field(default=None, sa_type=INSTANT)
    # Which version of the end-of-life plan there was when it was sent.
    end_of_life_number: int | None = None
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def drafted(cls, new: NewHandover, client: Client, most_hours: int, by: UUID | None, now: datetime) -> Self:
        """Raises `HandoverTooLong`."""
        if new.ends_at - new.starts_at > timedelta(hours=most_hours):
            raise HandoverTooLong(most_hours)
        kept = new.model_dump(exclude={"who_to_call"})
        to_call = [one.model_dump() for one in new.who_to_call]
        return cls(**kept, who_to_call=to_call, team_id=client.team_id, written_by=by, changed_at=now)

    def send(self, accept_by: datetime, by: UUID | None, now: datetime) -> HandedOut:
        """Send it, or send it again: the link and the code of before open nothing more, and it is to be accepted anew.

        Raises `HandoverOver` or `DeadlineOutOfReach`.
        """
        if self.status in OVER:
            raise HandoverOver
        if not now < accept_by < self.ends_at:
            raise DeadlineOutOfReach
        self.status, self.accept_by = HandoverStatus.SENT, accept_by
        self.sent_at, self.sent_by, self.ended_at, self.changed_at = now, by, None, now
        self.accepted_at = None
        return self.hand_out()

    def require_open(self, now: datetime) -> None:
        """Raises `LinkEnded` once the deadline has passed unaccepted, or the handover has ended."""
        late = self.status == HandoverStatus.SENT and (self.accept_by is None or self.accept_by <= now)
        if self.status not in WITH_THE_OTHERS or late or self.ends_at <= now:
            raise LinkEnded

    def accept(self, link: str, opening: Opening, most_wrong: int, now: datetime) -> str:
        """Accept it, unless their own system has, and give the pass to go on with.

        Raises `LinkUsed`, `LinkSpent` or `WrongCode`.
        """
        given = self.unlock(link, opening, most_wrong, now)
        self.be_accepted(now)
        return given

    @property
    def taken_at(self) -> datetime | None:
        """Since when the other side has the client."""
        return self.accepted_at or self.opened_at

    def is_about(self, sent_at: datetime) -> bool:
        """Whether somebody answers what was sent then, and not what was sent before or since."""
        return self.sent_at is not None and abs(self.sent_at - sent_at) < TOLD_IN

    def be_accepted(self, now: datetime) -> None:
        """They have the client, by the first of their answers. What is to be done stands behind the link, which can
        still be opened."""
        self.status, self.ended_at, self.changed_at = HandoverStatus.ACCEPTED, None, now
        self.accepted_at = self.accepted_at or now

    def be_declined(self, now: datetime) -> None:
        """The other side cannot take the client."""
        self.status, self.ended_at, self.changed_at = HandoverStatus.DECLINED, now, now

    def expire(self, now: datetime) -> None:
        """Nobody accepted it in time."""
        self.status, self.ended_at, self.changed_at = HandoverStatus.EXPIRED, now, now

    def be_done(self, now: datetime) -> None:
        """The other side says that its part is done; the link ends with it."""
        self.status, self.ended_at, self.changed_at = HandoverStatus.DONE, now, now

    def take_back(self, now: datetime) -> None:
        """The client is with the team again, and the link opens nothing more.

        Raises `HandoverNotSent` or `HandoverOver`.
        """
        if self.status == HandoverStatus.DRAFTED:
            raise HandoverNotSent
        if self.status == HandoverStatus.RETURNED:
            raise HandoverOver
        self.status, self.ended_at, self.changed_at = HandoverStatus.RETURNED, now, now


class HandoverNote(Stored, Base, table=True):
    """What the other side wrote, under the name that they gave. It is theirs, and never among the team's own notes."""

    team_id: UUID
    handover_id: UUID = Field(foreign_key="handover.id", index=True)
    words: str
    name: str
    role: str
    organisation: str
    written_at: datetime = Field(sa_type=INSTANT)

    @classmethod
    def on(cls, handover: Handover, new: NewHandoverNote, now: datetime) -> Self:
        about: dict[str, Any] = {"team_id": handover.team_id, "handover_id": handover.id, "written_at": now}
        return cls(**new.model_dump(exclude={"pass_key"}), organisation=handover.organisation, **about)


only_states(Handover, "status", HandoverStatus)
Index(
    "ix_handover_waiting",
    col(Handover.accept_by),
    postgresql_where=text(f"status = '{HandoverStatus.SENT}'"),
)
