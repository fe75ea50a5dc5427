"""What was driven: from base or home to each visit that was made in person, and back, as it was fixed then."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.types import day_in_england
from services.roster.domain.period import Period
from services.roster.domain.rounds.travel import TravelSource
from services.roster.domain.visit import Visit
from services.roster.domain.way import DrivenLeg
from services.roster.store import driving, rounds

METRES_OF_A_MILE = 1609.344
# Of fewer, what one colleague drove, and by that where they live, could be worked out by whoever knows their own.
FEWEST_OTHERS = 3


class Untold(StrEnum):
    """Why there is no total of the team."""

    NOT_WHOLE_MONTHS = "not_whole_months"
    TOO_FEW_PEOPLE = "too_few_people"


async def mileage(tx: Transaction, *, team_id: UUID, from_on: date, to_on: date) -> dict[str, Any]:
    """The caller's own, day by day, and the team's total: nobody reads what a colleague drove.

    The total is told of whole months that are over, in each of which at least three others drove.

    Raises `NotFound` or `PeriodNotUsable`.
    """
    period = Period.between(from_on, to_on)
    await tx.require_team(team_id)
    made = await rounds.made_in_person(tx, team_id, period)
    days = _by_person_and_day(made)
    legs = await driving.of_visits(tx, team_id, made)
    told = {key: _of_day(key[0], visits, legs) for key, visits in sorted(days.items(), key=lambda one: one[0][1])}
    mine = [{"on": day, **of_day} for (person, day), of_day in told.items() if person == tx.actor.employee_id]
    untold = _why_untold(period, tx.today, days.keys(), tx.actor.employee_id)
    team = None if untold else _total(told.values())
    return {"mine": mine, "team": team, "team_untold": untold, "travel_source": _source(legs.values())}


def _why_untold(period: Period, today: date, driven: Collection[tuple[UUID, date]], me: UUID | None) -> Untold | None:
    months = {(day.year, day.month) for day in period.days()}
    is_whole = period.from_on.day == 1 and (period.to_on + timedelta(days=1)).day == 1
    if not is_whole or period.to_on >= today:
        return Untold.NOT_WHOLE_MONTHS
    others = [{who for who, day in driven if (day.year, day.month) == month} - {me} for month in months]
    return None if all(len(one) >= FEWEST_OTHERS for one in others) else Untold.TOO_FEW_PEOPLE


def _by_person_and_day(made: Sequence[Visit]) -> dict[tuple[UUID, date], list[Visit]]:
    days: dict[tuple[UUID, date], list[Visit]] = {}
    for visit in made:
        for person in visit.people():
            days.setdefault((person, day_in_england(visit.starts_at)), []).append(visit)
    return days


def _of_day(person: UUID, visits: Sequence[Visit], legs: Mapping[tuple[UUID, UUID], DrivenLeg]) -> dict[str, Any]:
    """To each visit, and back from the last. A way from or to a place that was not known has no miles."""
    of_each = [legs.get((visit.id, person)) for visit in visits]
    ways = [None if leg is None else leg.there for leg in of_each]
    ways.append(None if of_each[-1] is None else of_each[-1].back)
    known = [way for way in ways if way is not None and way.metres is not None]
    return {
        "visits": len(visits),
        "minutes": sum(way.minutes or 0 for way in known),
        "miles": round(sum(way.metres or 0 for way in known) / METRES_OF_A_MILE, 1),
        "unknown_ways": len(ways) - len(known),
    }


def _source(legs: Collection[DrivenLeg]) -> TravelSource:
    """An estimate, where any of it is one."""
    is_told = legs and all(leg.source == TravelSource.ROUTER for leg in legs)
    return TravelSource.ROUTER if is_told else TravelSource.ESTIMATE


def _total(days: Iterable[dict[str, Any]]) -> dict[str, Any]:
    total: dict[str, Any] = {"visits": 0, "minutes": 0, "miles": 0.0, "unknown_ways": 0}
    for of_day in days:
        total = {name: total[name] + of_day[name] for name in total}
    return total | {"miles": round(total["miles"], 1)}
