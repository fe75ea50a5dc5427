"""What changed, for tablets that were away: one small row a change, written by the database itself.

A place in it is the transaction and the number of the row, not the time: whoever commits late comes after whoever
looked, for nobody is shown what is not older than everything that still runs. Transactions are numbered by a server,
so a place is of one history of it: a database that was brought back begins another.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, text
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.common.errors import ServiceError
from services.common.models import INSTANT

HISTORY_BYTES, NUMBER_BYTES = 4, 6
MOST = 2 ** (8 * NUMBER_BYTES) - 1


class SyncChange(Base, table=True):
    """That a row of a team's was written, moved to another team or taken away."""

    __tablename__ = "sync_change"

    seq: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    xid: int = Field(
        sa_column=Column(BigInteger, nullable=False, server_default=text("(pg_current_xact_id()::text::bigint)"))
    )
    team_id: UUID
    client_id: UUID
    entity: str
    entity_id: UUID
    written_at: datetime = Field(
        sa_type=INSTANT, sa_column_kwargs={"server_default": text("clock_timestamp()")}, index=True
    )


@dataclass(frozen=True)
class Place:
    """After this row of this transaction. A row's number is above 0, so `Place(h, x, 0)` is before all of x."""

    history: int
    xid: int
    seq: int

    def as_id(self) -> UUID:
        """As a cursor carries it."""
        numbers = self.xid.to_bytes(NUMBER_BYTES) + self.seq.to_bytes(NUMBER_BYTES)
        return UUID(bytes=self.history.to_bytes(HISTORY_BYTES) + numbers)

    @classmethod
    def of_id(cls, given: UUID) -> Self:
        history, numbers = given.bytes[:HISTORY_BYTES], given.bytes[HISTORY_BYTES:]
        xid, seq = numbers[:NUMBER_BYTES], numbers[NUMBER_BYTES:]
        return cls(int.from_bytes(history), int.from_bytes(xid), int.from_bytes(seq))


class BadSyncCursor(ServiceError):
    """A cursor goes on where its owner stopped, in the teams that they belonged to then."""

    field = "/query/since"
    way_out = "Read the day pack, and go on from its Sync-From; do so as well after a change of teams."

    def __init__(self) -> None:
        super().__init__("This is no cursor of yours, or your teams are others now.")


class SyncCursorTooOld(ServiceError):
    """What came after it has been forgotten in part, or never happened in this database, so nothing that follows would
    be whole."""

    status = 410
    field = BadSyncCursor.field
    way_out = "Read the day pack again, drop what is held of clients who are not in it, and go on from its Sync-From."

    def __init__(self) -> None:
        super().__init__("What changed since then is no longer kept in full.")


Index("ix_sync_change_team", col(SyncChange.team_id), col(SyncChange.xid), col(SyncChange.seq))
