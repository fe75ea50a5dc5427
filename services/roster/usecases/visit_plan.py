"""Visit plans: the named nurse says how often a client is visited."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.paging import PageRequest, page
from services.roster.domain.visit_plan import NewVisitPlan, NotTheNamedNurse, VisitPlan
from services.roster.store import facts
from services.roster.store.of_team import of_team


async def set_visit_plan(tx: Transaction, new: NewVisitPlan) -> VisitPlan:
    """The named nurse, or the deputy, sets how a client is visited.

    Raises `NotFound`, `UnknownClient`, `NotTheNamedNurse` or `ClientNotInCare`.
    """
    await tx.require_team(new.team_id)
    if tx.actor.employee_id not in await facts.care_team(tx, new.team_id, new.client_id):
        raise NotTheNamedNurse
    await tx.take_turns(new.client_id)
    await facts.require_in_care(tx, new.team_id, new.client_id)
    plan = VisitPlan.made(new, tx.actor.employee_id, tx.now)
    tx.add(plan)
    return plan


async def list_visit_plans(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await of_team(tx, VisitPlan, team_id), VisitPlan, request)
