"""What if we took her on: what is asked, and a typical week as the rounds of its days see it.

The coordinates of a question answer it, and are kept nowhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import field_validator, model_validator

from services.common.types import Code, Day, Input, Minutes
from services.roster.domain.ability import REGISTERED, Ability, Needed, may_make
from services.roster.domain.base import Weekday
from services.roster.domain.rounds import travel
from services.roster.domain.rounds.day import Break, Call, Hand, Nurse, Plan, Prices, Stop
from services.roster.domain.rounds.day import Day as DayOfRounds
from services.roster.domain.rounds.travel import Point, Travel

MOST_VISITS = 84
# Nobody is late, works over or goes without a break for a client who is not there yet: what does not fit is told.
STRICT = Prices(travel=1, late=1000, overtime=1000, no_break=10000)
BASE, NEW = 0, 1
MinuteOfDay = Annotated[int, Shape(strict=True, ge=0, le=1440)]


class Window(Input):
    """Minutes after midnight within which the whole visit lies."""

    from_minute: MinuteOfDay
    until_minute: Annotated[MinuteOfDay, Shape(ge=1)]

    @model_validator(mode="after")
    def _runs_forwards(self) -> Self:
        if self.until_minute <= self.from_minute:
            raise ValueError("until_minute must be after from_minute")
        return self


class Place(Input):
    """Degrees north and east (WGS 84)."""

    latitude: Annotated[float, Shape(strict=True, ge=-90, le=90)]
    longitude: Annotated[float, Shape(strict=True, ge=-180, le=180)]

    @property
    def point(self) -> Point:
        return Point(self.latitude, self.longitude)


class PlaceOfClient(Place):
    client_id: UUID


class NewVisits(Input):
    """Visits of one kind. No days means any; without a window, several on a day are spread over the waking day."""

    times_a_week: Annotated[int, Shape(strict=True, ge=1, le=MOST_VISITS)]
    minutes: Minutes
    role: Code = REGISTERED
    skills: list[Code] = Shape(default=[], max_length=20)
    days: list[Weekday] = Shape(default=[], max_length=7)
    window: Window | None = None
    hands: Annotated[int, Shape(strict=True, ge=1, le=2)] = 1

    def weekdays(self) -> list[int]:
        return sorted({list(Weekday).index(day) for day in self.days}) or list(range(7))

    def needed(self, client_id: UUID | None) -> Needed:
        return Needed(self.role, frozenset(self.skills), client_id)


class WhatIf(Input):
    """The care that is asked for. `client_id` is of somebody who is known; places let travel be estimated."""

    team_id: UUID
    visits: list[NewVisits] = Shape(min_length=1, max_length=10)
    week_of: Day | None = None
    client_id: UUID | None = None
    place: Place | None = None
    base: Place | None = None
    around: list[PlaceOfClient] = Shape(default=[], max_length=300)

    @field_validator("visits")
    @classmethod
    def _not_too_many(cls, visits: list[NewVisits]) -> list[NewVisits]:
        if sum(one.times_a_week for one in visits) > MOST_VISITS:
            raise ValueError(f"ask for at most {MOST_VISITS} visits a week at a time")
        return visits


@dataclass(frozen=True)
class OnShift:
    """One shift of one person on one day, in minutes after midnight."""

    employee_id: UUID
    start: int
    end: int
    break_minutes: int
    is_supervised: bool


@dataclass(frozen=True)
class Held:
    """Time that is taken: a visit with its client, or something at the base. It stays where it is."""

    people: tuple[UUID, ...]
    client_id: UUID | None
    start: int
    end: int


@dataclass(frozen=True)
class TypicalDay:
    on: date
    shifts: Sequence[OnShift] = ()
    held: Sequence[Held] = ()


@dataclass(frozen=True)
class TypicalWeek:
    """The week that stands for those to come, and what is known of its people. `faces` price each for this client.

    `awake` is the waking day in minutes after midnight, within which several visits of one day are spread where no
    window is asked for. A break is taken `edge` minutes after a shift begins, or later, and as long before it ends.
    """

    days: Sequence[TypicalDay]
    people: Mapping[UUID, Ability]
    travel_per_visit: int
    awake: tuple[int, int]
    edge: int
    faces: Mapping[UUID, float] = field(default_factory=dict)
    new_face: float = 0.0
    client_id: UUID | None = None


def rounds_of(day: TypicalDay, week: TypicalWeek, asked: WhatIf) -> tuple[DayOfRounds, Plan]:
    """The rounds of a day as they stand: everything planned is pinned. Place 0 is the base, 1 the new client's."""
    nurses = tuple(
        Nurse(str(one.employee_id), one.start, one.end, BASE, BASE, _rest(one, week.edge)) for one in day.shifts
    )
    places = [None, None, *dict.fromkeys(one.client_id for one in day.held if one.client_id)]
    calls: list[Call] = []
    stops: list[Stop] = []
    for held in day.held:
        crew = tuple(there for who in held.people if (there := _shift_at(day, who, held.start)) is not None)
        if crew:
            place = places.index(held.client_id) if held.client_id else BASE
            stops += [Stop(len(calls), hand, nurse, held.start) for hand, nurse in enumerate(crew)]
            hands = tuple(Hand(held.end - held.start, (nurse,)) for nurse in crew)
            calls.append(Call(f"held-{len(calls)}", place, (0, held.start), hands, pinned=(crew, held.start)))
    return DayOfRounds(nurses, tuple(calls), _ways(places, week, asked), STRICT), Plan(tuple(stops))


