"""One request or one event is one transaction: returning commits, raising rolls back. Nobody else commits."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any, TypeVar
from uuid import UUID

from opentelemetry.propagate import inject
from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    MetaData,
    Select,
    Table,
    event,
    false,
    func,
    select,
    text,
    true,
)
from sqlalchemy.exc import DisconnectionError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker
from sqlmodel import col

from services.common import outbox
from services.common.audit.concern import NOTES, NotingSession
from services.common.audit.entry import Entry
from services.common.audit.purpose import Purpose
from services.common.auth import Principal
from services.common.errors import NotFound, PreconditionFailed, ServiceError
from services.common.events import Envelope, Event
from services.common.models import Aggregate, TeamOwned
from services.common.types import day_in_england

RowT = TypeVar("RowT", bound=Aggregate)


# A server that says nothing is away, and is told so to whoever waits; a process that says nothing loses what it holds.
KEEPALIVES = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
SILENCE: dict[str, Any] = {
    "timeout": 5,
    "command_timeout": 5,
    "server_settings": {
        "idle_in_transaction_session_timeout": "30000",
        # Who vanishes between the parts of a statement is not idle, and would keep its locks for ever. By then the
        # caller has long given up.
        "statement_timeout": "10000",
        **KEEPALIVES,
    },
}

# Who acts, told to row-level security until the transaction ends; and the teams they belong to (ADR 19).
ENTER = text("select app_enter(:actor, :employee, :every_team, :today)")


@dataclass
class Transaction:
    """One unit of work: its session, who acts, and when. Events queued here leave only if it commits."""

    session: AsyncSession
    metadata: MetaData
    actor: Principal
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    # The event that is being applied: what is published now is part of its effect.
    event: Envelope | None = None
    # Events that were applied before are applied again, to copies only: what is newest is written anew, nobody is told.
    rebuilding: bool = False
    # What of this is put on record, in the same commit; none for what nobody asked for.
    record: Entry | None = None
    _queued: list[tuple[Event, Aggregate, str | None]] = field(default_factory=list)
    _sealed: list[outbox.NewRow] = field(default_factory=list)
    _appended: list[tuple[Table, dict[str, Any]]] = field(default_factory=list)
    _teams: frozenset[UUID] | None = None
    shown: UUID | None = None

    @property
    def event_version(self) -> int:
        """The version of the aggregate whose event is being applied, so that a projection can ignore an older one."""
        return self.event.aggregateversion if self.event else 0

    @property
    def today(self) -> date:
        """The calendar day in England."""
        return day_in_england(self.now)

    def add(self, row: Any) -> None:
        self.session.add(row)

    def publish(self, event: Event, *, about: Aggregate) -> None:
        """Queue the event. It is written to the outbox when the transaction ends, in the same commit."""
        if not self.rebuilding:
            self._queued.append((event, about, _traceparent()))

    def concerns(self, *client_ids: UUID) -> None:
        """Put on record that these clients' data were read, where rows do not say so themselves: sums, say."""
        if self.record is not None:
            self.record.concern.name(client_ids)

    def leaves_out(self, rows: Sequence[Any]) -> None:
        """Nobody is told of these rows, so they stay off the record."""
        if self.record is not None:
            self.record.concern.unsee(rows)

    def about(self, entity_type: str, entity_id: UUID | None = None) -> None:
        """Put on record what kind of thing this is about, and which, where the route alone does not say."""
        if self.record is not None:
            self.record.entity_type, self.record.entity_id = entity_type, entity_id or self.record.entity_id

    def asked_by(self, actor: Principal) -> None:
        """Put on record who asks, where only what was sent proves it."""
        if self.record is not None:
            self.record.actor = actor

    def serves(self, purpose: Purpose) -> None:
        """Put on record that this is for another purpose than is usual for the caller."""
        if self.record is not None:
            self.record.purpose = purpose

    async def teams(self) -> frozenset[UUID]:
        """The teams the actor belongs to today, looked up now: a token carries no authority over a team."""
        if self._teams is None:
            await self.session.connection()
        return self._teams or frozenset()

    def enter(self, connection: Connection) -> None:
        """Say who acts, before anything else is asked. Without it the database shows no row of any team."""
        who = {"actor": self.actor.subject, "employee": self.actor.employee_id}
        entered = {**who, "every_team": not self.actor.is_team_bound, "today": self.today}
        self._teams = frozenset(connection.execute(ENTER, entered).scalar_one())

    async def visible(self, model: type[TeamOwned]) -> ColumnElement[bool]:
        """The rows this actor may know of: their own teams', unless their persona works across teams."""
        return col(model.team_id).in_(await self.teams()) if self.actor.is_team_bound else true()

    async def show(self, client_id: UUID) -> None:
        """Let this one client's rows be read one by one until the end, whosever they are; none can be changed (ADR 19).

        Lists are still those of the actor's own teams.
        """
        await self.session.execute(select(func.set_config("app.client_id", str(client_id), True)))
        self.shown = client_id

    def _is_shown(self, model: Any) -> ColumnElement[bool]:
        whose = model.id if model.__tablename__ == "client" else getattr(model, "client_id", None)
        return false() if self.shown is None or whose is None else col(whose) == self.shown

    async def require_team(self, team_id: UUID) -> None:
        """A new row may only be made for a team that the actor belongs to.

        Raises `NotFound`: another team's existence is not confirmed.
        """
        if self.actor.is_team_bound and team_id not in await self.teams():
            raise NotFound("team")

    async def get(self, model: type[RowT], row_id: UUID, *, lock: bool = False) -> RowT:
        """One visible row, locked on request so that two people cannot decide it at once.

        Raises `NotFound` alike for a row that is absent and one of another team.
        """
        wanted: Select[Any] = select(model).where(col(model.id) == row_id)
        if issubclass(model, TeamOwned):
            wanted = wanted.where(await self.visible(model) | self._is_shown(model))
        found = (await self.session.execute(wanted.with_for_update() if lock else wanted)).scalar_one_or_none()
        if found is None:
            raise NotFound(str(model.__tablename__))
        row: RowT = found
        return row

    async def take_turns(self, *things: UUID | str | None) -> None:
        """Wait for whoever works on the same things, and hold them until this transaction ends.

        All are asked for in one order, so that two who want the same never wait for each other.
        """
        locks = (
            func.pg_advisory_xact_lock(func.hashtextextended(thing, 0))
            for thing in sorted({str(one) for one in things if one})
        )
        await self.session.execute(select(*locks))

    @asynccontextmanager
    async def refusing(self, refusals: Mapping[str, Callable[[], ServiceError]]) -> AsyncIterator[None]:
        """Write what is changed inside. Raises the refusal that stands for a broken constraint, by its name."""
        try:
            async with self.session.begin_nested():
                yield
        except IntegrityError as error:
            refusal = refusals.get(str(getattr(error.orig and error.orig.__cause__, "constraint_name", "")))
            if refusal is None:
                raise
            raise refusal() from error

    async def all(self, wanted: Executable) -> Sequence[Any]:
        """One thing a row: the first column of each."""
        rows: Sequence[Any] = (await self.session.execute(wanted)).scalars().all()
        return rows

    async def rows(self, wanted: Executable, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """Several columns a row, by name or in order; with the values of a statement that was made before."""
        found: Sequence[Any] = (await self.session.execute(wanted, values)).all()
        return found

    async def settle(self) -> None:
        """Write what has changed so far, and seal the events of it: the version that each carries is final now."""
        await self.session.flush()
        cause = self.event.id if self.event else None
        for told, about, traceparent in self._queued:
            sealed = Envelope.seal(told, about, traceparent=traceparent, causationid=cause)
            self._sealed.append(outbox.NewRow.of(told, sealed))
        self._queued.clear()

    async def write_outbox(self) -> None:
        """Flush first: the row lock orders the events of one aggregate."""
        await self.settle()
        if self._sealed:
            await outbox.write(self.session, self._sealed)

    async def write_record(self) -> None:
        """Raises `NotAudited`."""
        if self.record is not None:
            await self.record.write(self.session, self.metadata)

    def append(self, log: Table, row: dict[str, Any]) -> None:
        """Add a row, when the transaction ends, to a log that is read by the number of its rows."""
        self._appended.append((log, row))

    async def write_logs(self) -> None:
        """The last of all, and one transaction at a time until its commit: whoever has read a number reads none below
        it later. No row that others wait for is locked after this."""
        for log, rows in groupby(self._appended, key=lambda pair: pair[0]):
            await self.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"heatshield.log.{log.name}"))))
            await self.session.execute(log.insert(), [row for _, row in rows])


