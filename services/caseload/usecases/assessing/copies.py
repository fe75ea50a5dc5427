"""The client's own copy of the plan: printed, or opened by a link, by them or by a carer whom they let see it."""

from typing import Any
from uuid import UUID

from services.caseload.domain.care_plan import CarePlan
from services.caseload.domain.carer import Carer
from services.caseload.domain.client import Client
from services.caseload.domain.one_time_link import HandedOut
from services.caseload.domain.plan_copy import (
    CarerOfAnotherClient,
    NewPlanCopyShare,
    NoPlanToShow,
    PlanCopy,
    PlanCopyShare,
)
from services.caseload.domain.rule import RuleCode
from services.caseload.store import around
from services.caseload.store import plan_copies as store
from services.common.db import Transaction
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts


async def print_care_plan(tx: Transaction, care_plan_id: UUID) -> PlanCopy:
    """What the client's copy of this plan says."""
    return await store.copy_of(tx, await tx.get(CarePlan, care_plan_id), tx.now)


async def share_plan_copy(tx: Transaction, new: NewPlanCopyShare) -> tuple[PlanCopyShare, HandedOut]:
    """Make a link to a client's plan, for the days that the rule `plan_copy_share.days` gives; it is told once.

    Raises `ConsentOfClientNeeded`, `CarerOfAnotherClient` or `NoPlanToShow`.
    """
    client = await tx.get(Client, new.client_id)
    if new.carer_id is not None and (await tx.get(Carer, new.carer_id)).client_id != client.id:
        raise CarerOfAnotherClient
    if await store.plan_in_force(tx, client.id) is None:
        raise NoPlanToShow
    (days,) = await amounts(tx, tx.today, RuleCode.PLAN_COPY_DAYS)
    share = PlanCopyShare.offered(new, client, days, tx.actor.employee_id, tx.now)
    handed_out = share.hand_out()
    tx.add(share)
    await tx.session.flush()
    return share, handed_out


async def list_plan_copy_shares(tx: Transaction, request: PageRequest, *, client_id: UUID | None) -> dict[str, Any]:
    """Who was given a link to the plan of a client, newest first."""
    wanted = await around.listed(tx, PlanCopyShare, client_id=client_id)
    return await page(tx, wanted, PlanCopyShare, request, newest_first=True)


async def read_plan_copy_share(tx: Transaction, plan_copy_share_id: UUID) -> PlanCopyShare:
    return await tx.get(PlanCopyShare, plan_copy_share_id)


async def withdraw_plan_copy_share(tx: Transaction, plan_copy_share_id: UUID, if_match: int) -> PlanCopyShare:
    """The link opens nothing more. Raises `PreconditionFailed` or `PlanCopyShareEnded`."""
    share = await around.for_change(tx, PlanCopyShare, plan_copy_share_id, if_match)
    share.withdraw(tx.now)
    await tx.session.flush()
    return share
