"""The day sheet that a care agency looks at by a link: shared by a nurse, shown as far as the client agreed."""

from typing import Any
from uuid import UUID

from services.caseload.domain.day_sheet import (
    AgencyCameNoMore,
    DayNotOnTheSheet,
    DaySheet,
    DaySheetShare,
    NewDaySheetShare,
    ShownDaySheet,
    days_of,
    sheet_of,
)
from services.caseload.domain.one_time_link import LinkUnknown, new_link
from services.caseload.domain.other_care import OtherCare
from services.caseload.domain.referral_link import SHOWN_AT
from services.caseload.domain.rule import RuleCode
from services.caseload.store import around
from services.caseload.store import day_sheets as store
from services.caseload.usecases.by_link import found_by
from services.common.db import Transaction
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts


async def share_day_sheet(tx: Transaction, new: NewDaySheetShare) -> tuple[DaySheetShare, str]:
    """Make a link for an agency, for the days that the rule `day_sheet_share.days` gives; its secret is told once.

    Raises `NotFound` or `AgencyCameNoMore`.
    """
    care = await tx.get(OtherCare, new.other_care_id)
    has_ended = care.until_on is not None and care.until_on < tx.today
    if has_ended or await store.episode_with_team(tx, care.client_id, care.team_id) is None:
        raise AgencyCameNoMore
    (days,) = await amounts(tx, tx.today, RuleCode.DAY_SHEET_SHARE_DAYS)
    secret = new_link()
    share = DaySheetShare.offered(new, care, secret, days, tx.actor.employee_id, tx.now)
    tx.add(share)
    await tx.session.flush()
    return share, secret


async def list_day_sheet_shares(tx: Transaction, request: PageRequest, *, client_id: UUID | None) -> dict[str, Any]:
    """Which agencies were given a link, newest first."""
    wanted = await around.listed(tx, DaySheetShare, client_id=client_id)
    return await page(tx, wanted, DaySheetShare, request, newest_first=True)


async def read_day_sheet_share(tx: Transaction, day_sheet_share_id: UUID) -> DaySheetShare:
    return await tx.get(DaySheetShare, day_sheet_share_id)


async def withdraw_day_sheet_share(tx: Transaction, day_sheet_share_id: UUID, if_match: int) -> DaySheetShare:
    """The link opens nothing from now on. Raises `PreconditionFailed` or `DaySheetShareEnded`."""
    share = await around.for_change(tx, DaySheetShare, day_sheet_share_id, if_match)
    share.withdraw(tx.now)
    await tx.session.flush()
    return share


async def look_at_day_sheet(tx: Transaction, shown: ShownDaySheet) -> DaySheet:
    """One day as the agency may see it. Nothing is kept of it between two looks, so what is withdrawn is gone at once.

    Raises `DayNotOnTheSheet`, and `LinkUnknown` whatever the reason is why nothing is shown: whether somebody is in
    care, and whose, is told to nobody whose link is over.
    """
    share: DaySheetShare = await found_by(tx, DaySheetShare, shown.secret, field=SHOWN_AT)
    if not share.is_open(tx.now):
        raise LinkUnknown(SHOWN_AT)
    await tx.show(share.client_id)
    episode = await store.episode_with_team(tx, share.client_id, share.team_id)
    arranged = await store.care_by(tx, share, tx.today)
    if episode is None or not arranged:
        raise LinkUnknown(SHOWN_AT)
    (days_ahead,) = await amounts(tx, tx.today, RuleCode.DAY_SHEET_AHEAD)
    days = days_of(arranged, tx.today, days_ahead)
    on = shown.on or days[0]
    if not days[0] <= on <= days[1]:
        raise DayNotOnTheSheet(*days)
    return sheet_of(share, episode, arranged, await store.visits_of_day(tx, share, on), on, days)
