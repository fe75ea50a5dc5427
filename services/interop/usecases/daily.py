"""A council that takes nothing that is sent: its system fetches one file for each day, and says what it took."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.common.audit.entry import Entry
from services.common.auth import SYSTEM, Persona, Principal
from services.common.db import Database, Transaction
from services.interop.domain.connection import Connection
from services.interop.domain.day_taken import (
    AnsweredBefore,
    DayHasChanged,
    DayTaken,
    DoesNotAddUp,
    NoDailyFile,
    NotOfTheDay,
)
from services.interop.domain.delivery import CouncilDelivery, DeliveryStatus
from services.interop.domain.share import WITHDRAWN
from services.interop.domain.submission import Verdict
from services.interop.partners.council.answer_file import AnswerRow
from services.interop.partners.council.day_file import DayFile
from services.interop.store import council, council_files, submissions
from services.interop.store import daily as store
from services.interop.usecases.answers import settle_answer
from services.interop.usecases.show import show_told


class Standing(NamedTuple):
    """One row of a day's file: where it stands, and whether it is a submission, which a social worker waits for."""

    delivery_id: UUID
    is_fetched: bool
    is_submission: bool


async def look_at_day(tx: Transaction, day: date) -> dict[str, Any]:
    """What the file of this day comes to, how many of its rows were not fetched yet, and on which days before it rows
    wait. Raises `NoDailyFile`."""
    connection = await _connection(tx)
    file, rows = await _read(tx, connection, day)
    waiting = sum(not row.is_fetched for row in rows)
    return {**file.manifest(), "waiting": waiting, "days_waiting": await store.days_waiting(tx, connection.id, day)}


async def open_day(tx: Transaction) -> UUID:
    """Whose file the caller may fetch, which is a call that succeeded. Raises `NoDailyFile`."""
    connection = await _connection(tx)
    await council.note_success(tx, connection.id, tx.now)
    return connection.id


async def fetch_day(database: Database, issuer: str, connection_id: UUID, day: date) -> AsyncIterator[bytes]:
    """All that was to be told to this council on that day, as it is shared now, piece by piece.

    Each piece is kept as sent before it leaves, and on record as the council's access: where the line breaks, the
    council fetches again.
    """
    file, after = DayFile(day), None
    yield file.heads()
    while True:
        async with database.transaction(SYSTEM, record=_disclosure(issuer, connection_id)) as tx:
            rows = await store.told_on(tx, connection_id, day, after, lock=True)
            shared, gone = _shared(tx, rows)
            made = file.piece(shared)
            await _settle_fetched(tx, [told for told in shared if told.status == DeliveryStatus.QUEUED])
            await _let_go(tx, [told for told in gone if told.status == DeliveryStatus.QUEUED])
        yield made
        if len(rows) < store.AT_ONCE:
            return
        after = rows[-1][0].queued_at, rows[-1][0].id


def _disclosure(issuer: str, connection_id: UUID) -> Entry:
    """Of one piece, as what is delivered to a council is put on record."""
    return Entry(
        actor=Principal(f"connection:{connection_id}", Persona.COUNCIL),
        issuer=issuer,
        operation="fetch a day's facts",
        action="E",
        entity_type="connection",
        entity_id=connection_id,
    )


async def acknowledge_day(tx: Transaction, day: date, taken: DayTaken) -> dict[str, int]:
    """The council has loaded what it fetched; what it refuses waits for whoever can mend it.

    Raises `NoDailyFile`, `DayHasChanged`, `DoesNotAddUp`, `NotOfTheDay` or `AnsweredBefore`.
    """
    connection = await _connection(tx)
    file, rows = await _read(tx, connection, day)
    _require_same(file, rows, taken)
    rejected = {one.delivery_id: one.reason for one in taken.rejected}
    await _reject(tx, connection, {row.delivery_id for row in rows}, taken)
    await _acknowledge(tx, connection, [row for row in rows if row.delivery_id not in rejected])
    return {"acknowledged": len(rows) - len(rejected), "rejected": len(rejected)}


