"""Tables that are kept by months: the audit trail and the inbox. A scheduled command makes the months ahead, and drops
what a dated rule lets go (ADR 37). Rows that no month was made for lie in a part of their own, so nothing waits for it.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
from sqlalchemy.engine import make_url

from services.common.audit.archiving import NotAsSealed, archive
from services.common.audit.tables import EVENT
from services.common.history import KEEP_APPLIED
from services.common.ids import moment_of, smallest_id
from services.common.migrations.platform_audit import ALWAYS, GUARD
from services.common.migrations.platform_months import CLOSED

AUDIT_MONTHS, MARK_DAYS, AHEAD = "keep.audit_months", "keep.event_mark_days", "keep.months_ahead"
RULE_CODES = frozenset({AUDIT_MONTHS, MARK_DAYS, AHEAD})
# A month is exchanged at once or not now: who waits for a lock makes everybody behind wait as well.
PATIENCE = "set local lock_timeout = '2s'; set local statement_timeout = '10s'"
TRIES, PAUSE_SECONDS = 5, 1.0
IN_FORCE = """
    select distinct on (code) code, amount from rule where code = any($1) and from_on <= $2 order by code, from_on desc
"""
PARTS = """
    select c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bound
    from pg_inherits join pg_class c on c.oid = inhrelid where inhparent = $1::regclass order by 1
"""
# Marks of what was applied late, or is parked and may be tried again at any time, are still of use.
OF_USE = """
    select exists (select from {part} where applied_at > clock_timestamp() - $1::interval)
        or exists (select from parked_event p join {part} m using (event_id, consumer))
"""


@dataclass(frozen=True)
class ByMonths:
    """A table, how a moment is written in the bounds of its months and read from them, and what a new month is."""

    table: str
    written: Callable[[datetime], str]
    read: Callable[[str], datetime]
    made: Sequence[str]


@dataclass(frozen=True)
class Part:
    """One part of a table, with the moment at which it ends; none for the one of what is no month's."""

    name: str
    end: datetime | None


@dataclass(frozen=True)
class Done:
    """What was made, dropped or left, in words, and whether it has to be looked after."""

    what: str
    failed: bool = False


MARKS = ByMonths(
    "inbox",
    lambda at: str(smallest_id(at)),
    lambda bound: moment_of(UUID(bound)),
    ("create table {part} (like inbox including all)",),
)
TRAIL = ByMonths(
    EVENT,
    datetime.isoformat,
    datetime.fromisoformat,
    (
        f"create table {{part}} (like {EVENT} including defaults including constraints including indexes, "
        "primary key (seq))",
        GUARD.replace("{table}", "{part}"),
        ALWAYS.replace("{table}", "{part}"),
        CLOSED.replace("{table}", "{part}"),
    ),
)
KEPT_BY_MONTHS = (MARKS, TRAIL)


def month_of(at: datetime) -> datetime:
    """The first moment of its month, in UTC as the database keeps time."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def later(month: datetime, months: int) -> datetime:
    """The first moment of the month so many months on."""
    years, place = divmod(month.month - 1 + months, 12)
    return month.replace(year=month.year + years, month=place + 1)


@asynccontextmanager
async def as_owner(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection of whoever owns the tables, alone with this command: two at once take turns."""
    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn, timeout=5, server_settings={"timezone": "UTC"})
    try:
        await connection.execute("select pg_advisory_lock(hashtext('heatshield.months'))")
        yield connection
    finally:
        await connection.close()


async def rules_on(connection: asyncpg.Connection, now: datetime) -> Mapping[str, int]:
    return {row["code"]: row["amount"] for row in await connection.fetch(IN_FORCE, sorted(RULE_CODES), now.date())}


async def parts_of(connection: asyncpg.Connection, kept: ByMonths) -> list[Part]:
    rows = await connection.fetch(PARTS, kept.table)
    ends = [re.search(r"TO \('([^']+)'\)", row["bound"]) for row in rows]
    return [Part(row["name"], kept.read(end[1]) if end else None) for row, end in zip(rows, ends, strict=True)]


