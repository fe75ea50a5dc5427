"""Whom the team reaches: the equity report, the patches it serves, and how the caseload compares with them."""

from datetime import date
from typing import Any
from uuid import UUID

from services.caseload.domain.patch import Comparison, NewPatch, Patch, PatchDetails, compare
from services.caseload.domain.reach import DEFINITION, AgeBands, reached
from services.caseload.domain.rule import RuleCode
from services.caseload.store import around, reaching
from services.caseload.usecases.settled import quarter_told
from services.common.db import Transaction
from services.common.figures import standing_day
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts, smallest_cell


async def equity_figures(tx: Transaction, team_id: UUID, as_of: date | None) -> dict[str, Any]:
    """Who was referred in a quarter, who was offered care, who took it and how long they waited, by area and group.

    Outside the team what stands on few is hidden, and the quarter is closed: what came later is not counted. Raises
    `NotFound` or `QuarterNotOver`.
    """
    await tx.require_team(team_id)
    told = await quarter_told(tx, as_of)
    found = await reaching.referred(tx, team_id, told.first, told.last, told.until)
    items = reached(found, await smallest_cell(tx), await age_bands(tx, told.last))
    return {"team_id": team_id, "quarter_on": told.first, "definition": DEFINITION, "items": items}


async def age_bands(tx: Transaction, day: date) -> AgeBands:
    """The bands by which ages are told on a day. Raises `NoRuleInForce`."""
    codes = RuleCode.AGE_BAND_SECOND, RuleCode.AGE_BAND_THIRD, RuleCode.AGE_BAND_FOURTH
    return AgeBands(tuple(await amounts(tx, day, *codes)))


async def draw_patch(tx: Transaction, new: NewPatch) -> Patch:
    """Write down which streets the team serves, and who lives there. Raises `NotFound`."""
    await tx.require_team(new.team_id)
    patch = Patch.drawn(new, tx.actor.employee_id, tx.now)
    tx.add(patch)
    await tx.session.flush()
    return patch


async def list_patches(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    """The patches of the caller's teams."""
    return await page(tx, await around.listed(tx, Patch, team_id=team_id), Patch, request)


async def read_patch(tx: Transaction, patch_id: UUID) -> Patch:
    return await tx.get(Patch, patch_id)


async def change_patch(tx: Transaction, patch_id: UUID, details: PatchDetails, if_match: int) -> Patch:
    """Write anew what a patch is, after the next count say."""
    patch = await around.for_change(tx, Patch, patch_id, if_match)
    patch.change(details, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return patch


async def compare_with_patches(tx: Transaction, team_id: UUID, as_of: date | None) -> Comparison:
    """The caseload beside the people of its patches, as data and as a chart.

    Outside the team few are hidden, and it is told as it stood at a month's end. Raises `NotFound` or `NotAMonthsEnd`.
    """
    await tx.require_team(team_id)
    inside = tx.actor.is_team_bound
    day = standing_day(as_of, tx.today, outside=not inside)
    found = await reaching.residents(tx, team_id, day)
    if inside:
        tx.concerns(*(one.client_id for one in found))
    bands = await age_bands(tx, day)
    return compare(await reaching.patches(tx, team_id), found, day, await smallest_cell(tx), bands)
