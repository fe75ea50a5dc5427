"""The door for BaRS messages: what follows a request is held against what the team has answered by now, whose news may
still be on its way."""

import asyncio
import logging
from typing import Any, NamedTuple
from uuid import UUID

from services.common.auth import Principal
from services.common.db import Database, Transaction
from services.common.outages import is_database_down
from services.common.peers import Peers
from services.interop import clients
from services.interop.domain.bars_exchange import MessageReason
from services.interop.domain.inbound import Answer, Arrival, ReferralOutcome
from services.interop.partners import bars
from services.interop.store import bars as store
from services.interop.usecases.receive import receive_message, take_its_turn
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

    None for anything that follows nothing, and where the record cannot be asked. Raises nothing, whatever is wrong with
    the message or with us: that is said once it is kept.
    """
    try:
        message = bars.read(arrival)
        name = "" if message.reason is MessageReason.NEW else bars.name_of_request(message)
    except Exception:  # noqa: BLE001  it is judged where it is kept
        return None
    try:
        return await _answer(database, peers, actor, name, message.source) if name else None
    except Exception as error:  # noqa: BLE001  not to know is no reason to lose it
        log.warning("referral not asked for", extra={"error": type(error).__name__})
        return None


async def _answer(database: Database, peers: Peers, actor: Principal, name: str, source: str) -> Heard | None:
    async with database.transaction(actor) as tx:
        found = await store.named(tx, name, source, lock=False)
        waiting_id = found.id if found is not None and found.outcome == ReferralOutcome.WAITING else None
    if waiting_id is None:
        return None
    async with asyncio.timeout(PATIENCE_SECONDS):
        referral = await clients.referral_as_it_stands(peers, waiting_id)
    outcome = ANSWERS.get(referral.status)
    if outcome is None:
        return None
    if outcome is ReferralOutcome.ACCEPTED:
        return Heard(waiting_id, Answer(outcome, referral.decided_at))
    return Heard(waiting_id, Answer(outcome, referral.decided_at, referral.not_taken_reason, referral.signpost))


async def take_message(tx: Transaction, arrival: Arrival, heard: Heard | None) -> tuple[int, dict[str, Any]]:
    """Keep the message, and answer it by what the team has answered: the HTTP status and the FHIR body."""
    if heard is not None:
        # First, as for every message: of the same one sent twice at once, neither holds what the other waits for.
        await take_its_turn(tx, arrival)
        await _remember(tx, heard)
    return await receive_message(tx, arrival)


async def _remember(tx: Transaction, heard: Heard) -> None:
    """What fails here fails again where the news comes, and is seen there; the message is kept all the same."""
    try:
        async with tx.session.begin_nested():
            await remember_outcome(tx, heard.inbound_referral_id, heard.inbound_referral_id, heard.answer)
    except Exception as error:
        if is_database_down(error):
            raise
        log.warning("answer not taken before its news", extra={"error": type(error).__name__})
