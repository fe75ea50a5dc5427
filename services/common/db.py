"""One request or one event is one transaction: returning commits, raising rolls back. Nobody else commits."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Executable,
    MetaData,
    Select,
    Table,
    false,
    func,
    select,
    true,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col

from services.common import outbox
from services.common.audit.concern import NOTES
from services.common.audit.entry import Entry
from services.common.audit.purpose import Purpose
from services.common.auth import Principal
from services.common.connected import Connected, engine_of
from services.common.errors import NotFound, PreconditionFailed, ServiceError
from services.common.events import Envelope, Event
from services.common.models import Aggregate, TeamOwned
from services.common.prepared import Prepared
from services.common.spelling import spelled
from services.common.tracing import traceparent
from services.common.types import day_in_england

RowT = TypeVar("RowT", bound=Aggregate)


@dataclass
class Transaction:
    """One unit of work: its session, who acts, and when. Events queued here leave only if it commits."""

    engine: AsyncEngine
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
    # Rows that were read for many things that are done at once; what breaks a constraint then breaks all of them.
    at_hand: dict[Any, Any] | None = None
    _session: AsyncSession | None = None

    def __post_init__(self) -> None:
        self.connected = Connected(self.engine, self._entering)

    @property
    def session(self) -> AsyncSession:
        """What keeps objects, and asks statements that are put together on the way; made when it is first needed."""
        if self._session is None:
            self._session = self.connected.session({NOTES: self.record.concern} if self.record else {})
        return self._session

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
            self._queued.append((event, about, traceparent()))

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
            self.belongs_to(await (await self.connected.driver()).fetchval("select app_teams()"))
        return self._teams or frozenset()

    def belongs_to(self, teams: Iterable[UUID]) -> None:
        """What the database said of the actor's teams, with an answer to something else."""
        self._teams = frozenset(teams)

    def _entering(self) -> str:
        """Who acts, told to row-level security until the transaction ends, and the teams they belong to looked up
        (ADR 19). Without it the database shows no row of any team."""
        who = (self.actor.subject, self.actor.employee_id, not self.actor.is_team_bound, self.today)
        return f"begin; select app_enter({', '.join(map(spelled, who))})"

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
        if self.at_hand is not None and (model, row_id) in self.at_hand:
            return cast(RowT, self.at_hand[model, row_id])
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
        if self.at_hand is not None:
            yield
            return
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

    async def rows(self, wanted: Executable | Prepared, values: Mapping[str, Any] | None = None) -> Sequence[Any]:
        """Several columns a row, by name or in order; with the values of a statement that was made before."""
        if isinstance(wanted, Prepared):
            await self._let_the_session_go_first()
            return await wanted.rows(await self.connected.driver(), values or {})
        found: Sequence[Any] = (await self.session.execute(wanted, values)).all()
        return found

    async def _let_the_session_go_first(self) -> None:
        """What it holds is written where it would write it itself, and the savepoint it stands in is set."""
        if self._session is None:
            return
        if self._session.in_nested_transaction():
            await self._session.connection()
        if self._session.sync_session.autoflush:
            await self._flush()

    async def _flush(self) -> None:
        if self._session is not None:
            await self._session.flush()

    async def settle(self) -> None:
        """Write what has changed so far, and seal the events of it: the version that each carries is final now."""
        await self._flush()
        cause = self.event.id if self.event else None
        for told, about, trace in self._queued:
            sealed = Envelope.seal(told, about, traceparent=trace, causationid=cause)
            self._sealed.append(outbox.NewRow.of(told, sealed))
        self._queued.clear()

    async def write_outbox(self) -> None:
        """Flush first: the row lock orders the events of one aggregate."""
        await self.settle()
        if self._sealed:
            await outbox.write(await self.connected.driver(), self._sealed)

    def append(self, log: Table, row: dict[str, Any]) -> None:
        """Add a row, when the transaction ends, to a log that is read by the number of its rows."""
        self._appended.append((log, row))

    async def write_logs(self) -> None:
        """The last of all, and one transaction at a time until its commit: whoever has read a number reads none below
        it later. No row that others wait for is locked after this."""
        for log, rows in groupby(self._appended, key=lambda pair: pair[0]):
            await self.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"heatshield.log.{log.name}"))))
            await self.session.execute(log.insert(), [row for _, row in rows])

    async def finish(self) -> None:
        """Write what is left, and the record with the commit. Raises `NotAudited`."""
        await self.write_outbox()
        await self.write_logs()
        await self._flush()
        await (self.connected.end() if self.record is None else self.record.write(self.connected))

    def close(self) -> None:
        """Nothing that was loaded is asked for more after this."""
        if self._session is not None:
            self._session.sync_session.close()
        self.connected.release()


def require_version(row: Aggregate, if_match: int) -> None:
    """Refuse a change that was made on an older version than the one stored (RFC 9110, If-Match)."""
    if row.version != if_match:
        raise PreconditionFailed(f"This {row.__tablename__} is at version {row.version}, not {if_match}.")


class Database:
    """A service's own database. Sessions connect on first use, so a route that asks nothing costs nothing."""

    def __init__(self, url: str, metadata: MetaData, *, pool_size: int = 10) -> None:
        self.url = url
        self.metadata = metadata
        self.engine = engine_of(url, pool_size)

    @asynccontextmanager
    async def transaction(
        self, actor: Principal, *, rebuilding: bool = False, record: Entry | None = None
    ) -> AsyncIterator[Transaction]:
        transaction = Transaction(self.engine, self.metadata, actor, rebuilding=rebuilding, record=record)
        try:
            yield transaction
            await transaction.finish()
        except BaseException as error:
            await transaction.connected.undo(error)
            raise
        finally:
            transaction.close()

    async def close(self) -> None:
        await self.engine.dispose()
