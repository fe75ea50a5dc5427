"""Sharing a summary: what a client agrees to show to one professional elsewhere (mission row 1.27)."""

from typing import Any
from uuid import UUID

from services.caseload.domain.client import Client
from services.caseload.domain.one_time_link import HandedOut
from services.caseload.domain.rule import RuleCode
from services.caseload.domain.summary_share import NewSummaryShare, SummaryShare
from services.caseload.store import links
from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts


async def share_summary(tx: Transaction, new: NewSummaryShare) -> tuple[SummaryShare, HandedOut]:
    """Make a link to a client's summary, for the days that the rule `summary_share.days` gives; it is told once."""
    client = await tx.get(Client, new.client_id)
    (days,) = await amounts(tx, tx.today, RuleCode.SUMMARY_DAYS)
    share = SummaryShare.offered(new, client, days, tx.actor.employee_id, tx.now)
    handed_out = share.hand_out()
    tx.add(share)
    await tx.session.flush()
    return share, handed_out


async def list_summary_shares(tx: Transaction, request: PageRequest, *, client_id: UUID | None) -> dict[str, Any]:
    wanted = await links.summary_shares(tx, client_id=client_id)
    return await page(tx, wanted, SummaryShare, request, newest_first=True)


async def read_summary_share(tx: Transaction, summary_share_id: UUID) -> SummaryShare:
    return await tx.get(SummaryShare, summary_share_id)


async def withdraw_summary_share(tx: Transaction, summary_share_id: UUID, if_match: int) -> SummaryShare:
    """The link opens nothing more. Raises `PreconditionFailed` or `SummaryShareEnded`."""
    share = await tx.get(SummaryShare, summary_share_id, lock=True)
    require_version(share, if_match)
    share.withdraw(tx.now)
    await tx.session.flush()
    return share
