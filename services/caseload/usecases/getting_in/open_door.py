"""Anyone can refer, with no account: a link is given to a person or a place, and the form behind it asks consent."""

from typing import Any
from uuid import UUID

from services.caseload.domain.client import Client
from services.caseload.domain.one_time_link import new_link
from services.caseload.domain.referral import Referral
from services.caseload.domain.referral_link import (
    SHOWN_AT,
    ConsentNeeded,
    LinkKind,
    NewReferralLink,
    OpenReferral,
    ReceiptUnknown,
    ReferralLink,
    ShownReceipt,
)
from services.caseload.domain.rule import RuleCode
from services.caseload.store import links
from services.caseload.usecases.by_link import found_by
from services.caseload.usecases.getting_in.refer import keep_referral
from services.common.db import Transaction, require_version
from services.common.errors import NotFound
from services.common.membership import members
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts


async def give_referral_link(tx: Transaction, new: NewReferralLink) -> tuple[ReferralLink, str]:
    """Give somebody a link to refer by; its secret is told now and never again.

    Raises `NotFound` or `NotAWayBack`.
    """
    await tx.require_team(new.team_id)
    if not await members(tx, new.team_id, tx.today):
        raise NotFound("team")
    (days,) = await amounts(tx, tx.today, new.term)
    most_uses = 1
    if new.kind is LinkKind.PLACE:
        (most_uses,) = await amounts(tx, tx.today, RuleCode.LINK_PLACE_USES)
    secret = new_link()
    link = ReferralLink.given(new, secret, days, most_uses, tx.actor.employee_id, tx.now)
    if new.client_id is not None:
        await _require_way_back(tx, link, new.client_id)
    tx.add(link)
    await tx.session.flush()
    return link, secret


async def _require_way_back(tx: Transaction, link: ReferralLink, client_id: UUID) -> None:
    """Only the team knows its clients. Raises `NotFound` or `NotAWayBack`."""
    if not tx.actor.is_team_bound:
        raise NotFound("client")
    link.require_way_back_of(await tx.get(Client, client_id))


async def list_referral_links(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await links.referral_links(tx, team_id=team_id), ReferralLink, request)


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
    """Whether the link is open, before a form is filled in. Raises `LinkUnknown` or `LinkEnded`."""
    link = await _of_secret(tx, secret)
    link.require_open(tx.now)
    return link


async def refer_by_link(tx: Transaction, new: OpenReferral) -> Referral:
    """Somebody with no account refers a person, who agrees. The same form sent again refers nobody twice.

    Raises `LinkUnknown`, `ConsentNeeded` or `LinkEnded`.
    """
    link = await _of_secret(tx, new.secret)
    if not new.person_agrees:
        raise ConsentNeeded
    sent = await links.referred(tx, link, new.id)
    if sent is not None:
        return sent
    referral = await keep_referral(tx, link.refer(new, tx.now))
    await tx.session.flush()
    return referral


async def look_at_referral(tx: Transaction, shown: ShownReceipt) -> Referral:
    """What became of what somebody referred. Raises `LinkUnknown`, `LinkEnded` or `ReceiptUnknown`."""
    link = await _of_secret(tx, shown.secret)
    link.require_told()
    referral = await links.referred(tx, link, shown.receipt_id)
    if referral is None:
        raise ReceiptUnknown
    return referral


async def _of_secret(tx: Transaction, secret: str) -> ReferralLink:
    link: ReferralLink = await found_by(tx, ReferralLink, secret, field=SHOWN_AT)
    return link
