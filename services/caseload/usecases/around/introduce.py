"""The village: its assets, kept up to date by the team, and the clients who are brought together with them."""

from datetime import date
from typing import Any
from uuid import UUID

from services.caseload.domain.asset import Asset, AssetClosing, AssetDetails, AssetKind, Confirmation, NewAsset
from services.caseload.domain.client import Client
from services.caseload.domain.due import Due
from services.caseload.domain.introduction import (
    FOLLOWED_UP,
    Accepted,
    FollowUp,
    Introduction,
    IntroductionStatus,
    NewIntroduction,
    Started,
    follow_up_cells,
)
from services.caseload.domain.rule import RuleCode
from services.caseload.events import IntroductionChanged
from services.caseload.store import around, figures
from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.figures import hidden, require_period
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts, require_fixed_period, smallest_cell


async def write_down_asset(tx: Transaction, new: NewAsset) -> Asset:
    """One more entry of the directory. Raises `NotFound` for a team that is not the caller's."""
    await tx.require_team(new.team_id)
    (days,) = await amounts(tx, tx.today, RuleCode.ASSET_CONFIRM)
    asset = Asset.written_down(new, days, tx.actor.employee_id, tx.now)
    tx.add(asset)
    await tx.session.flush()
    return asset


async def list_assets(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, kind: AssetKind | None, due: Due | None
) -> dict[str, Any]:
    """The directory, or what of it is to be confirmed."""
    return await page(tx, await around.listed(tx, Asset, team_id=team_id, kind=kind, due=due), Asset, request)


async def read_asset(tx: Transaction, asset_id: UUID) -> Asset:
    return await tx.get(Asset, asset_id)


async def change_asset(tx: Transaction, asset_id: UUID, details: AssetDetails, if_match: int) -> Asset:
    """Write anew what it is. Raises `AssetAlreadyClosed`."""
    asset = await around.for_change(tx, Asset, asset_id, if_match)
    asset.change(details, tx.now)
    await tx.session.flush()
    return asset


async def confirm_asset(tx: Transaction, asset_id: UUID, confirmation: Confirmation, if_match: int) -> Asset:
    """It is still as it is written down. Raises `AssetAlreadyClosed` or `StepBeforeTheLast`."""
    asset = await around.for_change(tx, Asset, asset_id, if_match)
    (days,) = await amounts(tx, tx.today, RuleCode.ASSET_CONFIRM)
    asset.confirm(confirmation, days, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return asset


async def close_asset(tx: Transaction, asset_id: UUID, closing: AssetClosing, if_match: int) -> Asset:
    """There is no such thing any more. Raises `AssetAlreadyClosed`."""
    asset = await around.for_change(tx, Asset, asset_id, if_match)
    asset.close(closing, tx.now)
    await tx.session.flush()
    return asset


async def introduce(tx: Transaction, new: NewIntroduction) -> Introduction:
    """Offer a client to be brought together with an asset of their team's directory. Raises `AssetAlreadyClosed`."""
    client, asset = await tx.get(Client, new.client_id), await tx.get(Asset, new.asset_id)
    if asset.team_id != client.team_id:
        raise NotFound("asset")
    introduction = Introduction.offered(new, client, asset, await _follow_up_days(tx), tx.actor.employee_id, tx.now)
    tx.add(introduction)
    await tx.session.flush()
    return introduction


async def list_introductions(
    tx: Transaction,
    request: PageRequest,
    *,
    client_id: UUID | None,
    asset_id: UUID | None,
    status: IntroductionStatus | None,
    due: Due | None,
) -> dict[str, Any]:
    """The introductions of a client or to an asset, or those to be followed up."""
    wanted = await around.listed(tx, Introduction, client_id=client_id, asset_id=asset_id, status=status, due=due)
    return await page(tx, wanted, Introduction, request)


async def read_introduction(tx: Transaction, introduction_id: UUID) -> Introduction:
    return await tx.get(Introduction, introduction_id)


async def accept_introduction(
    tx: Transaction, introduction_id: UUID, accepted: Accepted, if_match: int
) -> Introduction:
    """The client would like to. Raises `IntroductionOutOfStep` or `StepBeforeTheLast`."""
    introduction = await around.for_change(tx, Introduction, introduction_id, if_match)
    introduction.accept(accepted, tx.now)
    await _tell(tx, introduction)
    return introduction


async def start_introduction(tx: Transaction, introduction_id: UUID, started: Started, if_match: int) -> Introduction:
    """The client went for the first time. Raises `IntroductionOutOfStep` or `StepBeforeTheLast`."""
    introduction = await around.for_change(tx, Introduction, introduction_id, if_match)
    introduction.start(started, await _follow_up_days(tx), tx.now)
    await _tell(tx, introduction)
    return introduction


async def follow_up_introduction(
    tx: Transaction, introduction_id: UUID, follow_up: FollowUp, if_match: int
) -> Introduction:
    """Still going, or why not. Raises `IntroductionOutOfStep`, `NotStartedYet`, `TooSoonToSay`, `StepBeforeTheLast`."""
    introduction = await around.for_change(tx, Introduction, introduction_id, if_match)
    introduction.follow_up(follow_up, tx.now)
    await _tell(tx, introduction)
    return introduction


async def introduction_figures(tx: Transaction, team_id: UUID, first: date, last: date) -> dict[str, Any]:
    """Of the introductions followed up in the period, the share still going, and why the others are not.

    Outside the team few are hidden. Raises `PeriodReversed` or `NotAWholeMonth`.
    """
    await tx.require_team(team_id)
    require_period(first, last)
    require_fixed_period(tx, first, last)
    cells = follow_up_cells([tuple(row) for row in await figures.follow_ups(tx, team_id, first, last)])
    away = hidden(cells, FOLLOWED_UP, await smallest_cell(tx))
    told = {name: None if name in away else cell.amount for name, cell in cells.items()}
    every, going = told["followed_up"], told["still_going"]
    return {
        "followed_up": every,
        "still_going": going,
        "still_going_share": round(going / every, 4) if every and going is not None else None,
        "why_not": {name.partition(".")[2]: count for name, count in told.items() if "." in name},
    }


async def _tell(tx: Transaction, introduction: Introduction) -> None:
    """What a client did not want is for nobody else to hear of."""
    await tx.session.flush()
    if introduction.accepted_on is None:
        return
    changed = IntroductionChanged(
        introduction_id=introduction.id,
        client_id=introduction.client_id,
        team_id=introduction.team_id,
        status=introduction.status,
        accepted_on=introduction.accepted_on,
        introduced_by=introduction.introduced_by,
    )
    tx.publish(changed, about=introduction)


async def _follow_up_days(tx: Transaction) -> int:
    (days,) = await amounts(tx, tx.today, RuleCode.INTRODUCTION_FOLLOW_UP)
    return days
