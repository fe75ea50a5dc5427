"""What waits for a person of the team: late pushes, what was refused, and what this release does not know."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.caseload.domain.alert import AlertKind
from services.caseload.domain.client import Client
from services.caseload.domain.sync_device import Clock
from services.caseload.domain.sync_operation import SentOperation, SyncHeld, SyncOutcome
from services.caseload.domain.sync_review import (
    AnotherHasToLook,
    Decision,
    SetAside,
    StillUnknown,
    TakingIn,
    TimeNeeded,
)
from services.caseload.store import disputed_doses as doses
from services.caseload.store import sync as store
from services.caseload.usecases import tell
from services.caseload.usecases.prescribe import require_registered
from services.caseload.usecases.sync import reading
from services.caseload.usecases.sync.applying import perform
from services.caseload.usecases.sync.authority import Authority, look_up
from services.caseload.usecases.sync.kinds import Kind
from services.caseload.usecases.sync.operation import Effect, Op
from services.common.db import Transaction, require_version
from services.common.errors import NotFound
from services.common.paging import PageRequest, page
from services.common.types import day_in_england


async def list_reviews(
    tx: Transaction, request: PageRequest, *, outcome: SyncOutcome | None, is_open: bool
) -> dict[str, Any]:
    """What waits for the caller's teams, or what they settled; without its content."""
    return await page(tx, await store.held(tx, outcome=outcome, is_open=is_open), SyncHeld, request)


async def read_review(tx: Transaction, review_id: UUID) -> SyncHeld:
    """With what was sent, until it is settled. Raises `NotFound`."""
    return await store.held_one(tx, review_id)


async def take_in(tx: Transaction, review_id: UUID, said: TakingIn, if_match: int) -> tuple[SyncHeld, Effect]:
    """Apply it as whoever did it, at the time when they did. Raises `AlreadySettled`, `StillUnknown`, `TimeNeeded`,
    `OperationMalformed`, `UnstorableValue`, `ActorMismatch`, `AnotherHasToLook`, `OnlyARegisteredNurse`, or what its
    own use case refuses; then it waits on."""
    held = await store.held_one(tx, review_id, lock=True)
    held.require_open()
    require_version(held, if_match)
    sent, kind = _read(held)
    happened_at = held.happened_at or said.happened_at
    if happened_at is None:
        raise TimeNeeded
    authority = await look_up(tx, [sent])
    await _require_may_take_in(tx, held, kind, sent, authority, happened_at)
    clock = _clock_of(held, sent, happened_at)
    sent = authority.as_it_stands(sent)
    await doses.end(tx, held.operation_id)
    body = reading.read_body(kind, sent, clock)
    effect = await perform(tx, kind, Op(sent, body, held.device_id, happened_at, tx.now))
    if effect.conflict_id is not None:
        await store.came_into_conflict(tx, sent.operation_id, effect.conflict_id, kind.made_id(sent))
    held = await store.held_one(tx, review_id, lock=True)
    held.settle(Decision.TAKEN_IN, tx.actor.employee_id, tx.now)
    await tell.settle_alerts(tx, AlertKind.DOSE_TO_REVIEW, held.operation_id)
    await tx.session.flush()
    return held, effect


async def _require_may_take_in(
    tx: Transaction, held: SyncHeld, kind: Kind, sent: SentOperation, authority: Authority, at: datetime
) -> None:
    """Whoever did it was there, and whoever looks is another, who may do such a thing themselves."""
    subject, on = authority.subject(kind, sent), day_in_england(at)
    if subject is None or subject.team_now not in await tx.teams():
        raise NotFound(kind.named[0])
    authority.require_there(sent, subject, on)
    _require_another(held, authority, waits=authority.standing(sent, subject, on).waits)
    if kind.by_registered:
        await require_registered(tx, subject.team_now)


def _require_another(held: SyncHeld, authority: Authority, *, waits: bool) -> None:
    """Raises `AnotherHasToLook`."""
    needs_a_look = waits or held.outcome == SyncOutcome.FOR_REVIEW or held.happened_at is None
    if held.pushed_by == authority.caller and needs_a_look:
        raise AnotherHasToLook


def _clock_of(held: SyncHeld, sent: SentOperation, happened_at: datetime) -> Clock:
    """As far off as it was measured then, or as it turns out to have been."""
    if held.clock_off_seconds is None:
        return Clock(sent.occurred_at, happened_at, timedelta())
    off = timedelta(seconds=held.clock_off_seconds)
    return Clock(held.received_at + off, held.received_at, timedelta())


def _read(held: SyncHeld) -> tuple[SentOperation, Kind]:
    """Raises `StillUnknown`, `OperationMalformed` or `UnstorableValue`."""
    try:
        sent = reading.read_kept(held.content or "{}")
    except ValueError as error:
        raise StillUnknown from error
    kind = reading.kind_of(sent)
    if kind is None:
        raise StillUnknown
    return sent, kind


async def set_aside(tx: Transaction, review_id: UUID, said: SetAside, if_match: int) -> SyncHeld:
    """It is not applied, and why; what it said is forgotten. Raises `AlreadySettled`, `AnotherHasToLook` or
    `OnlyARegisteredNurse`."""
    held = await store.held_one(tx, review_id, lock=True)
    held.require_open()
    require_version(held, if_match)
    if held.client_id is not None:
        await _require_may_set_aside(tx, held, held.client_id)
    await doses.end(tx, held.operation_id)
    held.settle(Decision.SET_ASIDE, tx.actor.employee_id, tx.now, said.reason)
    await tell.settle_alerts(tx, AlertKind.DOSE_TO_REVIEW, held.operation_id)
    await tx.session.flush()
    return held


async def _require_may_set_aside(tx: Transaction, held: SyncHeld, client_id: UUID) -> None:
    """As whoever takes it in: what is of a client is not dropped by its sender alone, nor a dose by an assistant. What
    is kept for one person alone is theirs to drop, and so is to the team what no release knows any more."""
    try:
        sent, kind = _read(held)
    except StillUnknown:
        return
    authority = await look_up(tx, [sent])
    on = day_in_england(held.happened_at) if held.happened_at else None
    _require_another(held, authority, waits=authority.standing(sent, authority.subject(kind, sent), on).waits)
    if kind.by_registered:
        client = await tx.get(Client, client_id)
        await require_registered(tx, client.team_id)
