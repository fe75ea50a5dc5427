"""Taking somebody on: which of the visits that are asked for fit into a typical week, with whom and when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from uuid import UUID

from services.roster.domain.rounds.day import Call, Cost
from services.roster.domain.rounds.decode import TINY
from services.roster.domain.rounds.referee import evaluate
from services.roster.domain.what_if import (
    NewVisits,
    TypicalDay,
    TypicalWeek,
    WhatIf,
    able,
    call_for,
    rounds_of,
)
from services.roster.solver.insertion import Insertion, insertions

NO_SHIFT, NOBODY_ABLE = "Nobody is on shift.", "Nobody on shift may make this visit alone, by role, skills and check."
NO_ROOM = "Nobody who may make it has room for it in its window, with the way there and a break."


@dataclass(frozen=True)
class Taken:
    """One visit on one day. `visit` counts the kinds that were asked for. Without people it does not fit: `why` says.

    `gap_minutes` are what is missing: its minutes, for each hand, and the way there. `extra_travel_minutes` is what the
    day drives more; `is_new_face` is None where nobody is known to the client or the client is not known.
    """

    on: date
    visit: int
    employee_ids: tuple[UUID, ...] = ()
    start_minute: int | None = None
    extra_travel_minutes: float = 0
    is_new_face: bool | None = None
    gap_minutes: int = 0
    why: str | None = None

    @property
    def fits(self) -> bool:
        return bool(self.employee_ids)


class _Open:
    """One day as far as it is filled."""

    def __init__(self, day: TypicalDay, week: TypicalWeek, asked: WhatIf) -> None:
        self.of, self.week = day, week
        self.day, self.plan = rounds_of(day, week, asked)
        self.cost = evaluate(self.day, self.plan)

    def look(self, wanted: NewVisits, part: int, parts: int) -> Insertion | None:
        """The cheapest way to make the visit that keeps everything as it is."""
        call, number = call_for(self.of, self.week, wanted, part, parts), len(self.day.calls)
        day = replace(self.day, calls=(*self.day.calls, call))
        asked = replace(self.plan, unserved=(number,))
        # Whatever is not kept costs a thousand a minute: where the cheapest does not keep it, nothing does.
        found = insertions(day, asked, number, most=1)
        return found[0] if found and _is_kept(self.cost, evaluate(day, found[0].plan)) else None

    def take(self, wanted: NewVisits, found: Insertion, part: int, parts: int) -> None:
        call: Call = call_for(self.of, self.week, wanted, part, parts)
        pinned = replace(call, id=f"new-{len(self.day.calls)}", pinned=(found.nurses, found.start))
        self.day, self.plan = replace(self.day, calls=(*self.day.calls, pinned)), replace(found.plan, unserved=())
        self.cost = evaluate(self.day, self.plan)

    def told(self, visit: int, wanted: NewVisits, found: Insertion | None) -> Taken:
        if found is None:
            gap = (wanted.minutes + self.week.travel_per_visit) * wanted.hands
            return Taken(self.of.on, visit, gap_minutes=gap, why=self._why_not(wanted))
        people = tuple(self.of.shifts[nurse].employee_id for nurse in found.nurses)
        is_new = people[0] not in self.week.faces if self.week.faces else None
        return Taken(self.of.on, visit, people, round(found.start), found.delta_travel, is_new)

    def _why_not(self, wanted: NewVisits) -> str:
        if not self.of.shifts:
            return NO_SHIFT
        return NO_ROOM if able(self.of, self.week, wanted) else NOBODY_ABLE


def take_on(week: TypicalWeek, asked: WhatIf) -> list[Taken]:
    """Every visit that is asked for, day by day. Those of one kind are spread over its days as evenly as they fit."""
    days = [_Open(day, week, asked) for day in week.days]
    found = [one for number, wanted in enumerate(asked.visits) for one in _kind(days, number, wanted)]
    return sorted(found, key=lambda one: (one.on, one.start_minute is None, one.start_minute or 0, one.visit))


def _kind(days: Sequence[_Open], visit: int, wanted: NewVisits) -> Iterator[Taken]:
    """As many on each day as go evenly, and one more on the days that suit best."""
    weekdays = wanted.weekdays()
    each, rest = divmod(wanted.times_a_week, len(weekdays))
    more = _best_days(days, weekdays, wanted, rest) if rest else ()
    for weekday in weekdays:
        parts = each + (weekday in more)
        for part in range(parts):
            open_ = days[weekday]
            found = open_.look(wanted, part, parts)
            yield open_.told(visit, wanted, found)
            if found is not None:
                open_.take(wanted, found, part, parts)


def _best_days(days: Sequence[_Open], weekdays: Sequence[int], wanted: NewVisits, many: int) -> tuple[int, ...]:
    """So many days on which most of them fit, then the furthest apart, then the cheapest, then the earliest."""
    costs = {at: found.delta_total for at in weekdays if (found := days[at].look(wanted, 0, 1)) is not None}

    def merit(chosen: tuple[int, ...]) -> tuple[int, int, float]:
        fit = [costs[at] for at in chosen if at in costs]
        return len(fit), _closest(chosen), -sum(fit)

    return max(combinations(weekdays, many), key=merit)


def _closest(chosen: Sequence[int]) -> int:
    """The fewest days from one of these weekdays to the next, around the week."""
    following = [*chosen[1:], chosen[0] + 7]
    return min(after - one for one, after in zip(chosen, following, strict=True))


def _is_kept(before: Cost, after: Cost) -> bool:
    """Whether nobody is late, works over, goes without a break or breaks a rule who did not before."""
    worse = after.late > before.late + TINY or after.overtime > before.overtime + TINY
    return not worse and after.no_break <= before.no_break and set(after.broken) <= set(before.broken)
