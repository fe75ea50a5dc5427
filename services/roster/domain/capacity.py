"""Capacity: what care will ask of a team in the weeks to come, and what time the team will have for it.

All figures are minutes of work. What a vacancy would bring stands apart: nobody works its hours yet.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from uuid import UUID

from services.roster.domain.base import Channel
from services.roster.domain.dependency import Weights, weight_on
from services.roster.domain.known import Contract
from services.roster.domain.leave import Leave, credited
from services.roster.domain.period import Period
from services.roster.domain.share import Exact, Share, rounded
from services.roster.domain.visit_plan import VisitPlan

WEEKS_AHEAD = 8
SEVEN_DAYS = timedelta(days=7)


class Light(StrEnum):
    """Whether the team can take more on, is full, or has promised more than it can do."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True)
class Limits:
    """What the rules say on the day of asking: shares as fractions, travel in minutes for each visit in person."""

    indirect: Fraction
    travel_per_visit: int
    amber_above: Fraction
    red_above: Fraction


@dataclass(frozen=True)
class Away:
    """Minutes of a member's day that care cannot have: leave, or a meeting or training that is planned."""

    employee_id: UUID
    on: date
    minutes: int
    is_leave: bool = False


@dataclass(frozen=True)
class Member:
    """When somebody is in the team; without an end until something else is told."""

    employee_id: UUID
    from_on: date
    until_on: date | None


@dataclass(frozen=True)
class Extra:
    """What is planned on a day beyond the standing plans: visits of their own, and second pairs of hands."""

    on: date
    minutes: int
    journeys: int


@dataclass(frozen=True)
class Asked:
    """What care asks of one day: minutes with clients, and journeys to them."""

    minutes: Fraction = Fraction(0)
    journeys: Fraction = Fraction(0)

    def __add__(self, other: "Asked") -> "Asked":
        return Asked(self.minutes + other.minutes, self.journeys + other.journeys)

    def work(self, limits: Limits) -> Fraction:
        """With the way there, and the share of all work that is neither."""
        return (self.minutes + self.journeys * limits.travel_per_visit) / (1 - limits.indirect)


@dataclass(frozen=True)
class Known:
    """Everything that is known of the weeks ahead, each in one list. `on_shift` are planned minutes by day."""

    plans: Sequence[VisitPlan]
    paused: Collection[tuple[UUID, date]]
    extras: Sequence[Extra]
    contracts: Sequence[Contract]
    members: Sequence[Member]
    away: Sequence[Away]
    vacant: Sequence[tuple[int, date, date | None]] = ()
    on_shift: dict[date, int] = field(default_factory=dict)
    weights: Weights = field(default_factory=dict)


@dataclass(frozen=True)
class Day:
    """One day. `on_shift_minutes`, and the gap to what is asked, are None where the week has no shifts yet."""

    on: date
    asked_minutes: float
    on_shift_minutes: int | None
    gap_minutes: float | None


@dataclass(frozen=True)
class Week:
    """One week, Monday to Sunday in England. `load` is what is asked of the capacity."""

    from_on: date
    to_on: date
    client_minutes: float
    travel_minutes: float
    indirect_minutes: float
    asked_minutes: float
    contracted_minutes: float
    leave_minutes: int
    away_minutes: int
    capacity_minutes: float
    vacant_minutes: float
    load: Share
    light: Light
    days: list[Day]


def weeks_from(day: date) -> list[Period]:
    """The week that holds this day, and those after it."""
    first = Period.week_of(day)
    return [
        Period(first.from_on + number * SEVEN_DAYS, first.to_on + number * SEVEN_DAYS) for number in range(WEEKS_AHEAD)
    ]


def forecast(weeks: Iterable[Period], known: Known, limits: Limits) -> list[Week]:
    return [_week(week, known, limits) for week in weeks]


