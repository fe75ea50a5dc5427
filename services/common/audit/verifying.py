"""Whether the trail is as it was sealed: every row is read again, and every seal made again."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from services.common.audit.seals import THERE, Seal
from services.common.audit.tables import ARCHIVE, EVENT, SEAL
from services.common.db import Transaction

PAGE, MOST_BREAKS = 10, 100
# So long a request takes; whoever asked goes on from there.
PATIENCE_SECONDS = 10.0
# What is older was sealed long ago, if nobody took its seal away.
SEALED_WITHIN = timedelta(seconds=60)
# Before the first seal nothing may be either.
SEALED = text(f"""
    select s.*, found.rows as found_rows, found.digest as found_digest,
        exists (select from {ARCHIVE} a where s.n between a.first_seal and a.last_seal) as is_archived
    from (select * from {SEAL} where n > :after order by n limit :page) as s
    cross join lateral (
        {THERE}
        where seq between case when s.n = 1 then -9223372036854775808 else s.first_seq end and s.last_seq
    ) as found
    order by s.n
""")  # noqa: S608  constants
ONE_SEAL = text(f"select * from {SEAL} where n = :n")  # noqa: S608  a constant
NEWEST = text(f"select * from {SEAL} order by n desc limit 1")  # noqa: S608  a constant
UNSEALED = text(f"select count(*) as rows, min(at) as since from {EVENT} where seq > :after")  # noqa: S608  a constant


@dataclass(frozen=True)
class Break:
    """Where the trail is not as it was sealed, and in what way."""

    seal: int
    what: str
    first_seq: int | None = None
    last_seq: int | None = None


@dataclass
class Integrity:
    """What was found. `next_after` is where to go on, if not everything was looked at."""

    last_seal: Seal | None = None
    seals: int = 0
    rows: int = 0
    # Rows that are in the archive and no longer here; their seals still follow one another.
    archived: int = 0
    unsealed: int = 0
    breaks: list[Break] = field(default_factory=list)
    next_after: int | None = None

    @property
    def ok(self) -> bool:
        return not self.breaks


@dataclass(frozen=True)
class Anchor:
    """A seal as it was written down elsewhere."""

    n: int
    hash: str


async def verify(tx: Transaction, *, after: int = 0, anchor: Anchor | None = None) -> Integrity:
    """Read everything after this seal again, for some seconds, and compare one seal with how it was written down."""
    found = Integrity(last_seal=await _seal(tx, NEWEST))
    if anchor is not None:
        found.breaks += _compared(anchor, await _seal(tx, ONE_SEAL, n=anchor.n))
    before = await _seal(tx, ONE_SEAL, n=after) if after else None
    until = time.monotonic() + PATIENCE_SECONDS
    while rows := await _page(tx, before.n if before else 0):
        for row in rows:
            seal = Seal.of(row)
            found.breaks += _broken(seal, before, row)
            found.seals, found.rows, before = found.seals + 1, found.rows + row["found_rows"], seal
            found.archived += seal.rows if _is_away(row) else 0
        if time.monotonic() > until or len(found.breaks) >= MOST_BREAKS:
            found.next_after = rows[-1]["n"]
            return found
    await _look_at_the_rest(tx, before, found)
    return found


async def _look_at_the_rest(tx: Transaction, last: Seal | None, found: Integrity) -> None:
    (rest,) = await tx.rows(UNSEALED.bindparams(after=last.last_seq if last else 0))
    found.unsealed, since = rest
    if since is not None and since < tx.now - SEALED_WITHIN:
        found.breaks.append(Break(last.n + 1 if last else 1, "not_sealed"))


def _broken(seal: Seal, before: Seal | None, row: Any) -> Iterator[Break]:
    where = (seal.first_seq, seal.last_seq)
    if not seal.follows(before):
        yield Break(seal.n, "seal_missing_before")
    if seal.hash != seal.true_hash():
        yield Break(seal.n, "seal_changed", *where)
    if _is_away(row):
        return
    if row["found_rows"] < seal.rows:
        yield Break(seal.n, "row_removed", *where)
    elif row["found_rows"] > seal.rows:
        yield Break(seal.n, "row_inserted", *where)
    elif row["found_digest"] != seal.digest:
        yield Break(seal.n, "row_changed", *where)


def _is_away(row: Any) -> bool:
    """Whether all of its rows went into the archive, with which they are to be compared."""
    return bool(row["is_archived"]) and not row["found_rows"]


def _compared(anchor: Anchor, kept: Seal | None) -> Iterator[Break]:
    if kept is None or kept.hash.hex() != anchor.hash:
        yield Break(anchor.n, "not_as_anchored")


async def _page(tx: Transaction, after: int) -> Sequence[Any]:
    return [row._mapping for row in await tx.rows(SEALED.bindparams(after=after, page=PAGE))]


async def _seal(tx: Transaction, wanted: Any, **which: Any) -> Seal | None:
    rows = await tx.rows(wanted.bindparams(**which))
    return Seal.of(rows[0]._mapping) if rows else None
