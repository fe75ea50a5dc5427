"""Hand-on: the clients of somebody who leaves the team, each of whom needs a new named nurse or deputy."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.roster.domain.ability import Ability, may_make
from services.roster.domain.base import Channel
from services.roster.domain.capacity import Member
from services.roster.domain.known import Contract
from services.roster.domain.visit_plan import VisitPlan


@dataclass(frozen=True)
class Named:
    """Who is named nurse and deputy of a client in care."""

    client_id: UUID
    named_nurse_id: UUID
    deputy_id: UUID


@dataclass(frozen=True)
class HandOn:
    """A client who loses their named nurse, or deputy, after this day; it is done once somebody else is named.

    `able_ids` are those who stay and may make all visits that the client's standing plans ask for, as of today.
    """

    client_id: UUID
    leaver_id: UUID
    as_named_nurse: bool
    leaves_on: date
    able_ids: tuple[UUID, ...]


def leavers(members: Iterable[Member], contracts: Iterable[Contract], until: date) -> dict[UUID, date]:
    """Who leaves by this day, and when: the end of the membership, or of the contract, whichever comes first.

    Of several of one person the last counts; without any contract the membership alone does.
    """
    last_in_team = _last((one.employee_id, one.until_on) for one in members)
    last_by_contract = _last((one.employee_id, one.until_on) for one in contracts)
    ends = {who: min(day, last_by_contract.get(who, date.max)) for who, day in last_in_team.items()}
    return {who: day for who, day in ends.items() if day <= until}


def _last(known: Iterable[tuple[UUID, date | None]]) -> dict[UUID, date]:
    found: dict[UUID, date] = {}
    for who, until_on in known:
        found[who] = max(found.get(who, date.min), until_on or date.max)
    return found


def to_hand_on(
    named: Sequence[Named], leaving: Mapping[UUID, date], plans: Iterable[VisitPlan], staying: Mapping[UUID, Ability]
) -> list[HandOn]:
    """Soonest first, named nurses before deputies."""
    by_client: dict[UUID, list[VisitPlan]] = {}
    for plan in plans:
        by_client.setdefault(plan.client_id, []).append(plan)
    found = [
        HandOn(one.client_id, who, as_named_nurse, leaving[who], _able(by_client.get(one.client_id, ()), staying))
        for one in named
        for who, as_named_nurse in ((one.named_nurse_id, True), (one.deputy_id, False))
        if who in leaving
    ]
    return sorted(found, key=lambda one: (one.leaves_on, one.leaver_id, not one.as_named_nurse, one.client_id))


def _able(plans: Iterable[VisitPlan], staying: Mapping[UUID, Ability]) -> tuple[UUID, ...]:
    asked = [(plan.needed, plan.channel == Channel.IN_PERSON and not plan.needs_two) for plan in plans]
    return tuple(
        sorted(who for who, able in staying.items() if all(may_make(able, needed, alone=one) for needed, one in asked))
    )
