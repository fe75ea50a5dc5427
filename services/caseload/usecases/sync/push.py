"""A device sends what was done without signal: each operation is applied or answered for itself, and none twice."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from services.caseload.domain.rule import RuleCode
from services.caseload.domain.sync_device import AnothersDevice, Clock, SequenceReused
from services.caseload.domain.sync_operation import (
    Answered,
    OperationAltered,
    Pushed,
    Result,
    SyncOutcome,
)
from services.caseload.store import sync as store
from services.caseload.store.sync import HeldDevice
from services.caseload.usecases.sync import reading
from services.caseload.usecases.sync.applying import refusal_said
from services.caseload.usecases.sync.authority import Authority, look_up
from services.caseload.usecases.sync.reading import Read
from services.caseload.usecases.sync.working import Work, prepare, work_through
from services.common.db import Transaction
from services.common.rulebook import amounts

log = logging.getLogger(__name__)

HELD = (SyncOutcome.REFUSED, SyncOutcome.KEPT_ASIDE, SyncOutcome.FOR_REVIEW)


@dataclass
class Batch:
    """One push while it is worked on, and what is to be kept of it in the end."""

    device_id: UUID
    device: HeldDevice
    clock: Clock
    authority: Authority
    teams: frozenset[UUID]
    results: list[Result] = field(default_factory=list)
    ledger: list[dict[str, Any]] = field(default_factory=list)
    held: list[dict[str, Any]] = field(default_factory=list)


async def push(tx: Transaction, pushed: Pushed) -> dict[str, Any]:
    """Apply what is new, in order, and answer each. Raises `UnreadableOperation`, `SequenceGap`, `SequenceReused` or
    `AnothersDevice`; anything else is the answer to one operation."""
    sent = reading.read_all(pushed)
    device = await store.hold_device(tx, pushed.device_id, tx.actor.employee_id or UUID(int=0))
    if not device.is_theirs:
        raise AnothersDevice
    numbers, ids = [one.numbered.sequence for one in sent], [one.numbered.operation_id for one in sent]
    before = await store.known(tx, pushed.device_id, numbers, ids)
    new = reading.new_of(
        sent, device.through, {one.sequence: one for one in before if one.device_id == pushed.device_id}
    )
    batch = await _begin(tx, pushed, device, new)
    first: dict[UUID, Answered] = {one.operation_id: one for one in before if one.outcome != SyncOutcome.DUPLICATE}
    tx.session.expunge_all()
    fresh = {id(one) for one in new}
    works = _works(tx, batch, [one for one in new if one.numbered.operation_id not in first])
    await work_through(tx, list(works.values()), batch.authority)
    for one in sent:
        known = first.get(one.numbered.operation_id)
        if known is None and id(one) in works:
            first[one.numbered.operation_id] = _answer(tx, batch, works[id(one)])
        elif known is not None:
            _answer_again(tx, batch, one, known, is_new=id(one) in fresh)
        else:
            raise SequenceReused(one.numbered.sequence)
    through = device.through + len(new)
    await _keep(tx, batch, pushed, through)
    return {"through": through, "results": batch.results}


async def _begin(tx: Transaction, pushed: Pushed, device: HeldDevice, new: Sequence[Read]) -> Batch:
    (seconds,) = await amounts(tx, tx.today, RuleCode.CLOCK_OFF)
    clock = Clock(pushed.sent_at, tx.now, timedelta(seconds=seconds))
    authority = await look_up(tx, [one.sent for one in new if one.sent is not None])
    return Batch(pushed.device_id, device, clock, authority, await tx.teams())


def _works(tx: Transaction, batch: Batch, new: list[Read]) -> dict[int, Work]:
    """What is to be done, each operation once, in the order of its numbers."""
    once: dict[UUID, Read] = {}
    for one in new:
        once.setdefault(one.numbered.operation_id, one)
    return {id(one): prepare(tx, one, batch.device_id, batch.clock, batch.authority) for one in once.values()}


def _answer(tx: Transaction, batch: Batch, work: Work) -> Answered:
    """What came of it is answered and kept; what a person has to see of it is held for them."""
    result = work.result
    kept = result if result.first_outcome is None else replace(result, outcome=result.first_outcome)
    is_timely = work.standing.is_timely
    row = _row(tx, batch, work.read, kept, is_timely=is_timely, makes_id=_beside(work))
    if result.outcome in HELD:
        _hold(tx, batch, work, row)
    batch.results.append(result)
    batch.ledger.append(row)
    return SimpleNamespace(**row)


def _beside(work: Work) -> UUID | None:
    """What it would have made, where that stands beside something else until somebody settles it."""
    kind, sent = work.kind, work.read.sent
    return kind.made_id(sent) if kind and sent and work.result.conflict_id else None


def _answer_again(tx: Transaction, batch: Batch, one: Read, known: Answered, *, is_new: bool) -> None:
    """What was answered before, whichever device sent it then."""
    said: dict[str, Any] = {"outcome": SyncOutcome.DUPLICATE, "refusal": known.refusal}
    if known.digest != one.digest:
        said = refusal_said(OperationAltered())
    said |= {"version": known.result_version, "conflict_id": known.conflict_id}
    first = SyncOutcome(known.outcome)
    result = Result(one.numbered.operation_id, one.numbered.sequence, **said, first_outcome=first)
    batch.results.append(result)
    if not is_new:
        return
    altered = Work(one)
    if result.outcome is SyncOutcome.REFUSED:
        altered = prepare(tx, one, batch.device_id, batch.clock, batch.authority)
    row = _row(tx, batch, one, replace(result, outcome=SyncOutcome.DUPLICATE), is_timely=altered.standing.is_timely)
    batch.ledger.append(row)
    if result.outcome is SyncOutcome.REFUSED:
        _hold(tx, batch, altered, {**row, "outcome": SyncOutcome.REFUSED})


def _row(
    tx: Transaction, batch: Batch, one: Read, result: Result, *, is_timely: bool = True, makes_id: UUID | None = None
) -> dict[str, Any]:
    sent = one.sent
    told: dict[str, Any] = {"kind": None, "base_version": None, "occurred_at": None, "happened_at": None}
    if sent is not None:
        told = {"kind": sent.kind, "base_version": sent.base_version, "occurred_at": sent.occurred_at}
        told["happened_at"] = batch.clock.corrected(sent.occurred_at) if is_timely else None
    return {
        "id": uuid7(),
        "operation_id": result.operation_id,
        "device_id": batch.device_id,
        "sequence": result.sequence,
        "digest": one.digest,
        **told,
        "clock_off_seconds": batch.clock.flagged_seconds,
        "made_by": sent.made_by if sent else None,
        "pushed_by": batch.authority.caller,
        "pushed_at": tx.now,
        "outcome": result.outcome,
        "result_version": result.version,
        "conflict_id": result.conflict_id,
        "makes_id": makes_id,
        "refusal": result.refusal,
    }


def _hold(tx: Transaction, batch: Batch, work: Work, row: dict[str, Any]) -> None:
    """Keep what it said, letter for letter, with the client of whose team somebody was who sent or did it; else for
    one person alone, so that no team reads what is of another's client."""
    subject, one, is_timely = work.subject, work.read, work.standing.is_timely
    kind, sent = work.kind, one.sent
    client_id = subject.client_id if subject is not None and work.standing.team is not None else None
    same = ("id", "operation_id", "device_id", "sequence", "kind", "made_by", "pushed_by", "happened_at")
    held = {
        **{name: row[name] for name in (*same, "outcome", "refusal")},
        "version": 1,
        "changed_at": tx.now,
        "client_id": client_id,
        "kept_for": batch.authority.keeper(sent) if client_id is None else None,
        "received_at": tx.now,
        "clock_off_seconds": batch.clock.flagged_seconds if is_timely else None,
        "makes_id": kind.made_id(sent) if kind and sent else None,
        "content": one.content,
    }
    batch.held.append(held)


