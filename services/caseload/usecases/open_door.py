"""Anyone can refer, with no account: a link is given to a person or a place, and the form behind it asks consent."""

import secrets
from typing import Any
from uuid import UUID

from services.caseload.domain.referral import Referral
from services.caseload.domain.referral_link import (
    ConsentNeeded,
    LinkKind,
    NewReferralLink,
    NoSuchReferralLink,
    OpenReferral,
    ReferralLink,
)
from services.caseload.domain.rule import RuleCode
from services.caseload.store import referral_links as store
from services.caseload.usecases.refer import keep_referral
from services.common.db import Transaction, require_version
from services.common.errors import AlreadyRecorded, NotFound
from services.common.membership import members
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts

SECRET_BYTES = 32


async def give_referral_link(tx: Transaction, new: NewReferralLink) -> tuple[ReferralLink, str]:
    """Give somebody a link to refer by; its secret is told now and never again. Raises `NotFound`."""
    await tx.require_team(new.team_id)
    if not await members(tx, new.team_id, tx.today):
        raise NotFound("team")
    (days,) = await amounts(tx, tx.today, new.term)
    most_uses = 1
    if new.kind is LinkKind.PLACE:
        (most_uses,) = await amounts(tx, tx.today, RuleCode.LINK_PLACE_USES)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    link = ReferralLink.given(new, secret, days, most_uses, tx.actor.employee_id, tx.now)
    tx.add(link)
    await tx.session.flush()
    return link, secret


async def list_referral_links(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await store.listed(tx, team_id=team_id), ReferralLink, request)


async def read_referral_link(tx: Transaction, referral_link_id: UUID) -> ReferralLink:
    return await tx.get(ReferralLink, referral_link_id)


async def withdraw_referral_link(tx: Transaction, referral_link_id: UUID, if_match: int) -> ReferralLink:
    """Nobody refers by it any more. Raises `ReferralLinkAlreadyClosed`."""
    link = await tx.get(ReferralLink, referral_link_id, lock=True)
    require_version(link, if_match)
    link.withdraw(tx.now)
    await tx.session.flush()
    return link


async def look_at_link(tx: Transaction, secret: str) -> ReferralLink:
    """Whether the link is open, before a form is filled in. Raises `NoSuchReferralLink` or `ReferralLinkClosed`."""
    link = await _of_secret(tx, secret)
    link.require_open(tx.now)
    return link


async def refer_by_link(tx: Transaction, new: OpenReferral) -> Referral:
    """Somebody with no account refers a person, who agrees. The same form sent again refers nobody twice.

    Raises `NoSuchReferralLink`, `ConsentNeeded`, `AlreadyRecorded` or `ReferralLinkClosed`.
    """
    link = await _of_secret(tx, new.secret)
    if not new.person_agrees:
        raise ConsentNeeded
    sent = await tx.session.get(Referral, new.id)
    if sent is not None and sent.referral_link_id == link.id:
        return sent
    if sent is not None:
        raise AlreadyRecorded
    referral = await keep_referral(tx, link.refer(new, tx.now))
    await tx.session.flush()
    return referral


async def _of_secret(tx: Transaction, secret: str) -> ReferralLink:
    link = await store.of_secret(tx, secret)
    if link is None:
        raise NoSuchReferralLink
    return link
