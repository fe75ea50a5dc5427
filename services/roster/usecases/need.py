"""Visit needs: what has to be done at somebody's home, with the visit at which it could be and whom to ask."""

from datetime import date
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.paging import PageRequest, page
from services.common.projections import keep_newest
from services.roster.domain.visit_need import AT_HOME, VisitNeed
from services.roster.store import needs


async def remember_need(
    tx: Transaction, *, test_id: UUID, team_id: UUID, client_id: UUID, kind: str, take_by: date, closed_on: date | None
) -> None:
    """Keep what caseload last told of a test that is to be taken at home."""
    if kind in AT_HOME:
        about = {"team_id": team_id, "client_id": client_id, "kind": kind, "by_on": take_by, "closed_on": closed_on}
        await keep_newest(tx, VisitNeed, {"id": test_id, "changed_at": tx.now, **about})


async def list_visit_needs(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, is_open: bool | None
) -> dict[str, Any]:
    """Each with what is proposed: the next planned visit by that day, and where there is none the named nurse."""
    found = await page(tx, await needs.listed(tx, team_id=team_id, is_open=is_open), VisitNeed, request)
    return {**found, "items": await _proposed(tx, found["items"])}


async def read_visit_need(tx: Transaction, visit_need_id: UUID) -> Any:
    (one,) = await _proposed(tx, [await tx.get(VisitNeed, visit_need_id)])
    return one


async def _proposed(tx: Transaction, wanted: list[VisitNeed]) -> list[dict[str, Any]]:
    """The team decides and plans; what is proposed is a suggestion with its reason (mission rule 2)."""
    visits = await needs.visits_before(tx, wanted)
    nurses = await needs.named_nurses(tx, [one.client_id for one in wanted])
    return [
        {
            **one.model_dump(),
            "at_visit_id": visits.get(one.id),
            "ask_employee_id": None if one.id in visits else nurses.get((one.team_id, one.client_id)),
        }
        for one in wanted
    ]
