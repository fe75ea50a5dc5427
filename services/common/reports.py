"""Reports read a copy of the database where there is one, so that summing up holds up nobody who writes (ADR 37).

A copy is behind by moments, and takes no row. That it was read is put on record in the main database, before anybody
is told.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

from fastapi import APIRouter, Request

from services.common.audit.entry import Entry
from services.common.auth import Principal
from services.common.connected import engine_of
from services.common.db import Database, Transaction
from services.common.http import TransactionRoute


@dataclass
class ReadOnly(Transaction):
    """One unit of reading. The server refuses whatever would change something."""

    main: Database | None = None

    def _entering(self) -> str:
        return super()._entering().replace("begin;", "begin read only;", 1)

    async def finish(self) -> None:
        """Raises `NotAudited`. What was to be written is refused by the server, and not left out in silence."""
        await self.write_outbox()
        await self._flush()
        await self.connected.end()
        if self.main is not None and self.record is not None:
            async with self.main.transaction(self.actor, record=self.record):
                pass


class Copy:
    """The database that reports are read from: a copy at this address, or the main one where there is none."""

    def __init__(self, main: Database, url: str, *, pool_size: int) -> None:
        self._main = main
        self._engine = engine_of(url, pool_size) if url else None

    @asynccontextmanager
    async def transaction(self, actor: Principal, *, record: Entry | None = None) -> AsyncIterator[Transaction]:
        if self._engine is None:
            async with self._main.transaction(actor, record=record) as transaction:
                yield transaction
            return
        reading = ReadOnly(self._engine, self._main.metadata, actor, record=record, main=self._main)
        try:
            yield reading
            await reading.finish()
        except BaseException as error:
            await reading.connected.undo(error)
            raise
        finally:
            reading.close()

    async def close(self) -> None:
        if self._engine is not None:
            await self._engine.dispose()


class ReportRoute(TransactionRoute):
    """What only sums up what is there, and may be some moments old."""

    def opened(
        self, request: Request, actor: Principal, record: Entry | None
    ) -> AbstractAsyncContextManager[Transaction]:
        copy: Copy = request.app.state.copy
        return copy.transaction(actor, record=record)


def report_router(*, tags: list[str]) -> APIRouter:
    """A router whose routes only read, each in one transaction on the copy."""
    return APIRouter(prefix="/v1", tags=list(tags), route_class=ReportRoute)
