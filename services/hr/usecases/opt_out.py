"""Opting out of the 48 hours: recorded as it was signed, ended by notice, and told to whoever plans working time."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts
from services.hr.domain.opt_out import NewOptOut, Notice, OptedOutAlready, OptOut
from services.hr.domain.rule import RuleCode
from services.hr.events import OptOutChanged
from services.hr.store import opt_outs, people


async def opt_out(tx: Transaction, new: NewOptOut) -> OptOut:
    """Somebody has agreed in writing to work more than 48 hours a week on average.

    Raises `UnknownEmployee`, `SignedBeforeItCounts`, `EndsBeforeItCounts`, `NoticeOutOfBounds` or `OptedOutAlready`.
    """
    await tx.require_team(new.team_id)
    await people.known(tx, new.employee_id)
    least, most = await amounts(tx, new.signed_on, RuleCode.LEAST_NOTICE, RuleCode.MOST_NOTICE)
    made = OptOut.signed(new, (least, most), tx.actor.subject, tx.now)
    async with tx.refusing({"opted_out_once_a_day": OptedOutAlready}):
        tx.add(made)
    _tell(tx, made)
    return made


async def end_opt_out(tx: Transaction, opt_out_id: UUID, notice: Notice, if_match: int) -> OptOut:
    """It ends when its notice is over, or before.

    Raises `PreconditionFailed`, `NoticeGivenAlready` or `NoticeBeforeItCounts`.
    """
    found: OptOut = await tx.get(OptOut, opt_out_id, lock=True)
    require_version(found, if_match)
    found.end(notice.given_on, tx.now)
    _tell(tx, found)
    await tx.session.flush()
    return found


async def read_opt_out(tx: Transaction, opt_out_id: UUID) -> OptOut:
    found: OptOut = await tx.get(OptOut, opt_out_id)
    return found


async def list_opt_outs(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, employee_id: UUID | None
) -> dict[str, Any]:
    """Newest first, those that ended among them."""
    wanted = await opt_outs.listed(tx, team_id=team_id, employee_id=employee_id)
    return await page(tx, wanted, OptOut, request, newest_first=True)


def _tell(tx: Transaction, found: OptOut) -> None:
    changed = OptOutChanged(
        opt_out_id=found.id,
        team_id=found.team_id,
        employee_id=found.employee_id,
        signed_on=found.signed_on,
        from_on=found.from_on,
        until_on=found.until_on,
    )
    tx.publish(changed, about=found)
