"""One operation of a batch while it is worked on: whether it may be applied, and what came of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from services.caseload.domain.sync_device import Clock
from services.caseload.domain.sync_operation import ActorMismatch, FaultOfOurs, Result, SyncOutcome
from services.caseload.store.sync import Subject
from services.caseload.usecases.sync import reading
from services.caseload.usecases.sync.applying import apply, refusal_said
from services.caseload.usecases.sync.authority import Authority, Standing
from services.caseload.usecases.sync.doses import count_dose
from services.caseload.usecases.sync.kinds import Kind
from services.caseload.usecases.sync.operation import Op
from services.caseload.usecases.sync.reading import NotUnderstood, Read
from services.caseload.usecases.sync.together import MOST_AT_ONCE, Fact, write_together
from services.common.audit.concern import NOTES
from services.common.audit.entry import Entry
from services.common.db import Transaction
from services.common.errors import ServiceError
from services.common.types import day_in_england

DONE = (SyncOutcome.APPLIED, SyncOutcome.DUPLICATE)
WAITS = {"outcome": SyncOutcome.FOR_REVIEW}


@dataclass
class Work:
    """What was read, whose it is, and either what is to be applied or what came of it."""

    read: Read
    kind: Kind | None = None
    subject: Subject | None = None
    standing: Standing = Standing()
    clock: Clock | None = None
    op: Op | None = None
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def result(self) -> Result:
        number = self.read.numbered
        return Result(number.operation_id, number.sequence, **(self.said or {"outcome": SyncOutcome.KEPT_ASIDE}))

    @property
    def is_fact(self) -> bool:
        """Whether it can be written with others at once."""
        return self.kind is not None and self.kind.stage is not None and self.subject is not None


def prepare(tx: Transaction, read: Read, device_id: UUID, clock: Clock, authority: Authority) -> Work:
    """Everything that can be said of it without touching the record."""
    sent = read.sent
    work = Work(read, reading.kind_of(sent), clock=clock)
    try:
        if sent is None:
            raise read.refusal or FaultOfOurs()
        if work.kind is None:
            return work
        work.subject = authority.subject(work.kind, sent)
        authority.makes(work.kind, sent, work.subject)
        happened_at, is_ahead = clock.corrected(sent.occurred_at), clock.is_ahead(sent.occurred_at)
        work.standing = authority.standing(sent, work.subject, None if is_ahead else day_in_england(happened_at))
        if not work.standing.was_there:
            raise ActorMismatch
        body = reading.read_body(work.kind, sent, clock)
    except NotUnderstood as error:
        _hold_or_refuse(work, error, clock)
    except ServiceError as error:
        work.said = refusal_said(error)
    else:
        if work.standing.waits:
            work.said = dict(WAITS)
        else:
            work.op = Op(sent, body, device_id, happened_at, tx.now)
    return work


def _hold_or_refuse(work: Work, error: NotUnderstood, clock: Clock) -> None:
    """What cannot be read is refused, or kept aside; where only its times cannot be so, somebody says when it was."""
    work.said = refusal_said(error)
    kind, sent = work.kind, work.read.sent
    if kind and sent and work.standing.team is not None and reading.is_about_time(kind, sent, error, clock):
        work.standing, work.said = replace(work.standing, waits=True, is_timely=False), dict(WAITS)


async def work_through(tx: Transaction, works: Sequence[Work], authority: Authority) -> None:
    """Apply them in order. Facts that follow each other are written at once, or one by one where one of them fails."""
    run: list[Work] = []
    for work in works:
        if work.op is None:
            with on_record(tx, work):
                _end(work, authority)
                await _count_dose(tx, work)
            continue
        if not work.is_fact or len(run) == MOST_AT_ONCE:
            await _write(tx, run, authority)
            run = []
        if work.is_fact:
            run.append(work)
        else:
            await _apply(tx, work, authority)
    await _write(tx, run, authority)


def _end(work: Work, authority: Authority) -> None:
    """What is refused because what it follows on is not there yet waits with it."""
    kind, sent = work.kind, work.read.sent
    if kind is None or sent is None or work.standing.team is None:
        return
    outcome = work.result.outcome
    if outcome is SyncOutcome.REFUSED and work.op is not None and authority.follows_what_waits(kind, sent):
        work.standing, work.said = replace(work.standing, waits=True), dict(WAITS)
    if work.result.outcome not in DONE:
        authority.leaves_unapplied(kind, sent)


async def _write(tx: Transaction, run: Sequence[Work], authority: Authority) -> None:
    facts = [Fact(work.kind, work.op) for work in run if work.kind and work.op]
    if len(facts) > 1 and await write_together(tx, facts):
        for work, fact in zip(run, facts, strict=True):
            with on_record(tx, work) as entry:
                work.said = {"outcome": SyncOutcome.APPLIED, "version": fact.effect.version}
                if entry is not None and work.subject is not None:
                    entry.concern.note(work.subject.client_id, work.subject.team_id)
        return
    for work in run:
        await _apply(tx, work, authority)


async def _apply(tx: Transaction, work: Work, authority: Authority) -> None:
    if work.kind is not None and work.op is not None:
        with on_record(tx, work):
            work.said = await apply(tx, work.kind, work.op)
            _end(work, authority)
            await _count_dose(tx, work)


async def _count_dose(tx: Transaction, work: Work) -> None:
    """Against the client of whose team somebody was who sent or did it; of no other team's."""
    if work.clock is not None and work.standing.team is not None:
        await count_dose(tx, work.read.sent, work.subject, work.result.outcome, work.clock)


@contextmanager
def on_record(tx: Transaction, work: Work) -> Iterator[Entry | None]:
    """What is done inside is a row of its own in the audit trail, with whom it concerned and how it ended."""
    whole, info, sent, kind = tx.record, tx.session.info, work.read.sent, work.kind
    if whole is None:
        yield None
        return
    named = kind.subject(sent) if kind and sent else None
    what, entity = (sent.kind, kind.named[0]) if kind and sent else ("?", "sync_operation")
    entry = whole.part("U", f"POST /v1/sync/push {what}", entity, named or work.read.numbered.operation_id)
    tx.record, info[NOTES] = entry, entry.concern
    try:
        yield entry
    finally:
        tx.record, info[NOTES] = whole, whole.concern
    _say_how_it_ended(entry, work)


def _say_how_it_ended(entry: Entry, work: Work) -> None:
    result = work.result
    if result.refusal is not None:
        entry.refuse(result.refusal["status"], result.refusal["code"])
    elif result.outcome is not SyncOutcome.APPLIED:
        entry.reason_code = result.outcome
    if work.standing.waits and work.standing.team is not None and work.subject is not None:
        entry.concern.note(work.subject.client_id, work.subject.team_now)
