"""Handing a client over for a night or a weekend: drafted, sent by a link and a code, answered, and taken back."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from services.caseload.domain.alert import AlertKind
from services.caseload.domain.client import Client
from services.caseload.domain.handover import (
    MAY_BE_ACCEPTED,
    Handover,
    HandoverNote,
    HandoverStatus,
    NewHandover,
    Sending,
)
from services.caseload.domain.one_time_link import HandedOut
from services.caseload.domain.rule import RuleCode
from services.caseload.events import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverDone,
    HandoverExpired,
    HandoverReturned,
    HandoverSent,
)
from services.caseload.store import end_of_life, links, summaries
from services.caseload.usecases import tell
from services.common.auth import SYSTEM
from services.common.db import Database, Transaction, require_version
from services.common.membership import require_members
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts
from services.common.service import Runtime
from services.common.watching import drained, keep_on

POLL_SECONDS = 1.0
MOST_AT_ONCE = 20


async def draft_handover(tx: Transaction, new: NewHandover) -> Handover:
    """Write a handover down; nobody outside sees it yet. Raises `NotInTheTeam` or `HandoverTooLong`."""
    client = await tx.get(Client, new.client_id)
    await require_members(tx, client.team_id, tx.today, {"/body/on_call_id": new.on_call_id})
    (most_hours,) = await amounts(tx, tx.today, RuleCode.HANDOVER_HOURS)
    handover = Handover.drafted(new, client, most_hours, tx.actor.employee_id, tx.now)
    tx.add(handover)
    await tx.session.flush()
    return handover


async def list_handovers(
    tx: Transaction, request: PageRequest, *, client_id: UUID | None, status: HandoverStatus | None
) -> dict[str, Any]:
    wanted = await links.handovers(tx, client_id=client_id, status=status)
    return await page(tx, wanted, Handover, request, newest_first=True)


async def read_handover(tx: Transaction, handover_id: UUID) -> tuple[Handover, Sequence[HandoverNote], dict[str, Any]]:
    """The handover, what the other side wrote, and the client as the other side sees them now."""
    handover = await tx.get(Handover, handover_id)
    return handover, await links.notes_on(tx, handover.id), await summaries.summary_of(tx, handover.client_id)


async def send_handover(
    tx: Transaction, handover_id: UUID, sending: Sending, if_match: int
) -> tuple[Handover, HandedOut]:
    """Send it, or send it again with another link and code, which are told this once.

    Raises `HandoverOver` or `DeadlineOutOfReach`.
    """
    handover = await tx.get(Handover, handover_id, lock=True)
    require_version(handover, if_match)
    handed_out = handover.send(sending.accept_by, tx.actor.employee_id, tx.now)
    plan = await end_of_life.current_of(tx, handover.client_id)
    handover.end_of_life_number = plan.number if plan else None
    tx.publish(HandoverSent(**of(handover, tx.now), accept_by=sending.accept_by), about=handover)
    await tell.settle_alerts(tx, AlertKind.HANDOVER_NOT_ACCEPTED, handover.id)
    await tx.session.flush()
    return handover, handed_out


async def return_handover(tx: Transaction, handover_id: UUID, if_match: int) -> Handover:
    """The client is with the team again, and the link opens nothing more.

    Raises `HandoverNotSent` or `HandoverOver`.
    """
    handover = await tx.get(Handover, handover_id, lock=True)
    require_version(handover, if_match)
    handover.take_back(tx.now)
    told = HandoverReturned(**of(handover, tx.now), accepted_at=handover.taken_at, returned_at=tx.now)
    tx.publish(told, about=handover)
    await tell.settle_alerts(tx, AlertKind.HANDOVER_NOT_ACCEPTED, handover.id)
    await tx.session.flush()
    return handover


async def hear_of_answer(tx: Transaction, handover_id: UUID, sent_at: datetime, status: str) -> None:
    """The other side's own system answers what was sent then (FHIR's task-status). What is over, answered before, or
    sent again since, stays as it is."""
    handover = await tx.get(Handover, handover_id, lock=True)
    if not handover.is_about(sent_at):
        return
    if status == "accepted" and handover.status in MAY_BE_ACCEPTED and tx.now < handover.ends_at:
        handover.be_accepted(tx.now)
        tell_of_acceptance(tx, handover)
        await tell.settle_alerts(tx, AlertKind.HANDOVER_NOT_ACCEPTED, handover.id)
    elif status == "rejected" and handover.status == HandoverStatus.SENT:
        await _decline(tx, handover)
    elif status == "completed" and handover.status == HandoverStatus.ACCEPTED:
        end(tx, handover)


async def _decline(tx: Transaction, handover: Handover) -> None:
    """Whoever is on call is warned at once, as where nobody answers in time."""
    handover.be_declined(tx.now)
    declined = HandoverDeclined(**of(handover, tx.now), on_call_id=handover.on_call_id, declined_at=tx.now)
    tx.publish(declined, about=handover)
    kind = AlertKind.HANDOVER_NOT_ACCEPTED
    await tell.raise_alert(tx, kind, handover, tx.now, on_call_id=handover.on_call_id)


def tell_of_acceptance(tx: Transaction, handover: Handover) -> None:
    """The other side has the client from now on."""
    accepted_at = handover.accepted_at or tx.now
    tx.publish(HandoverAccepted(**of(handover, tx.now), accepted_at=accepted_at), about=handover)


def end(tx: Transaction, handover: Handover) -> None:
    """The other side's part is done."""
    handover.be_done(tx.now)
    told = HandoverDone(**of(handover, tx.now), accepted_at=handover.taken_at or tx.now, done_at=tx.now)
    tx.publish(told, about=handover)


def of(handover: Handover, now: datetime) -> dict[str, Any]:
    """What every event of a handover says."""
    return {
        "handover_id": handover.id,
        "client_id": handover.client_id,
        "team_id": handover.team_id,
        "sent_at": handover.sent_at or now,
        "ods_code": handover.ods_code,
    }


async def expire_handovers(runtime: Runtime) -> None:
    """Warn of what nobody accepted in time, for as long as the process lives; each replica takes what is free."""
    await keep_on("expiry", POLL_SECONDS, partial(drained, partial(expire_some, runtime.database)))


async def expire_some(database: Database) -> int:
    """Let some handovers expire whose deadline has passed, and tell of each in the same commit. How many there were."""
    async with database.transaction(SYSTEM) as tx:
        late = await links.unaccepted(tx, tx.now, most=MOST_AT_ONCE)
        for handover in late:
            handover.expire(tx.now)
            due_at, on_call_id = handover.accept_by or tx.now, handover.on_call_id
            about = {"on_call_id": on_call_id, "accept_by": due_at, "expired_at": tx.now}
            tx.publish(HandoverExpired(**of(handover, tx.now), **about), about=handover)
            await tell.raise_alert(tx, AlertKind.HANDOVER_NOT_ACCEPTED, handover, due_at, on_call_id=on_call_id)
    return len(late)
