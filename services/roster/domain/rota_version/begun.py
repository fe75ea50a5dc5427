"""What of a rota has begun: it is worked, and nobody plans it any more."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from services.common.errors import Conflict
from services.roster.domain.rota.problem import Problem, Roster
from services.roster.domain.rota.slots import slots
from services.roster.domain.rota_version.duty import RotaDuty, instant


class DutyHasBegun(Conflict):
    """What has begun stays as it was planned, and nobody is given a duty that began before they knew."""

    field = "/body/duties"
    way_out = "Leave out what has begun. What was worked otherwise is corrected with the hours, not in the rota."

    def __init__(self, field: str = field) -> None:
        super().__init__("A duty that would change has begun.", field=field)


def require_ahead(before: Iterable[RotaDuty], after: Iterable[RotaDuty], now: datetime) -> None:
    """Between two versions only duties change that begin after now. Raises `DutyHasBegun`."""
    if _begun(before, now) != _begun(after, now):
        raise DutyHasBegun


def _begun(duties: Iterable[RotaDuty], now: datetime) -> set[tuple[UUID, date, str]]:
    return {(duty.employee_id, duty.day_on, duty.code) for duty in duties if duty.starts_at <= now}


def has_begun(known: Problem, roster: Roster, who: int, day: int, now: datetime) -> bool:
    code = roster[who][day]
    slot = None if code is None else slots(known).get((day, code))
    return slot is not None and instant(slot.starts_at) <= now


def _is_away(known: Problem, who: int, day: int, code: str | None) -> bool:
    member = known.members[who]
    return code is not None and (day in member.leave or (day, code) in member.cannot)


def held(known: Problem, roster: Roster, day: int, now: datetime) -> Problem:
    """On this day what has begun is pinned, and nobody is given anything that has; pins give way to leave."""
    mine = [has_begun(known, roster, who, day, now) for who in range(len(known.members))]
    pins = tuple((who, day, roster[who][day]) for who, is_mine in enumerate(mine) if is_mine)
    others = tuple(pin for pin in known.fixed if not (pin[1] == day and mine[pin[0]] or _is_away(known, *pin)))
    gone = frozenset(at for at, slot in slots(known).items() if at[0] == day and instant(slot.starts_at) <= now)
    members = tuple(
        one if is_mine else replace(one, cannot=one.cannot | gone)
        for one, is_mine in zip(known.members, mine, strict=True)
    )
    return replace(known, members=members, fixed=(*others, *pins))
