"""A visit that is planned or moved, with what whoever plans it should know; nothing of it stands against the visit."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from services.common.db import Transaction
from services.common.types import day_in_england
from services.roster.domain.agency_call import TOGETHER, is_missed
from services.roster.domain.visit import Move, NewVisit, Visit
from services.roster.domain.visit_plan import VisitPlan
from services.roster.store import visiting as store
from services.roster.usecases.visit import move_visit, plan_visit


class Warned(StrEnum):
    """Somebody of an agency is with the client then, or is missed who was to be there too; or the client would rather
    see somebody else."""

    AGENCY_IS_THERE = "agency_is_there"
    AGENCY_IS_MISSED = "agency_is_missed"
    NOT_LIKED = "not_liked"


@dataclass(frozen=True)
class Foreseen:
    visit: Visit
    warnings: tuple[Warned, ...]


async def plan_and_foresee(tx: Transaction, new: NewVisit) -> Foreseen:
    """Raises as `plan_visit` does."""
    return await _foresee(tx, await plan_visit(tx, new))


async def move_and_foresee(tx: Transaction, visit_id: UUID, move: Move, if_match: int) -> Foreseen:
    """Raises as `move_visit` does."""
    return await _foresee(tx, await move_visit(tx, visit_id, move, if_match))


async def _foresee(tx: Transaction, visit: Visit) -> Foreseen:
    warned = []
    calls = await store.agency_calls(tx, [visit.client_id], day_in_england(visit.starts_at))
    seen = (call for call in calls if call.beside != TOGETHER)
    if any(call.overlaps(visit.starts_at, visit.ends_at) for call in seen):
        warned.append(Warned.AGENCY_IS_THERE)
    if is_missed(calls, visit.starts_at, visit.ends_at):
        warned.append(Warned.AGENCY_IS_MISSED)
    plan = None if visit.visit_plan_id is None else await tx.get(VisitPlan, visit.visit_plan_id)
    not_liked = plan.wishes.get("not_liked", []) if plan is not None else []
    if {str(one) for one in visit.people()} & set(not_liked):
        warned.append(Warned.NOT_LIKED)
    return Foreseen(visit, tuple(warned))