def able(day: TypicalDay, week: TypicalWeek, wanted: NewVisits) -> tuple[int, ...]:
    """The shifts, by index, whose people may make such a visit, alone where they are."""
    known = enumerate((shift, week.people.get(shift.employee_id, Ability())) for shift in day.shifts)
    needed = wanted.needed(week.client_id)
    return tuple(at for at, (shift, who) in known if not shift.is_supervised and may_make(who, needed, alone=True))


def call_for(day: TypicalDay, week: TypicalWeek, wanted: NewVisits, part: int, parts: int) -> Call:
    """The visit that is asked for, as the `part`-th of so many on its day. A second hand may be anybody on shift."""
    opens, closes = week.awake if wanted.window is None else (wanted.window.from_minute, wanted.window.until_minute)
    length = (closes - opens) / parts
    first, last = opens + part * length, opens + (part + 1) * length - wanted.minutes
    hands = [Hand(wanted.minutes, able(day, week, wanted)), Hand(wanted.minutes, tuple(range(len(day.shifts))))]
    faces = tuple(week.faces.get(shift.employee_id, week.new_face) for shift in day.shifts)
    return Call("new", NEW, (first, max(first, last)), tuple(hands[: wanted.hands]), faces=faces)


def _rest(shift: OnShift, edge: int) -> Break | None:
    from_, until = shift.start + edge, shift.end - edge
    is_there = shift.break_minutes > 0 and until - from_ >= shift.break_minutes
    return Break(shift.break_minutes, from_, until) if is_there else None


def _shift_at(day: TypicalDay, who: UUID, minute: int) -> int | None:
    """The shift, by index, that this person has at this minute."""
    known = enumerate(day.shifts)
    return next((at for at, one in known if one.employee_id == who and one.start <= minute < one.end), None)


def _ways(places: Sequence[UUID | None], week: TypicalWeek, asked: WhatIf) -> tuple[tuple[float, ...], ...]:
    """Minutes between all places: by estimate where both are told, else what the rule says."""
    around = {one.client_id: one.point for one in asked.around}
    points = [around.get(place) if place else None for place in places]
    points[BASE] = None if asked.base is None else asked.base.point
    points[NEW] = None if asked.place is None else asked.place.point
    roads = Travel()

    def way(one: int, other: int) -> float:
        start, end = points[one], points[other]
        if start is not None and end is not None:
            return travel.minutes(start, end, roads)
        return 0 if one == other else week.travel_per_visit

    return tuple(tuple(way(one, other) for other in range(len(places))) for one in range(len(places)))