def _teams(batch: Batch) -> frozenset[UUID]:
    """Those that see the device in their list: of whoever pushes now, with those before unless one of them is theirs.
    Whoever is in no team any more leaves it to those they were in."""
    before, now = batch.device.teams, batch.teams
    if now & before:
        return now
    return before | (now or batch.authority.teams_ever(batch.authority.caller))


async def _keep(tx: Transaction, batch: Batch, pushed: Pushed, through: int) -> None:
    await store.keep_operations(tx, batch.ledger)
    await store.keep_held(tx, batch.held)
    if batch.device.is_lost and not pushed.operations:
        # That it may be lost is not taken back by whoever knows its id; what was on it has to come.
        return
    told = {
        "through": through,
        "unsent": pushed.unsent,
        "oldest_unsent_at": pushed.oldest_unsent_at and batch.clock.corrected(pushed.oldest_unsent_at),
        "pushed_at": tx.now,
        "pushed_by": batch.authority.caller,
        "clock_off_seconds": batch.clock.off_seconds,
        "teams": sorted(_teams(batch)),
        "lost_at": None,
        "lost_by": None,
    }
    await store.report(tx, pushed.device_id, told)
    if batch.clock.is_wrong:
        log.warning("clock of a device is wrong", extra={"ms": batch.clock.off_seconds * 1000})
