"""What a trust's SystmOne unit holds of contacts: its nightly extracts, and whether each contact is on both sides."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, col

from services.common.errors import Conflict
from services.common.models import INSTANT, Aggregate, TeamOwned, only_states
from services.interop.domain.base import Base

# So many of the rows that could not be read are listed; how many there are is counted.
MOST_LISTED = 500
# What is read within one transaction.
MOST_ROWS = 100_000


class ExtractState(StrEnum):
    """Received is as it came; of a refused file nothing was taken."""

    RECEIVED = "received"
    TAKEN = "taken"
    REFUSED = "refused"


class Refusal(StrEnum):
    """Why a file was refused as a whole."""

    TOO_LARGE = "too_large"
    MANIFEST = "manifest"
    CHECKSUM = "checksum"
    ROW_COUNT = "row_count"
    ENCODING = "encoding"
    NOT_CSV = "not_csv"
    COLUMNS = "columns"
    HALF = "half"
    NO_ROW_READ = "no_row_read"


SEND_AGAIN = "Have it written once more where it came from, and leave it in the folder `in`."
SET_LAYOUT = "Compare INTEROP_SYSTMONE_LAYOUT with the file, put right what differs, and try the file again."
WAYS_OUT = {
    Refusal.TOO_LARGE: "Have the extract written in several files, each of 16 MiB and 100,000 rows at most.",
    Refusal.MANIFEST: "The manifest is JSON with `sha256` and `rows`. Leave it again together with its file.",
    Refusal.CHECKSUM: f"The file is not the one that its manifest is about. {SEND_AGAIN}",
    Refusal.ROW_COUNT: f"The file has not as many rows as its manifest says. {SEND_AGAIN}",
    Refusal.ENCODING: f"The file is not in the encoding that the layout names. {SET_LAYOUT}",
    Refusal.NOT_CSV: f"A quotation mark or a line is not closed. {SEND_AGAIN}",
    Refusal.COLUMNS: f"This column is missing, or there twice. {SET_LAYOUT}",
    Refusal.HALF: f"The file ends in the middle of a line. {SEND_AGAIN}",
    Refusal.NO_ROW_READ: f"No row could be made out; `rejects` says why. {SET_LAYOUT}",
}


@dataclass(frozen=True)
class Reject:
    """A row that could not be read: the line on which it begins (the heads are on 1), the column's name, and a code."""

    line: int
    column: str | None
    code: str


class Entry(NamedTuple):
    """A contact as SystmOne holds it. Of one that was deleted there is no number and no day."""

    team_id: UUID
    entry: str
    nhs_number: str | None = None
    happened_on: date | None = None
    started_at: datetime | None = None


class NothingToTryAgain(Conflict):
    field = "/path/systmone_extract_id"
    way_out = "Only a file that was refused, or of which rows were, is tried again, as long as it is kept."

    def __init__(self) -> None:
        super().__init__("This extract was taken whole, or what it said is not kept any more.")


class TakenExtractStays(Conflict):
    """A layout that does not fit a file undoes nothing of what was taken of it."""

    field = "/path/systmone_extract_id"
    way_out = SET_LAYOUT

    def __init__(self, why: str) -> None:
        super().__init__(f"This layout does not fit the extract: {why}. What was taken of it before stays.")


class SystmoneNotConnected(Conflict):
    field = "/path/systmone_extract_id"
    way_out = "Set INTEROP_SYSTMONE_LAYOUT, start the service anew, and try the file again."

    def __init__(self) -> None:
        super().__init__("No layout says how to read an extract.")