def _week(week: Period, known: Known, limits: Limits) -> Week:
    by_day = {day: asked_on(day, known) for day in week.days()}
    asked = sum(by_day.values(), Asked())
    contracted = time_of_members(known.contracts, known.members, week)
    leave, away = (_away(known.away, week, is_leave=kind) for kind in (True, False))
    capacity, work = max(Fraction(0), contracted - leave - away), asked.work(limits)
    has_shifts = any(day in known.on_shift for day in week.days())
    return Week(
        from_on=week.from_on,
        to_on=week.to_on,
        client_minutes=rounded(asked.minutes, 2),
        travel_minutes=rounded(asked.journeys * limits.travel_per_visit, 2),
        indirect_minutes=rounded(work * limits.indirect, 2),
        asked_minutes=rounded(work, 2),
        contracted_minutes=rounded(contracted, 2),
        leave_minutes=leave,
        away_minutes=away,
        capacity_minutes=rounded(capacity, 2),
        vacant_minutes=rounded(_vacant(known.vacant, week), 2),
        load=Share.of(work, capacity),
        light=light(work, capacity, limits),
        days=[_day(day, one.work(limits), known.on_shift if has_shifts else None) for day, one in by_day.items()],
    )


def _day(on: date, work: Fraction, on_shift: dict[date, int] | None) -> Day:
    if on_shift is None:
        return Day(on, rounded(work, 2), None, None)
    there = on_shift.get(on, 0)
    return Day(on, rounded(work, 2), there, rounded(max(Fraction(0), work - there), 2))


def light(work: Exact, capacity: Exact, limits: Limits) -> Light:
    """Red above what the team has, and where it has nothing and is asked for something."""
    if work > capacity * limits.red_above:
        return Light.RED
    return Light.AMBER if work > capacity * limits.amber_above else Light.GREEN


def asked_on(day: date, known: Known) -> Asked:
    """What the standing plans and what is planned besides ask of one day. Care that is paused asks for nothing."""
    return sum((*_of_plans(day, known), *_of_extras(day, known)), Asked())


def _of_plans(day: date, known: Known) -> Iterator[Asked]:
    for plan in known.plans:
        minutes = plan.minutes_in(Period(day, day), known.paused) * plan.hands
        if minutes:
            journeys = minutes / plan.minutes if plan.channel == Channel.IN_PERSON else Fraction(0)
            yield Asked(minutes * weight_on(known.weights.get(plan.client_id, ()), day), journeys)


def _of_extras(day: date, known: Known) -> Iterator[Asked]:
    yield from (Asked(Fraction(one.minutes), Fraction(one.journeys)) for one in known.extras if one.on == day)


def time_of_members(contracts: Iterable[Contract], members: Sequence[Member], within: Period) -> Fraction:
    """Contracted minutes on the days on which the contract is in force and its holder is in the team.

    Somebody who leaves takes their time with them from the day after.
    """
    found = Fraction(0)
    for contract in contracts:
        own = [one for one in members if one.employee_id == contract.employee_id]
        days = within.days_in_force(contract.from_on, contract.until_on)
        there = [day for day in days if any(_holds(one.from_on, one.until_on, day) for one in own)]
        found += Fraction(contract.minutes_per_week * len(there), 7)
    return found


def _holds(from_on: date, until_on: date | None, day: date) -> bool:
    return from_on <= day and (until_on is None or day <= until_on)


def _away(away: Iterable[Away], week: Period, *, is_leave: bool) -> int:
    return sum(one.minutes for one in away if one.is_leave is is_leave and week.from_on <= one.on <= week.to_on)


def on_leave(leaves: Sequence[Leave], members: Iterable[Member], within: Period) -> Iterator[Away]:
    """Agreed leave, spread evenly over its days, as far as whoever takes it is in the team."""
    days = (within.to_on - within.from_on).days + 1
    for member in members:
        for number, minutes in credited(leaves, member.employee_id, within.from_on, days).items():
            on = within.from_on + timedelta(days=number)
            if _holds(member.from_on, member.until_on, on):
                yield Away(member.employee_id, on, minutes, is_leave=True)


def _vacant(vacant: Iterable[tuple[int, date, date | None]], week: Period) -> Fraction:
    """What the open posts would bring, on the days before the day on which each was filled."""
    days = [
        (minutes, len(week.days_in_force(from_on, None if filled_on is None else filled_on - timedelta(days=1))))
        for minutes, from_on, filled_on in vacant
    ]
    return sum((Fraction(minutes * many, 7) for minutes, many in days), Fraction(0))
