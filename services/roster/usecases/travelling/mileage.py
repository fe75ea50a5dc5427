"""What was driven: from base or home to each visit that was made in person, and back, for each person and day."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.types import day_in_england
from services.roster.domain.period import Period
from services.roster.domain.visit import Visit
from services.roster.partners.osrm import TravelTimes
from services.roster.store import rounds
from services.roster.usecases.travelling.ways import Ways, ways_of

KILOMETRES_OF_A_MILE = 1.609344
# Of fewer, what one colleague drove, and by that where they live, could be worked out by whoever knows their own.
FEWEST_OTHERS = 3


class Untold(StrEnum):
    """Why there is no total of the team."""

    NOT_WHOLE_MONTHS = "not_whole_months"
    TOO_FEW_PEOPLE = "too_few_people"


async def mileage(tx: Transaction, times: TravelTimes, *, team_id: UUID, from_on: date, to_on: date) -> dict[str, Any]:
    """The caller's own, day by day, and the team's total: nobody reads what a colleague drove.

    The total is told of whole months that are over, in each of which at least three others drove.

    Raises `NotFound` or `PeriodNotUsable`.
    """
    period = Period.between(from_on, to_on)
    await tx.require_team(team_id)
    made = await rounds.made_in_person(tx, team_id, period)
    days = _by_person_and_day(made)
    ways = await ways_of(
        tx,
        times,
        team_id=team_id,
        client_ids={visit.client_id for visit in made},
        people={person for person, _ in days},
        on=to_on,
    )
    told = {key: _of_day(ways, key[0], visits) for key, visits in sorted(days.items(), key=lambda one: one[0][1])}
    mine = [{"on": day, **of_day} for (person, day), of_day in told.items() if person == tx.actor.employee_id]
    untold = _why_untold(period, tx.today, days.keys(), tx.actor.employee_id)
    team = None if untold else _total(told.values())
    return {"mine": mine, "team": team, "team_untold": untold, "travel_source": ways.source}


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


def _of_day(ways: Ways, person: UUID, visits: Sequence[Visit]) -> dict[str, Any]:
    """A way from or to a place that is not known is counted, and has no miles."""
    start = ways.start_of(person)
    stops = [start, *(ways.of_client(visit.client_id) for visit in visits), start]
    legs = list(pairwise(stops))
    known = [leg for leg in legs if ways.nowhere not in leg]
    kilometres = sum(ways.kilometres[here][there] for here, there in known)
    return {
        "visits": len(visits),
        "minutes": sum(ways.minutes[here][there] for here, there in known),
        "miles": round(kilometres / KILOMETRES_OF_A_MILE, 1),
        "unknown_ways": len(legs) - len(known),
    }


def _total(days: Iterable[dict[str, Any]]) -> dict[str, Any]:
    total: dict[str, Any] = {"visits": 0, "minutes": 0, "miles": 0.0, "unknown_ways": 0}
    for of_day in days:
        total = {name: total[name] + of_day[name] for name in total}
    return total | {"miles": round(total["miles"], 1)}