class SystmoneExtract(Aggregate, Base, table=True):
    """One file as it was left, byte for byte, until it is kept long enough. `team_ids` are those it could tell of."""

    name: str
    digest: str = Field(unique=True)
    raw: bytes = Field(repr=False)
    manifest: bytes | None = Field(default=None, repr=False)
    received_at: datetime = Field(sa_type=INSTANT)
    state: str = ExtractState.RECEIVED
    team_ids: list[UUID] = Field(default=[], sa_column=Column(ARRAY(Uuid), nullable=False))
    rows: int = 0
    taken: int = 0
    passed_over: int = 0
    rejected: int = 0
    rejects: list[dict[str, Any]] = Field(default=[], sa_column=Column(JSONB, nullable=False))
    refusal: str | None = None
    refused_column: str | None = None

    @property
    def way_out(self) -> str | None:
        return None if self.refusal is None else WAYS_OUT[Refusal(self.refusal)]

    def was_taken(self, team_ids: Iterable[UUID], counts: tuple[int, int, int], now: datetime) -> None:
        """`counts` are of the rows, those taken, and those passed over."""
        self.state, self.refusal, self.refused_column, self.changed_at = ExtractState.TAKEN, None, None, now
        self.team_ids, (self.rows, self.taken, self.passed_over) = sorted(set(team_ids)), counts

    def was_refused(self, refusal: Refusal, column: str | None, now: datetime) -> None:
        self.state, self.refusal, self.refused_column, self.changed_at = ExtractState.REFUSED, refusal, column, now
        self.team_ids, self.rows, self.taken, self.passed_over = [], 0, 0, 0

    def require_no_worse(self, rejects: Sequence[Reject]) -> None:
        """Raises `TakenExtractStays`."""
        if self.state == ExtractState.TAKEN and len(rejects) > self.rejected:
            raise TakenExtractStays("more rows could not be read than before")

    def lists(self, rejects: Sequence[Reject]) -> None:
        self.rejected, self.rejects = len(rejects), [asdict(one) for one in rejects[:MOST_LISTED]]

    def require_open(self) -> None:
        """Raises `NothingToTryAgain`."""
        is_whole = self.state == ExtractState.TAKEN and not self.rejected
        if is_whole or not self.raw:
            raise NothingToTryAgain


class SystmoneContact(TeamOwned, Base, table=True):
    """One contact that a team's unit holds in SystmOne, as the newest extract that tells of it says."""

    systmone_extract_id: UUID = Field(foreign_key="systmone_extract.id")
    entry: str
    nhs_number: str | None = None
    happened_on: date | None = None
    started_at: datetime | None = Field(default=None, sa_type=INSTANT)


class Here(NamedTuple):
    """A contact that the team recorded. `nhs_number` is the client's, where one is known."""

    id: UUID
    team_id: UUID
    nhs_number: str | None
    started_at: datetime


class There(NamedTuple):
    """A contact that SystmOne holds. Where its extract tells no time of day, it may be any of the day's."""

    id: UUID
    team_id: UUID
    nhs_number: str
    started_at: datetime | None


def alone(
    here: Iterable[Here], there: Iterable[There], most_apart: timedelta
) -> tuple[dict[UUID, Here], dict[UUID, There]]:
    """The contacts of one day that are on one side alone: ours and SystmOne's, by their ids.

    Two are the same where team and NHS number are, and they begin no further apart than that. The nearest go together.
    """
    ours, theirs = {one.id: one for one in here}, {one.id: one for one in there}
    by_person = defaultdict(list)
    for held in theirs.values():
        by_person[held.team_id, held.nhs_number].append(held)
    pairs = [
        (_apart(done, held), done.id, held.id)
        for done in ours.values()
        for held in by_person[done.team_id, done.nhs_number or ""]
    ]
    for apart, done_id, held_id in sorted(pairs):
        if apart <= most_apart and done_id in ours and held_id in theirs:
            del ours[done_id], theirs[held_id]
    return ours, theirs


def _apart(done: Here, held: There) -> timedelta:
    return timedelta() if held.started_at is None else abs(done.started_at - held.started_at)


only_states(SystmoneExtract, "state", ExtractState)
Index("ix_systmone_extract_state", col(SystmoneExtract.state), col(SystmoneExtract.id))
SystmoneContact.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("team_id", "entry", name="one_systmone_contact")
)
SystmoneContact.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint("(nhs_number is null) = (happened_on is null)", name="systmone_contact_whole_or_deleted")
)
Index("ix_systmone_contact_day", col(SystmoneContact.happened_on), col(SystmoneContact.team_id))
Index("ix_systmone_contact_changed_at", col(SystmoneContact.changed_at))
Index("ix_systmone_contact_extract", col(SystmoneContact.systmone_extract_id))
