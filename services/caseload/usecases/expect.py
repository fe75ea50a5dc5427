"""What the client was told to expect, and plans that outlast it."""

from typing import Any
from uuid import UUID

from services.caseload.domain.care_plan import CarePlan
from services.caseload.domain.expectation import in_plain_words, overrun
from services.caseload.store import expectations, records
from services.common.db import Transaction
from services.common.paging import PageRequest, page


async def client_copy(tx: Transaction, care_plan_id: UUID) -> dict[str, Any]:
    """The plan as the client is given it: their words, what will be done, and about how often and until when."""
    plan = await tx.get(CarePlan, care_plan_id)
    about = {name: getattr(plan, name) for name in ("status", "client_words", "expected_visits", "ends_on")}
    lines = [line.words for line in await records.lines(tx, plan.id)]
    return {"care_plan_id": plan.id, **about, "what_to_expect": in_plain_words(plan, tx.today), "lines": lines}


async def list_overrun_plans(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    """Agreed plans that are over, or took more visits than the client was told to expect."""
    found = await page(tx, await expectations.overrun_plans(tx, team_id=team_id), CarePlan, request)
    visits = await expectations.visits_since_agreed(tx, found["items"])
    return {**found, "items": [overrun(plan, visits.get(plan.id, 0), tx.today) for plan in found["items"]]}
