"""Receiving what a line lets through: piece by piece it is put where every replica finds it, and then the row goes on.

No transaction is open while a byte is waited for, so two may send to one upload at once. Whoever first writes down a
piece at an offset has it; the other is told.
"""

import hashlib
from asyncio import Semaphore
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from uuid6 import uuid7

from services.caseload.domain.photo import Kept
from services.caseload.domain.upload import ChecksumMismatch, PhotoUpload, UploadCutOff, UploadTooLong, Whose
from services.caseload.partners.photo_store import PhotoStore
from services.caseload.store import uploads as store
from services.common.auth import Principal
from services.common.db import Database, Transaction

# What is lost at most where this process is killed; a store that speaks S3 takes objects of any size, unlike the parts
# of its own multipart uploads.
PIECE_BYTES = 256 * 1024


@dataclass(frozen=True)
class Checksum:
    """Of the body of one request: by which hash, and what it has to be."""

    algorithm: str
    digest: bytes

    def require(self, content: bytes | bytearray) -> None:
        """Raises `ChecksumMismatch`."""
        if hashlib.new(self.algorithm, content, usedforsecurity=False).digest() != self.digest:
            raise ChecksumMismatch


@dataclass(frozen=True)
class Line:
    """From whom the bytes come, to which upload, and by what they are kept."""

    database: Database
    photos: PhotoStore
    turns: Semaphore
    actor: Principal
    whose: Whose


@dataclass
class Arrived:
    """What of a request is to be written down with its answer: a piece, or the last bytes and the photo they make."""

    at_byte: int
    size_bytes: int
    place: str | None = None
    kept: Kept | None = None
    is_whole: bool = False


@dataclass
class _Held:
    """What has arrived and is not kept yet."""

    upload: PhotoUpload
    at_byte: int
    content: bytearray = field(default_factory=bytearray)

    @property
    def until_byte(self) -> int:
        return self.at_byte + len(self.content)

    @property
    def is_whole(self) -> bool:
        return self.until_byte == self.upload.length_bytes

    def add(self, chunk: bytes) -> None:
        """Raises `UploadTooLong`."""
        self.content += chunk
        if self.until_byte > self.upload.length_bytes:
            raise UploadTooLong(self.upload.length_bytes)

    def leave_out_known(self) -> None:
        """A photo that is sent again from its beginning is read from where it was cut off."""
        known = min(len(self.content), max(0, self.upload.offset_bytes - self.at_byte))
        self.at_byte += known
        del self.content[:known]


async def expect_bytes(tx: Transaction, whose: Whose, at_byte: int, size_bytes: int) -> PhotoUpload:
    """Whether so many bytes may be sent, before one is read. Raises `NotFound`, `UploadGone`, `OffsetWrong`,
    `UploadTooLong` or `TooManyPieces`."""
    upload = await store.begun_here(tx, whose)
    upload.require_there(tx.now)
    upload.require_room(at_byte, size_bytes)
    return upload


async def receive(
    line: Line, upload: PhotoUpload, arriving: AsyncIterator[bytes], *, at_byte: int, checksum: Checksum | None
) -> tuple[Arrived, bytes]:
    """Keep what arrives, also where the line is cut; what has a checksum is kept as a whole or not at all.

    What is held in the end is given back, to be the last piece or the end of the photo. Raises `UploadCutOff`,
    `UploadTooLong`, `OffsetWrong`, `ChecksumMismatch` or `PhotoStoreAway`.
    """
    held = _Held(upload, at_byte)
    try:
        async for chunk in arriving:
            held.add(chunk)
            if checksum is None:
                held.leave_out_known()
                await _keep_full(line, held)
    except UploadCutOff:
        if checksum is not None:
            raise
        if not held.is_whole:
            await _keep(line, held)
            raise
    if checksum is not None:
        checksum.require(held.content)
        held.leave_out_known()
    arrived = Arrived(held.at_byte, len(held.content), is_whole=held.is_whole)
    if held.content and not held.is_whole:
        arrived.place = await _put(line, held)
    return arrived, bytes(held.content)


async def _keep_full(line: Line, held: _Held) -> None:
    """The last bytes are never kept by themselves: they arrive with the photo that they complete, or not at all."""
    if len(held.content) >= PIECE_BYTES and not held.is_whole:
        await _keep(line, held)


async def _keep(line: Line, held: _Held) -> None:
    if not held.content:
        return
    place, size = await _put(line, held), len(held.content)
    async with line.database.transaction(line.actor) as tx:
        upload = await store.begun_here(tx, line.whose, lock=True)
        upload.require_there(tx.now)
        upload.require_room(held.at_byte, size)
        upload.take(place, size, tx.now)
    held.upload, held.at_byte, held.content = upload, held.at_byte + size, bytearray()


async def _put(line: Line, held: _Held) -> str:
    """Nothing is written over: whoever loses their turn leaves a piece that is swept."""
    place = f"{datetime.now(UTC).date()}/piece-{uuid7()}"
    await line.photos.put(place, bytes(held.content))
    return place
