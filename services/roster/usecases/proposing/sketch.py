"""A round plan with where its visits are, for a sketch that shows how they lie to each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.roster.domain.place import PlaceKind
from services.roster.domain.round_plan import RoundPlan
from services.roster.domain.round_question import rounds_of
from services.roster.domain.rounds.travel import Point
from services.roster.store import places, rounds


@dataclass(frozen=True)
class PlacedRound:
    """One person's stops in order, each with where it is if that is known."""

    employee_id: UUID
    begins: Point | None
    stops: Sequence[tuple[dict[str, Any], Point | None]]


async def placed_rounds(tx: Transaction, plan: RoundPlan) -> list[PlacedRound]:
    """Where somebody lives is shown to nobody else: their round then begins at its first visit."""
    visits = await rounds.visits_of(tx, [UUID(one["visit_id"]) for one in plan.stops])
    clients = {visit.client_id for visit in visits.values()}
    tx.concerns(*clients)
    me = [] if tx.actor.employee_id is None else [tx.actor.employee_id]
    known = await places.where_a_day_goes(tx, plan.team_id, clients, me)
    at = {(place.kind, place.subject_id): place.point for place in known}
    base = next((place.point for place in known if place.kind == PlaceKind.BASE), None)
    homes = await places.people_with_homes(tx, plan.team_id)
    placed = []
    for person, stops in rounds_of(plan.stops):
        begins = at.get((PlaceKind.EMPLOYEE_HOME, person)) if person in homes else base
        found = [(one, _of(at, visits.get(UUID(one["visit_id"])))) for one in stops]
        placed.append(PlacedRound(person, begins, found))
    return placed


def _of(at: dict[tuple[str, UUID], Point], visit: Any) -> Point | None:
    return None if visit is None else at.get((PlaceKind.CLIENT, visit.client_id))