async def make_ahead(connection: asyncpg.Connection, now: datetime) -> list[Done]:
    """Make the months that are missing, up to as many ahead as the rule says. Those that are there are left alone."""
    ahead, done = (await rules_on(connection, now))[AHEAD], []
    for kept in KEPT_BY_MONTHS:
        month = max(part.end for part in await parts_of(connection, kept) if part.end is not None)
        while month <= later(month_of(now), ahead):
            done.append(await _make(connection, kept, month))
            month = later(month, 1)
    return done


async def _make(connection: asyncpg.Connection, kept: ByMonths, month: datetime) -> Done:
    part = f"{kept.table}_{month:%Y_%m}"
    bounds = f"from ('{kept.written(month)}') to ('{kept.written(later(month, 1))}')"

    async def make() -> Done:
        for statement in kept.made:
            await connection.execute(statement.format(part=part))
        await connection.execute(f"alter table {kept.table} attach partition {part} for values {bounds}")
        return Done(f"made {part}")

    try:
        return await at_once(connection, make, part)
    except asyncpg.CheckViolationError:
        return Done(f"{part} not made: rows of that month lie in {kept.table}_other already, and stay there", True)


async def drop_marks(connection: asyncpg.Connection, now: datetime) -> list[Done]:
    """Drop the months of the inbox of which no mark is of use any more."""
    days = (await rules_on(connection, now))[MARK_DAYS]
    old = [part for part in await parts_of(connection, MARKS) if part.end and part.end + timedelta(days=days) <= now]

    async def drop(part: Part) -> Done:
        await connection.execute(f"alter table inbox detach partition {part.name}")
        if await connection.fetchval(OF_USE.format(part=part.name), max(KEEP_APPLIED, timedelta(days=days))):
            raise StillOfUse
        await connection.execute(f"drop table {part.name}")
        return Done(f"dropped {part.name}")

    return [await _dropped(connection, part, drop) for part in old]


async def _dropped(connection: asyncpg.Connection, part: Part, drop: Callable[[Part], Awaitable[Done]]) -> Done:
    try:
        return await at_once(connection, lambda: drop(part), part.name)
    except StillOfUse:
        return Done(f"{part.name} kept: it has marks of what was applied lately, or is parked")


class StillOfUse(Exception):
    """A month stays as it was."""


async def at_once(connection: asyncpg.Connection, change: Callable[[], Awaitable[Done]], part: str) -> Done:
    """In one transaction that waits for no lock for long; some tries, and then another day."""
    for _ in range(TRIES):
        try:
            async with connection.transaction():
                await connection.execute(PATIENCE)
                return await change()
        except (asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError):
            await asyncio.sleep(PAUSE_SECONDS)
    return Done(f"{part} left as it is: its table was too busy", True)


async def drop_trail(connection: asyncpg.Connection, now: datetime, service: str, folder: Path | None) -> list[Done]:
    """Move the months of the trail that are past their rule into the archive; without one they stay."""
    months = (await rules_on(connection, now))[AUDIT_MONTHS]
    old = [part for part in await parts_of(connection, TRAIL) if part.end and later(part.end, months) <= now]
    if folder is None:
        return [Done(f"{part.name} kept: it is past its rule, and no archive was named") for part in old]
    return [await _moved(connection, part.name, folder / f"{service}-{part.name}.jsonl.gz") for part in old]


async def _moved(connection: asyncpg.Connection, part: str, path: Path) -> Done:
    try:
        held = await archive(connection, part, path)
    except (NotAsSealed, OSError) as error:
        why = str(error) if isinstance(error, NotAsSealed) else type(error).__name__
        return Done(f"{part} kept, for it could not be archived: {why}", True)

    async def drop() -> Done:
        await held.put_down(connection)
        await connection.execute(f"drop table {part}")
        return Done(f"archived {part}: {held.rows} rows, SHA-256 {held.sha256.hex()}")

    return await at_once(connection, drop, part)


async def maintain(url: str, now: datetime, service: str, archive_folder: Path | None = None) -> list[Done]:
    """Make the months ahead, and drop what the rules let go. Whoever runs it again changes nothing more."""
    async with as_owner(url) as connection:
        made = [*await make_ahead(connection, now), *await drop_marks(connection, now)]
        return [*made, *await drop_trail(connection, now, service, archive_folder)]