def _traceparent() -> str | None:
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get("traceparent")


def _enter(session: Session, begun: SessionTransaction, connection: Connection) -> None:
    if not begun.nested:
        session.info["transaction"].enter(connection)


def _refuse_closed(connection: Any, *_: object) -> None:
    """A connection that the server has closed is replaced before it is used. Asking the server would cost each use
    three round trips, and the driver knows already."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def require_version(row: Aggregate, if_match: int) -> None:
    """Refuse a change that was made on an older version than the one stored (RFC 9110, If-Match)."""
    if row.version != if_match:
        raise PreconditionFailed(f"This {row.__tablename__} is at version {row.version}, not {if_match}.")


class Database:
    """A service's own database. Sessions connect on first use, so a route that asks nothing costs nothing."""

    def __init__(self, url: str, metadata: MetaData, *, pool_size: int = 10) -> None:
        self.url = url
        self.metadata = metadata
        # A connection is kept once it is made: what is asked often is planned on each, which takes longer than asking.
        self.engine = create_async_engine(
            url, pool_size=pool_size, max_overflow=0, connect_args=SILENCE, hide_parameters=True
        )
        event.listen(self.engine.sync_engine, "checkout", _refuse_closed)
        inner = sessionmaker(class_=NotingSession)
        event.listen(inner, "after_begin", _enter)
        self._sessions = async_sessionmaker(self.engine, sync_session_class=inner, expire_on_commit=False)

    @asynccontextmanager
    async def transaction(
        self, actor: Principal, *, rebuilding: bool = False, record: Entry | None = None
    ) -> AsyncIterator[Transaction]:
        notes = {NOTES: record.concern} if record else {}
        async with self._sessions(info=notes) as session, session.begin():
            transaction = Transaction(session, self.metadata, actor, rebuilding=rebuilding, record=record)
            session.info["transaction"] = transaction
            try:
                yield transaction
                await transaction.write_outbox()
                await transaction.write_record()
                await transaction.write_logs()
            except TimeoutError:
                # A connection that does not answer would not answer to the rollback either.
                await session.invalidate()
                raise

    async def close(self) -> None:
        await self.engine.dispose()
