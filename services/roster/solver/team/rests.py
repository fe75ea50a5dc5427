"""The weekly rest: some days off that last long enough, in each week or fortnight."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from services.roster.domain.rota.problem import Slot
from services.roster.domain.rota.slots import DAY, minute_of
from services.roster.solver.team.draft import Definition, Term, Values
from services.roster.solver.team.grid import Grid

WORDS = "the weekly rest"
# Longer than any night reaches into the day: so many days off in a row are rest enough by themselves.
ALWAYS_ENOUGH = 1


@dataclass(frozen=True)
class Period:
    """A week or a fortnight: its days, its minutes in UTC, and how many rests of how long it needs."""

    days: range
    begins: int
    ends: int
    times: int
    least: int
    apart: int

    def lasts(self, since: int | None, until: int | None, times: int = 1) -> bool:
        """Whether the rest between two times is enough, less the daily rest that belongs to it; None: far away."""
        inside = (self.ends if until is None else min(until, self.ends)) - max(self.begins, since or self.begins)
        whole = inside if since is None or until is None else until - since - self.apart
        return min(inside, whole) >= times * self.least


def weekly_rest(grid: Grid) -> None:
    """In each week or fortnight of which all days are known somebody has the rest that the rules name."""
    for period in _periods(grid):
        for who, member in enumerate(grid.problem.members):
            if period.days.start < -len(member.before) or _has_rest_anyway(grid, who, period):
                continue
            with grid.draft.under(WORDS):
                if grid.by_hour:
                    _rest(grid, who, period)
                else:
                    _days_off(grid, who, period)


def _days_off(grid: Grid, who: int, period: Period) -> None:
    """As many days off as rests: less than the law asks for, and mostly enough."""
    terms = [term for day in period.days for term in grid.known(grid.at_work, who, day)]
    grid.draft.row(terms, None, len(period.days) - period.times)


def _periods(grid: Grid) -> Iterator[Period]:
    limits, from_on = grid.limits, grid.problem.from_on
    code, times = ("fortnight_rest", 2) if "fortnight_rest" in limits else ("weekly_rest", 1)
    if code not in limits or f"{code}.per" not in limits:
        return
    length = limits[f"{code}.per"] // DAY
    if length < 1:
        return
    apart = 0 if limits.get("rests_may_overlap") else limits.get("daily_rest", 0)
    for start in range(-from_on.weekday(), grid.problem.days - length + 1, length):
        begins, ends = (minute_of(from_on + timedelta(days=day), 0)[0] for day in (start, start + length))
        yield Period(range(start, start + length), begins, ends, times, limits[code] // times, apart)


def _has_rest_anyway(grid: Grid, who: int, period: Period) -> bool:
    """Whether leave and the like leave enough days off in a row."""
    row = best = 0
    for day in period.days:
        row = 0 if any(True for _ in grid.slots_on(who, day)) else row + 1
        best = max(best, row)
    return (best - ALWAYS_ENOUGH) * DAY >= period.times * period.least + period.apart - DAY // 2


def _rest(grid: Grid, who: int, period: Period) -> None:
    """A variable for each day off that may be a rest; two days off in a row are two rests only if they last so long."""
    found: dict[int, int] = {}
    for day in period.days:
        blocks = list(_blocks(grid, who, day, period, 1))
        blocks += [([(var, 1)], 1) for _, var in grid.slots_on(who, day)]
        if period.times > 1 and day - 1 in found:
            pairs = _blocks(grid, who, day, period, 2)
            blocks += [([(found[day - 1], 1), *terms], most + 1) for terms, most in pairs]
        if any(most == 1 and any(grid.draft.value.get(var) for var, _ in terms) for terms, most in blocks):
            continue
        found[day] = rest = grid.draft.boolean(_is_rest(blocks))
        _block(grid, who, day, rest, blocks)
    grid.draft.row([(var, 1) for var in found.values()], period.times, None)


def _block(grid: Grid, who: int, day: int, rest: int, blocks: list[tuple[list[Term], int]]) -> None:
    at_work = grid.known(grid.at_work, who, day)
    if at_work:
        grid.draft.at_most_one([rest, at_work[0][0]])
    for terms, most in blocks:
        if most > 1 or len(terms) > 1:
            grid.draft.row([(rest, 1), *terms], None, most)
        elif terms[0][0] not in {var for _, var in grid.slots_on(who, day)}:
            grid.draft.at_most_one([rest, terms[0][0]])


def _is_rest(blocks: list[tuple[list[Term], int]]) -> Definition:
    def worth(values: Values) -> int:
        return int(all(sum(coef * values[var] for var, coef in terms) < most for terms, most in blocks))

    return worth


def _blocks(grid: Grid, who: int, day: int, period: Period, days: int) -> Iterator[tuple[list[Term], int]]:
    """What must not all be worked around these days off: terms, and the most that they and the rest may be together."""
    before = list(grid.slots_on(who, day - days))
    after = list(grid.slots_on(who, day + 1))
    late = [var for slot, var in after if not period.lasts(None, _start(slot), days)]
    if late:
        yield [(var, 1) for var in late], 1
    for slot, var in before:
        if not period.lasts(_end(slot), None, days):
            yield [(var, 1)], 1
            continue
        near = [one for later, one in after if one not in late and not period.lasts(_end(slot), _start(later), days)]
        if near:
            yield [(var, 1), *((one, 1) for one in near)], 2


def _start(slot: Slot) -> int:
    return slot.stretches[0][0]


def _end(slot: Slot) -> int:
    return slot.stretches[-1][1]