def _require_same(file: DayFile, rows: Sequence[Standing], taken: DayTaken) -> None:
    told = file.manifest()
    if told["sha256"] != taken.sha256 or not all(row.is_fetched for row in rows):
        raise DayHasChanged
    for name in ("rows", "control_totals"):
        if told[name] != getattr(taken, name):
            raise DoesNotAddUp(name)


async def _reject(tx: Transaction, connection: Connection, of_day: set[UUID], taken: DayTaken) -> None:
    sent = await council_files.sent(tx, connection.id, [one.delivery_id for one in taken.rejected])
    for number, one in enumerate(taken.rejected):
        if one.delivery_id not in of_day:
            raise NotOfTheDay(number)
        verdict = Verdict(outcome="rejected", reason=one.reason)
        if await settle_answer(tx, sent[one.delivery_id], AnswerRow(number, one.delivery_id, verdict)):
            raise AnsweredBefore(number)


async def _acknowledge(tx: Transaction, connection: Connection, rows: Sequence[Standing]) -> None:
    """What was answered before stands. Submissions are few, and each tells the social worker."""
    reviewed = [row.delivery_id for row in rows if row.is_submission]
    sent = await council_files.sent(tx, connection.id, reviewed)
    for number, delivery_id in enumerate(reviewed):
        await settle_answer(tx, sent[delivery_id], AnswerRow(number, delivery_id, Verdict(outcome="acknowledged")))
    plain = [row.delivery_id for row in rows if not row.is_submission]
    for start in range(0, len(plain), store.AT_ONCE):
        await store.acknowledge(tx, plain[start : start + store.AT_ONCE])


async def _connection(tx: Transaction) -> Connection:
    found = await store.connection_of_caller(tx)
    if found is None:
        raise NoDailyFile
    tx.about("connection", found.id)
    return found


async def _read(tx: Transaction, connection: Connection, day: date) -> tuple[DayFile, Sequence[Standing]]:
    """The file, and where its rows stand."""
    file, rows, after = DayFile(day), list[Standing](), None
    file.heads()
    while some := await store.told_on(tx, connection.id, day, after, lock=False):
        after = some[-1][0].queued_at, some[-1][0].id
        shared, _ = _shared(tx, some)
        file.piece(shared)
        rows += [Standing(one.id, one.status == DeliveryStatus.SENT, one.submission_id is not None) for one in shared]
    return file, rows


def _shared(tx: Transaction, rows: Sequence[store.Told]) -> tuple[list[CouncilDelivery], list[CouncilDelivery]]:
    """What is shared still, and what is not, of which nobody is told."""
    shared, gone = list[store.Told](), list[store.Told]()
    for told, share in rows:
        is_told = share is None or share.in_force(tx.today) or told.type == WITHDRAWN
        (shared if is_told else gone).append((told, share))
    going_on = {told.share_id for told, _ in shared}
    ended = {share.id: share for _, share in gone if share is not None and share.id not in going_on}
    tx.leaves_out([*(told for told, _ in gone), *ended.values()])
    for share in ended.values():
        # Read for the next piece again, it is seen again, and left out or not by what is in that.
        tx.session.expunge(share)
    return [told for told, _ in shared], [told for told, _ in gone]


async def _settle_fetched(tx: Transaction, waiting: Sequence[CouncilDelivery]) -> None:
    if not waiting:
        return
    await show_told(tx, await store.settle_fetched(tx, [told.id for told in waiting]))
    reviewed = [told.submission_id for told in waiting if told.submission_id]
    for submission in await submissions.locked_all(tx, reviewed) if reviewed else ():
        submission.left(tx.now)


async def _let_go(tx: Transaction, ended: Sequence[CouncilDelivery]) -> None:
    """What waited until its share had ended is not fetched any more."""
    if not ended:
        return
    for told in ended:
        told.status, told.changed_at = DeliveryStatus.WITHDRAWN, tx.now
    await tx.session.flush()
    await submissions.withdraw_unsent(tx, {told.share_id for told in ended if told.share_id})
