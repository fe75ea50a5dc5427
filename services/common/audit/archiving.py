"""A month of the trail leaves the database for a file, once the file is proved to be what was sealed.

A line is a row in the form in which it was sealed, so whoever has the file and the seals can prove it without us.
"""

import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg

from services.common.audit.seals import CANONICAL, THERE, Seal
from services.common.audit.tables import ARCHIVE, KEPT_HASH, SEAL

PAGE = 2000
ROWS = f"select seq, {CANONICAL} as line from {{part}} order by seq"  # noqa: S608  a part is named by us
ENDS = f"""
    select min(seq) as first, max(seq) as last, max(seq) <= (select max(last_seq) from {SEAL}) as is_sealed
    from {{part}}
"""  # noqa: S608  constants
SEALS = f"select * from {SEAL} where last_seq >= $1 and first_seq <= $2 order by n"  # noqa: S608  a constant
TOLD = f"insert into {ARCHIVE} (part, first_seal, last_seal, rows, sha256) values ($1, $2, $3, $4, $5)"  # noqa: S608
KEPT = f"insert into {KEPT_HASH} (seq, hash) values ($1, $2)"  # noqa: S608  a constant
BETWEEN = f"{THERE} where seq between $1 and $2"
BUFFER = 1024 * 1024
Hashed = tuple[int, bytes]


class NotAsSealed(Exception):
    """The rows of a month are not those that were sealed, so they stay where somebody can look at them."""


@dataclass
class Archived:
    """What a file holds, and what has to be kept here of it."""

    part: str
    # The first and the last of its seals.
    seals: list[int] = field(default_factory=list)
    rows: int = 0
    hashes: list[Hashed] = field(default_factory=list)
    sha256: bytes = b""

    async def put_down(self, connection: asyncpg.Connection) -> None:
        """In the transaction that lets the month go; one without rows needs no word."""
        if self.seals:
            ends = (self.seals[0], self.seals[-1])
            await connection.execute(TOLD, self.part, *ends, self.rows, self.sha256)
        await connection.executemany(KEPT, self.hashes)


async def archive(connection: asyncpg.Connection, part: str, path: Path) -> Archived:
    """Write the month to this file, read the file again, and compare it with the seals. It is written over where an
    earlier attempt ended before the month was let go.

    Raises `NotAsSealed`.
    """
    partial = path.with_suffix(".partial")
    async with connection.transaction():
        with partial.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as file:
            async for row in connection.cursor(ROWS.format(part=part), prefetch=PAGE):
                file.write(row["line"].encode() + b"\n")
    with partial.open("rb+") as written:
        os.fsync(written.fileno())
    found = await _compared(connection, part, partial)
    partial.replace(path)
    return found


async def _compared(connection: asyncpg.Connection, part: str, path: Path) -> Archived:
    ends = await connection.fetchrow(ENDS.format(part=part))
    found = Archived(part, sha256=_sha256(path))
    if ends["first"] is None:
        return found
    if not ends["is_sealed"]:
        raise NotAsSealed(f"{part} has rows that are not sealed")
    lines = _hashed(path)
    here = next(lines, None)
    async with connection.transaction():
        async for row in connection.cursor(SEALS, ends["first"], ends["last"], prefetch=PAGE):
            seal, of_seal = Seal.of(row), []
            while here is not None and here[0] <= seal.last_seq:
                of_seal.append(here)
                here = next(lines, None)
            if of_seal:
                found.rows, found.seals = found.rows + len(of_seal), [*found.seals[:1], seal.n]
                found.hashes += await _shared(connection, part, seal, of_seal)
    if here is not None:
        raise NotAsSealed(f"{part} has rows that no seal holds")
    return found


async def _shared(connection: asyncpg.Connection, part: str, seal: Seal, of_seal: list[Hashed]) -> list[Hashed]:
    """What has to be kept of these rows: nothing where they are all that the seal holds, and their hashes where others
    are of another month. Raises `NotAsSealed`."""
    is_whole = len(of_seal) == seal.rows
    digest = hashlib.sha256(b"".join(one for _, one in of_seal)).digest()
    if not is_whole:
        digest = (await connection.fetchrow(BETWEEN, seal.first_seq, seal.last_seq))["digest"]
    if digest != seal.digest:
        raise NotAsSealed(f"{part} is not as seal {seal.n} says")
    return [] if is_whole else of_seal


def _hashed(path: Path) -> Iterator[Hashed]:
    """Each row's number and hash, as they are in the file."""
    with gzip.open(path, "rb") as file:
        for line in file:
            yield json.loads(line)[0], hashlib.sha256(line.rstrip(b"\n")).digest()


def _sha256(path: Path) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BUFFER):
            digest.update(block)
    return digest.digest()
