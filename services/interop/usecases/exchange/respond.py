"""Whoever referred by BaRS hears what became of it: queued with the fact, sent, and sent again until it has arrived."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import orjson

from services.common.audit.entry import Entry
from services.common.auth import SYSTEM, Persona, Principal
from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page
from services.common.service import Background, Runtime
from services.common.types import midnight_in_england
from services.common.watching import drained, keep_on
from services.interop.domain.bars_exchange import BarsResponse, EndIsTold, ResponseStatus, Stage
from services.interop.domain.inbound import Arrival, InboundReferral, ReferralOutcome
from services.interop.domain.record import ClientRecord
from services.interop.partners import bars, hooks
from services.interop.partners.bars.sending import Answer, Sender
from services.interop.settings import InteropSettings
from services.interop.store import bars as store
from services.interop.store import messages
from services.interop.usecases.exchange.take import service_of

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
# As with councils: side by side, so that a silent sender holds up no other, and never on all the connections there are.
MOST_AT_ONCE = 6
# Longer than any answer is waited for; a worker that dies leaves its response to the others after this.
LEASE = timedelta(seconds=60)
ANSWERED = {ReferralOutcome.ACCEPTED, ReferralOutcome.NOT_TAKEN}


async def queue_interim(tx: Transaction, referral: InboundReferral) -> None:
    """The team has answered: the sender of a BaRS message is told so."""
    if referral.outcome in ANSWERED:
        await _queue(tx, referral, Stage.INTERIM)


async def tell_of_end(tx: Transaction, record: ClientRecord, episode_id: UUID, ended_on: date, reason: str) -> None:
    """Care has ended; whoever referred is told so, if that came by BaRS and was taken on."""
    referral_ids = {episode.referral_id for episode in record.episode_of_care if episode.id == episode_id}
    for told in record.referral:
        if told.id not in referral_ids or told.inbound_referral_id is None or tx.rebuilding:
            continue
        referral = await messages.inbound_referral(tx, told.inbound_referral_id)
        if referral is not None and referral.outcome == ReferralOutcome.ACCEPTED:
            ended_at = midnight_in_england(ended_on)
            await _queue(tx, referral, Stage.FINAL, ended_at=ended_at, outcome=reason)


async def _queue(tx: Transaction, referral: InboundReferral, stage: Stage, **about: Any) -> None:
    """Once for each stage, from the message that counts now."""
    first = await store.first_message(tx, referral.id)
    if first is None or first.correlation_id is None or await store.has_response(tx, referral.id, stage):
        return
    kept = await messages.message(tx, referral.message_id)
    message = bars.read(Arrival(kept.raw, kept.media_type, kept.request_id, kept.correlation_id))
    at_destination, _ = await service_of(tx, message)
    told = bars.response(message, referral, at_destination, stage, tx.now, **about)
    reason = told["entry"][0]["resource"]["reason"]["coding"][0]["code"]
    context = "|".join((referral.use_case, referral.kind, "servicerequest-response", reason))
    payload = orjson.dumps(told).decode()
    to = (message.source, context)
    tx.add(BarsResponse.queued(referral, stage, first.correlation_id, payload, to=to, now=tx.now))


def send_responses(every: float = POLL_SECONDS, schedule: Sequence[timedelta] = hooks.RETRY_AFTER) -> Background:
    """The work of one process beside its requests, where the NHS's proxy is connected.

    `schedule` is the wait before each attempt.
    """

    async def run(runtime: Runtime) -> None:
        settings = runtime.settings
        if not isinstance(settings, InteropSettings) or not settings.bars_url:
            return
        sender = Sender.of(runtime.http, settings.bars_url, settings.ods_code, settings.nhs_client)

        async def look() -> int:
            return await send_next(runtime, sender, schedule)

        await keep_on("bars_responses", every, lambda: drained(look, MOST_AT_ONCE))

    return run


async def send_next(runtime: Runtime, sender: Sender, schedule: Sequence[timedelta]) -> int:
    """Send what is due; how many there were. No transaction is open while the other side is asked."""
    async with runtime.database.transaction(SYSTEM) as tx:
        due = await store.due(tx, MOST_AT_ONCE)
        for one in due:
            one.lease(tx.now + LEASE, tx.now)
        await tx.session.flush()
        leased = [BarsResponse(**one.model_dump()) for one in due]
    await asyncio.gather(*(_send_one(runtime, sender, one, schedule) for one in leased))
    return len(leased)


async def _send_one(runtime: Runtime, sender: Sender, one: BarsResponse, schedule: Sequence[timedelta]) -> None:
    answer = await sender.send(one)
    record = _disclosure(runtime, one) if answer.has_it else None
    async with runtime.database.transaction(SYSTEM, record=record) as tx:
        row = await store.response(tx, one.id)
        if row is not None and row.status == ResponseStatus.QUEUED:
            _settle(tx, row, answer, schedule)


def _disclosure(runtime: Runtime, one: BarsResponse) -> Entry:
    """What whoever referred was told is put on record as an access of theirs."""
    return Entry(
        actor=Principal(f"bars:{one.target.rpartition('|')[2]}", Persona.INTEGRATOR),
        issuer=runtime.settings.issuer,
        operation="respond by BaRS",
        action="E",
        entity_type="bars_response",
        entity_id=one.id,
    )


def _settle(tx: Transaction, row: BarsResponse, answer: Answer, schedule: Sequence[timedelta]) -> None:
    """Arrived, refused for its own sake, to be tried again, or given up after the last attempt."""
    about = {"delivery_id": str(row.id), "status": answer.status, "attempts": row.attempts}
    if answer.has_it:
        row.settled(ResponseStatus.SENT, answer.status, tx.now)
    elif answer.is_refused:
        row.settled(ResponseStatus.REFUSED, answer.status, tx.now)
        log.error("response refused", extra=about)
    elif row.attempts >= len(schedule):
        row.settled(ResponseStatus.DEAD, answer.status, tx.now)
        log.error("response not delivered", extra=about)
    else:
        row.later(tx.now + schedule[row.attempts], answer.status, tx.now)


async def list_bars_responses(tx: Transaction, request: PageRequest, status: ResponseStatus | None) -> dict[str, Any]:
    return await page(tx, store.responses(status), BarsResponse, request)


async def read_bars_response(tx: Transaction, response_id: UUID) -> BarsResponse:
    """Raises `NotFound`."""
    return await tx.get(BarsResponse, response_id)


async def send_response_again(tx: Transaction, response_id: UUID, if_match: int) -> BarsResponse:
    """Whoever looks after the connection has mended what was wrong.

    Raises `NotFound`, `ResponseOnItsWay` or `EndIsTold`.
    """
    row = await tx.get(BarsResponse, response_id, lock=True)
    require_version(row, if_match)
    if row.stage == Stage.INTERIM and await store.is_told(tx, row.inbound_referral_id, Stage.FINAL):
        raise EndIsTold
    row.send_again(tx.now)
    return row
