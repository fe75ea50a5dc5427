"""The connection of one transaction: taken when it is first needed, and told then who acts.

Statements that are compiled once run on the driver itself, the others through a session; both are of one transaction.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.exc import DisconnectionError, EmulatedDBAPIException
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import await_only

from services.common.audit.concern import NotingSession

# A server that says nothing is away, and is told so to whoever waits; a process that says nothing loses what it holds.
KEEPALIVES = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
SILENCE: dict[str, Any] = {
    "timeout": 5,
    "command_timeout": 5,
    "server_settings": {
        "idle_in_transaction_session_timeout": "30000",
        # By then the caller has long given up.
        "statement_timeout": "10000",
        # What `spelling` writes is read as it was meant.
        "standard_conforming_strings": "on",
        **KEEPALIVES,
    },
}

# Who vanishes between the parts of a statement is not idle, and its statement has not begun: only this, which came with
# PostgreSQL 17, takes its locks away where its machine still answers for it. Milliseconds.
LONGEST_TRANSACTION, KNOWN_SINCE = 60_000, 17


def _limit(connection: Any, *_: object) -> None:
    """No transaction holds what it locks for longer, whatever has become of whoever began it."""
    if connection.driver_connection.get_server_version().major >= KNOWN_SINCE:
        limit = f"set transaction_timeout = {LONGEST_TRANSACTION}"
        connection.run_async(lambda driver: driver.execute(limit))


def _refuse_closed(connection: Any, *_: object) -> None:
    """A connection that the server has closed is replaced before it is used. Asking the server would cost each use
    three round trips, and the driver knows already."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def engine_of(url: str, pool_size: int) -> AsyncEngine:
    """A connection is kept once it is made: what is asked often is planned on each, which takes longer than asking."""
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=0, connect_args=SILENCE, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _limit)
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


class ActingSession(NotingSession):
    """A session on its transaction's own connection."""

    def get_bind(self, *_: Any, **__: Any) -> Any:
        return self.info["connected"].bound()


class TransactionUndone(RuntimeError):
    """A statement had failed before, and whoever asked it went on: the server undoes what it was told to commit."""


class Connected:
    """Begun with the message that `begin` gives, and ended by `end` or `undo`."""

    def __init__(self, engine: AsyncEngine, begin: Callable[[], str]) -> None:
        self._engine, self._begin = engine, begin
        self._pooled: PoolProxiedConnection | None = None
        self._driver: Any = None
        self._is_over = False
        self._bound: Connection | None = None

    @property
    def is_open(self) -> bool:
        """Whether a transaction has begun and not ended, were it only to be undone."""
        return self._driver is not None and self._driver.is_in_transaction()

    async def driver(self) -> asyncpg.Connection:
        """Raises what the driver does, as where the server lets nobody in."""
        if self._driver is None:
            try:
                self._pooled = await self._engine.raw_connection()
            except EmulatedDBAPIException as error:
                raise error.driver_exception from error
            self._driver = self._pooled.driver_connection
            await self._driver.execute(self._begin())
        return self._driver

    def session(self, info: dict[str, Any]) -> AsyncSession:
        info["connected"] = self
        return AsyncSession(sync_session_class=ActingSession, info=info, expire_on_commit=False)

    def bound(self) -> Connection:
        """For a session: beginning and ending are not its business, so to SQLAlchemy each statement stands alone."""
        if self._bound is None:
            await_only(self.driver())
            bound = Connection(self._engine.sync_engine, connection=self._pooled)
            self._bound = bound.execution_options(isolation_level="AUTOCOMMIT")
        return self._bound

    async def end(self, last: str = "") -> None:
        """In one message with the last statement, if there is one. Where nothing was asked, nothing is committed.

        Raises `TransactionUndone`.
        """
        if last or self._driver is not None:
            done = await (await self.driver()).execute(f"{last}; commit" if last else "commit")
            self._is_over = True
            if done != "COMMIT":
                raise TransactionUndone

    async def undo(self, error: BaseException) -> None:
        """A connection that does not answer would not answer to this either. Whoever is called off while it asks may
        not know that a transaction has begun."""
        if self._pooled is None or self._driver.is_closed():
            return
        if isinstance(error, TimeoutError):
            self._pooled.invalidate()
            return
        with contextlib.suppress(Exception):
            await asyncio.shield(self._driver.execute("rollback"))
            self._is_over = True

    def release(self) -> None:
        """Give the connection back; one that answers no more, or of which nobody heard that it is done, is closed."""
        if self._pooled is None or not self._pooled.is_valid:
            return
        if self._is_over and not self._driver.is_closed():
            self._pooled.close()
        else:
            self._pooled.invalidate()
