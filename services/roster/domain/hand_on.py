"""Hand-on: the clients of somebody who leaves the team, each of whom needs a new named nurse or deputy."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.roster.domain.capacity import Member
from services.roster.domain.known import Contract


@dataclass(frozen=True)
class Named:
    """Who is named nurse and deputy of a client in care."""

    client_id: UUID
    named_nurse_id: UUID
    deputy_id: UUID


@dataclass(frozen=True)
class HandOn:
    """A client who loses their named nurse, or deputy, after this day; it is done once somebody else is named."""

    client_id: UUID
    leaver_id: UUID
    as_named_nurse: bool
    leaves_on: date


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


def to_hand_on(named: Sequence[Named], leaving: dict[UUID, date]) -> list[HandOn]:
    """Soonest first, named nurses before deputies."""
    found = [
        HandOn(one.client_id, who, as_named_nurse, leaving[who])
        for one in named
        for who, as_named_nurse in ((one.named_nurse_id, True), (one.deputy_id, False))
        if who in leaving
    ]
    return sorted(found, key=lambda one: (one.leaves_on, one.leaver_id, not one.as_named_nurse, one.client_id))
