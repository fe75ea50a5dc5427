"""A device sends what was done without signal: each operation is applied or answered for itself, and none twice."""

import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from services.caseload.domain.rule import RuleCode
from services.caseload.domain.sync_device import Clock, SequenceReused
from services.caseload.domain.sync_operation import (
    Answered,
    OperationAltered,
    Pushed,
    Result,
    SyncOutcome,
)
from services.caseload.store import sync as store
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
    clock: Clock
    authority: Authority
    teams: frozenset[UUID]
    results: list[Result] = field(default_factory=list)
    ledger: list[dict[str, Any]] = field(default_factory=list)
    held: list[dict[str, Any]] = field(default_factory=list)


async def push(tx: Transaction, pushed: Pushed) -> dict[str, Any]:
    """Apply what is new, in order, and answer each. Raises `UnreadableOperation`, `SequenceGap` or `SequenceReused`;
    anything else is the answer to one operation."""
    sent = reading.read_all(pushed)
    caller = tx.actor.employee_id or UUID(int=0)
    through = await store.hold_device(tx, pushed.device_id, caller)
    numbers, ids = [one.numbered.sequence for one in sent], [one.numbered.operation_id for one in sent]
    before = await store.known(tx, pushed.device_id, numbers, ids)
    new = reading.new_of(sent, through, {one.sequence: one for one in before if one.device_id == pushed.device_id})
    (seconds,) = await amounts(tx, tx.today, RuleCode.CLOCK_OFF)
    clock = Clock(pushed.sent_at, tx.now, timedelta(seconds=seconds))
    authority = await look_up(tx, [one.sent for one in new if one.sent is not None])
    batch = Batch(pushed.device_id, clock, authority, await tx.teams())
    first: dict[UUID, Answered] = {one.operation_id: one for one in before if one.outcome != SyncOutcome.DUPLICATE}
    tx.session.expunge_all()
    fresh = {id(one) for one in new}
    works = _works(tx, batch, [one for one in new if one.numbered.operation_id not in first])
    await work_through(tx, list(works.values()))
    for one in sent:
        known = first.get(one.numbered.operation_id)
        if known is None and id(one) in works:
            first[one.numbered.operation_id] = _answer(tx, batch, works[id(one)])
        elif known is not None:
            _answer_again(tx, batch, one, known, is_new=id(one) in fresh)
        else:
            raise SequenceReused(one.numbered.sequence)
    await _keep(tx, batch, pushed, through + len(new))
    return {"through": through + len(new), "results": batch.results}


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
    row = _row(tx, batch, work.read, kept)
    if result.outcome in HELD:
        _hold(tx, batch, work, row)
    batch.results.append(result)
    batch.ledger.append(row)
    return SimpleNamespace(**row)


def _answer_again(tx: Transaction, batch: Batch, one: Read, known: Answered, *, is_new: bool) -> None:
    """What was answered before, whichever device sent it then."""
    said: dict[str, Any] = {"outcome": SyncOutcome.DUPLICATE, "refusal": known.refusal}
    if known.digest != one.digest:
        said = refusal_said(OperationAltered())
    said |= {"version": known.result_version, "conflict_id": known.conflict_id}
    first = SyncOutcome(known.outcome)
    result = Result(one.numbered.operation_id, one.numbered.sequence, **said, first_outcome=first)
    batch.results.append(result)
    if is_new:
        row = _row(tx, batch, one, replace(result, outcome=SyncOutcome.DUPLICATE))
        batch.ledger.append(row)
        if result.outcome is SyncOutcome.REFUSED:
            _hold(tx, batch, Work(one), {**row, "outcome": SyncOutcome.REFUSED})


def _row(tx: Transaction, batch: Batch, one: Read, result: Result) -> dict[str, Any]:
    sent = one.sent
    told: dict[str, Any] = {"kind": None, "base_version": None, "occurred_at": None, "happened_at": None}
    if sent is not None:
        told = {"kind": sent.kind, "base_version": sent.base_version, "occurred_at": sent.occurred_at}
        told["happened_at"] = batch.clock.corrected(sent.occurred_at)
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
        "refusal": result.refusal,
    }


def _hold(tx: Transaction, batch: Batch, work: Work, row: dict[str, Any]) -> None:
    """Keep what it said, letter for letter, with the team that can settle it: the client's if the caller may know of
    it, else the caller's own. Whoever belongs to no team keeps it on the device."""
    subject, waits_for, one = work.subject, work.waits_for, work.read
    is_theirs = subject is not None and subject.team_now in batch.teams
    team = waits_for or (subject.team_now if subject is not None and is_theirs else min(batch.teams, default=None))
    if team is None:
        return
    kind, sent = work.kind, one.sent
    same = ("id", "operation_id", "device_id", "sequence", "kind", "made_by", "pushed_by", "happened_at")
    held = {
        **{name: row[name] for name in (*same, "outcome", "refusal")},
        "version": 1,
        "changed_at": tx.now,
        "team_id": team,
        "client_id": subject.client_id if subject is not None and (waits_for or is_theirs) else None,
        "received_at": tx.now,
        "clock_off_seconds": batch.clock.flagged_seconds,
        "makes_id": kind.made_id(sent) if kind and sent else None,
        "content": one.content,
    }
    batch.held.append(held)


async def _keep(tx: Transaction, batch: Batch, pushed: Pushed, through: int) -> None:
    await store.keep_operations(tx, batch.ledger)
    await store.keep_held(tx, batch.held)
    told = {
        "through": through,
        "unsent": pushed.unsent,
        "oldest_unsent_at": pushed.oldest_unsent_at and batch.clock.corrected(pushed.oldest_unsent_at),
        "pushed_at": tx.now,
        "pushed_by": batch.authority.caller,
        "clock_off_seconds": batch.clock.off_seconds,
        "teams": sorted(batch.teams),
        "lost_at": None,
        "lost_by": None,
    }
    await store.report(tx, pushed.device_id, told)
    if batch.clock.is_wrong:
        log.warning("clock of a device is wrong", extra={"ms": batch.clock.off_seconds * 1000})
