"""The door for BaRS messages: what follows a request is held against what the team has answered by now, whose news may
still be on its way."""

import asyncio
import logging
from typing import Any, NamedTuple
from uuid import UUID

from services.common.auth import Principal
from services.common.db import Database, Transaction
from services.common.errors import ServiceError
from services.common.peers import Peers
from services.interop import clients
from services.interop.domain.bars_exchange import MessageReason
from services.interop.domain.inbound import Answer, Arrival, ReferralOutcome
from services.interop.partners import bars
from services.interop.store import bars as store
from services.interop.usecases.receive import receive_message
from services.interop.usecases.refer import remember_outcome

log = logging.getLogger(__name__)

# A sender is not kept waiting for a record that is away: then the message is taken as it would be without asking.
PATIENCE_SECONDS = 3
ANSWERS = {"accepted": ReferralOutcome.ACCEPTED, "not_taken": ReferralOutcome.NOT_TAKEN}


class Heard(NamedTuple):
    """What the team has answered to a request, before its news came."""

    inbound_referral_id: UUID
    answer: Answer


async def ask_how_it_stands(database: Database, peers: Peers, actor: Principal, arrival: Arrival) -> Heard | None:
    """Before there is a transaction: whether the team has answered what this message changes or takes back.

    None for anything that follows nothing, and where the record cannot be asked.
    """
    try:
        message = bars.read(arrival)
    except Exception:  # noqa: BLE001  whatever is wrong with it is said once it is kept
        return None
    if message.reason is MessageReason.NEW:
        return None
    async with database.transaction(actor) as tx:
        found = await store.named(tx, bars.name_of_request(message), message.source, lock=False)
        waiting_id = found.id if found is not None and found.outcome == ReferralOutcome.WAITING else None
    return None if waiting_id is None else await _answer(peers, waiting_id)


async def _answer(peers: Peers, inbound_referral_id: UUID) -> Heard | None:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            referral = await clients.referral_as_it_stands(peers, inbound_referral_id)
    except (ServiceError, TimeoutError, ValueError) as error:
        log.warning("referral not asked for", extra={"error": type(error).__name__})
        return None
    outcome = ANSWERS.get(referral.status)
    if outcome is None:
        return None
    if outcome is ReferralOutcome.ACCEPTED:
        return Heard(inbound_referral_id, Answer(outcome, referral.decided_at))
    return Heard(
        inbound_referral_id, Answer(outcome, referral.decided_at, referral.not_taken_reason, referral.signpost)
    )


async def take_message(tx: Transaction, arrival: Arrival, heard: Heard | None) -> tuple[int, dict[str, Any]]:
    """Keep the message, and answer it by what the team has answered: the HTTP status and the FHIR body."""
    if heard is not None:
        await remember_outcome(tx, heard.inbound_referral_id, heard.inbound_referral_id, heard.answer)
        await tx.session.flush()
    return await receive_message(tx, arrival)
