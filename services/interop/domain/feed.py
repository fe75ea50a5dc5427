"""The feed: what was heard about care, in the order of its commits, and the cursors by which one goes on in it."""

import base64
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from sqlalchemy import BigInteger, Column, Identity, Index, Table, Text, Uuid, func

from services.common.errors import ServiceError, Unprocessable
from services.common.models import INSTANT
from services.interop.domain.base import Base

KEEP_FED = timedelta(days=14)
# In one queue, so that what one publisher tells of a subject is fed in its order. What partners hear is named here one
# by one: not who works in which team, whom the council means-tests, or why somebody has another named nurse.
FED, *ALSO_FED = (
    "caseload.referral.received.v1",
    "caseload.referral.accepted.v1",
    "caseload.referral.not_taken.v1",
    "caseload.episode_of_care.opened.v1",
    "caseload.episode_of_care.paused.v1",
    "caseload.episode_of_care.resumed.v1",
    "caseload.episode_of_care.discharged.v1",
    "caseload.assessment.completed.v1",
    "caseload.omaha_rating.recorded.v1",
    "caseload.care_plan.agreed.v1",
    "caseload.care_plan.changed.v1",
    "caseload.goal.changed.v1",
    "caseload.care_contact.recorded.v1",
    "caseload.wound.measured.v1",
    "caseload.photo.attached.v1",
    "caseload.introduction.changed.v1",
    "roster.visit.planned.v1",
    "roster.visit.done.v1",
    "roster.visit.started.v1",
    "roster.visit.no_reply.v1",
    "roster.visit.missed.v1",
    "roster.rota.proposed.v1",
    "roster.rota.agreed.v1",
    "roster.rota.published.v1",
    "finance.reablement.started.v1",
    "finance.reablement.ending.v1",
)
LATEST = "latest"
# Says what a cursor is a cursor of, so that those of another feed will not be taken for it.
KIND = b"\x01"
POSITION_BYTES, LAST_POSITION = 8, 2**63 - 1

# Positions follow the order of the commits (see `Transaction.append`), so no reader passes one that is yet to come.
FEED_ENTRY = Table(
    "feed_entry",
    Base.metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False, unique=True),
    # A CloudEvents 1.0 object in JSON, as it is given out.
    Column("event", Text, nullable=False),
    Column("fed_at", INSTANT, nullable=False, server_default=func.clock_timestamp()),
    Index("ix_feed_entry_fed_at", "fed_at", postgresql_using="brin"),
)


class Start(Enum):
    """Where one may begin who has no cursor yet."""

    OLDEST = "oldest"
    LATEST = LATEST


Place = int | Start


@dataclass(frozen=True)
class Extent:
    """How far the feed goes: the highest position that was purged, and the newest there is. Equal, nothing is kept."""

    purged: int
    newest: int

    def goes_beyond(self, place: Place) -> bool:
        """Whether somebody at this place has something to read."""
        return self.newest > (self.purged if isinstance(place, Start) else place)


@dataclass(frozen=True)
class Entry:
    position: int
    event: str


class UnknownCursor(Unprocessable):
    """A cursor is one that this feed has handed out."""

    field = "/query/after"
    way_out = (
        "Send next_cursor as it was given, or leave after out to begin with the oldest kept, or send after=latest."
    )

    def __init__(self) -> None:
        super().__init__("This is no cursor of this feed.")


class CursorExpired(ServiceError):
    """Whoever was away for longer than events are kept may not go on as if nothing were missing."""

    status = 410
    field = "/query/after"
    way_out = (
        "Ask for GET /interop/v1/events?after=latest and keep its next_cursor; then read the current state by FHIR"
        " search, for each type in /fhir/R4/metadata, such as GET /fhir/R4/Patient?_lastUpdated=ge and a day before the"
        " last event you have; then go on with after and the cursor that you kept."
    )

    def __init__(self) -> None:
        super().__init__(f"Events after this cursor are gone: they are kept for {KEEP_FED.days} days.")


def cursor_at(position: int, kind: bytes = KIND) -> str:
    """What leads on from this position, and means nothing else to anybody."""
    return base64.urlsafe_b64encode(kind + position.to_bytes(POSITION_BYTES, "big")).decode()


def position_of(cursor: str, kind: bytes = KIND) -> int | None:
    """The position that a cursor leads on from; None for what was not handed out as one, letter for letter."""
    try:
        position = int.from_bytes(base64.urlsafe_b64decode(cursor)[len(kind) :], "big")
        return position if position <= LAST_POSITION and cursor_at(position, kind) == cursor else None
    except (ValueError, OverflowError):
        return None


def place_of(after: str | None) -> Place:
    """Raises `UnknownCursor` for what was not handed out as a cursor, letter for letter."""
    if after is None:
        return Start.OLDEST
    if after == LATEST:
        return Start.LATEST
    position = position_of(after)
    if position is None:
        raise UnknownCursor
    return position
