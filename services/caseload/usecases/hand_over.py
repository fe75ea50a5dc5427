"""Handing a client over for a night or a weekend: drafted, sent by a link and a code, and taken back."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from services.caseload.domain.alert import AlertKind
from services.caseload.domain.client import Client
from services.caseload.domain.handover import Handover, HandoverNote, HandoverStatus, NewHandover, Sending
from services.caseload.domain.one_time_link import HandedOut
from services.caseload.domain.rule import RuleCode
from services.caseload.events import HandoverExpired, HandoverReturned, HandoverSent
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
    sent = HandoverSent(
        handover_id=handover.id,
        client_id=handover.client_id,
        team_id=handover.team_id,
        sent_at=tx.now,
        accept_by=sending.accept_by,
    )
    tx.publish(sent, about=handover)
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
    returned = HandoverReturned(
        handover_id=handover.id,
        client_id=handover.client_id,
        team_id=handover.team_id,
        sent_at=handover.sent_at or tx.now,
        accepted_at=handover.opened_at,
        returned_at=tx.now,
    )
    tx.publish(returned, about=handover)
    await tell.settle_alerts(tx, AlertKind.HANDOVER_NOT_ACCEPTED, handover.id)
    await tx.session.flush()
    return handover


async def expire_handovers(runtime: Runtime) -> None:
    """Warn of what nobody accepted in time, for as long as the process lives; each replica takes what is free."""
    await keep_on("expiry", POLL_SECONDS, partial(drained, partial(expire_some, runtime.database)))


async def expire_some(database: Database) -> int:
    """Let some handovers expire whose deadline has passed, and tell of each in the same commit. How many there were."""
    async with database.transaction(SYSTEM) as tx:
        late = await links.unaccepted(tx, tx.now, most=MOST_AT_ONCE)
        for handover in late:
            handover.expire(tx.now)
            expired = HandoverExpired(
                handover_id=handover.id,
                client_id=handover.client_id,
                team_id=handover.team_id,
                on_call_id=handover.on_call_id,
                sent_at=handover.sent_at or tx.now,
                accept_by=handover.accept_by or tx.now,
                expired_at=tx.now,
            )
            tx.publish(expired, about=handover)
            due_at, on_call_id = handover.accept_by or tx.now, handover.on_call_id
            await tell.raise_alert(tx, AlertKind.HANDOVER_NOT_ACCEPTED, handover, due_at, on_call_id=on_call_id)
    return len(late)
