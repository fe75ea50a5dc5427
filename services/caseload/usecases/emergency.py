"""Breaking the glass: one client of another team is read in an emergency; their own team is told and reviews it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.caseload.domain.alert import AlertKind
from services.caseload.domain.break_glass import (
    BreakGlass,
    BreakGlassAttempt,
    BreakGlassUnknown,
    NewBreakGlass,
    NobodyFound,
    NotInAnyTeam,
    OwnClient,
    Review,
    ReviewState,
    Terms,
    TooManyAttempts,
    seconds_to_wait,
)
from services.caseload.domain.rule import RuleCode
from services.caseload.events import BreakGlassOpened
from services.caseload.store import break_glass as store
from services.caseload.usecases import tell
from services.common.audit.purpose import Purpose
from services.common.db import Transaction, require_version
from services.common.errors import AlreadyRecorded
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts, rule_in_force


async def break_glass(tx: Transaction, new: NewBreakGlass) -> BreakGlass:
    """A nurse of another team may read this client for a while, and the client's team is told.

    Raises `NotInAnyTeam`, `TooManyAttempts`, `AlreadyRecorded` or `OwnClient`; and `NobodyFound`, which is to be
    answered and not to be raised further, so that the attempt is kept.
    """
    tx.serves(Purpose.BREAK_GLASS)
    by = tx.actor.employee_id
    if by is None or not await tx.teams():
        raise NotInAnyTeam
    # One after the other, so that many at once are not too many.
    await tx.take_turns(f"break_glass/{by}")
    if await tx.session.get(BreakGlass, new.id) is not None:
        # Before anybody is looked for, so that an id in use tells nothing of them.
        raise AlreadyRecorded
    await _count_attempt(tx, by)
    client = await store.anybodys_client(tx, new.client_id, new.client_lookup)
    if client is None:
        raise NobodyFound
    if client.team_id in await tx.teams():
        raise OwnClient
    terms = Terms(*await amounts(tx, tx.today, RuleCode.BREAK_GLASS_MINUTES, RuleCode.BREAK_GLASS_REVIEW))
    opened = BreakGlass.opened(new, client, terms, by, tx.now)
    await tx.show(client.id)
    try:
        async with tx.refusing({"break_glass_pkey": AlreadyRecorded}):
            tx.add(opened)
    except AlreadyRecorded as error:
        # An id of something out of sight: to say so would tell that the client was found.
        raise NobodyFound from error
    _tell(tx, opened)
    return opened


async def _count_attempt(tx: Transaction, by: UUID) -> None:
    """Raises `TooManyAttempts`."""
    rule = await rule_in_force(tx, RuleCode.BREAK_GLASS_ATTEMPTS, tx.today)
    window = timedelta(hours=rule.per)
    tried = await store.attempts(tx, by, tx.now - window)
    wait = seconds_to_wait(tried, rule.amount, window, tx.now)
    if wait:
        raise TooManyAttempts(wait)
    tx.add(BreakGlassAttempt(employee_id=by, tried_at=tx.now))


def _tell(tx: Transaction, opened: BreakGlass) -> None:
    told = BreakGlassOpened(
        break_glass_id=opened.id,
        client_id=opened.client_id,
        team_id=opened.team_id,
        opened_by=opened.opened_by,
        reason_code=opened.reason_code,
        opened_at=opened.opened_at,
        expires_at=opened.expires_at,
        review_due_at=opened.review_due_at,
    )
    tx.publish(told, about=opened)


async def read_through_broken_glass(tx: Transaction, break_glass_id: UUID) -> None:
    """From here on this request may read the one client. Raises `BreakGlassUnknown` or `BreakGlassExpired`."""
    tx.serves(Purpose.BREAK_GLASS)
    by = tx.actor.employee_id
    opened = await store.opened_by(tx, break_glass_id, by) if by is not None and await tx.teams() else None
    if opened is None:
        raise BreakGlassUnknown
    opened.require_holding(tx.now)
    await tx.show(opened.client_id)


async def list_break_glass(tx: Transaction, request: PageRequest, *, state: ReviewState | None) -> dict[str, Any]:
    return await page(tx, await store.listed(tx, state=state), BreakGlass, request, newest_first=True)


async def read_break_glass(tx: Transaction, break_glass_id: UUID) -> BreakGlass:
    return await tx.get(BreakGlass, break_glass_id)


async def review_break_glass(tx: Transaction, break_glass_id: UUID, review: Review, if_match: int) -> BreakGlass:
    """Another member of the client's team says whether it was right.

    Raises `PreconditionFailed`, `ReviewedByOpener` or `AlreadyReviewed`.
    """
    opened = await tx.get(BreakGlass, break_glass_id, lock=True)
    require_version(opened, if_match)
    opened.review(review, tx.actor.employee_id, tx.now)
    await tell.settle_alerts(tx, AlertKind.BREAK_GLASS_NOT_REVIEWED, opened.id)
    await tx.session.flush()
    return opened
