"""Rests, rows of days and rows of nights: who follows whom on the clock, for each person."""

from collections.abc import Iterator

from services.roster.domain.rota import score
from services.roster.domain.rota.problem import Problem, Slot
from services.roster.domain.rota.scored import Code, Law
from services.roster.solver.team.draft import Definition, Draft, Term, Values
from services.roster.solver.team.grid import Grid

REST, AFTER_NIGHTS = "the rest between two duties", "the rest after nights"


def days_running(grid: Grid) -> None:
    """At most so many days of work in a row, with those before this rota."""
    most = grid.limits.get("days_running")
    if most is None:
        return
    for who, days in enumerate(grid.at_work):
        with grid.draft.under("the most days in a row"):
            grid.draft.runs(days, most, _row_before(grid, who, is_night=False))


def _row_before(grid: Grid, who: int, *, is_night: bool) -> int:
    row, past = 0, grid.past[who]
    while (slot := past.get(-row - 1)) is not None and (slot.is_night if is_night else slot.stretches):
        row += 1
    return row


def daily_rest(grid: Grid) -> None:
    """Of two duties with too little time between them a person has one."""
    for day in range(grid.problem.days):
        for earlier in grid.all_of(day):
            for later_day in range(day + 1, min(day + 3, grid.problem.days)):
                later = grid.all_of(later_day)
                near = [slot.code for slot in later if grid.is_within(earlier, slot, "daily_rest")]
                if near:
                    _one_of_these(grid, earlier, later_day, near)


def _one_of_these(grid: Grid, earlier: Slot, later_day: int, near: list[str]) -> None:
    for row in grid.cells:
        if earlier.code in row[earlier.day]:
            with grid.draft.under(REST):
                later = [row[later_day][code] for code in near if code in row[later_day]]
                grid.draft.at_most_one([row[earlier.day][earlier.code], *later])


def nights(grid: Grid) -> None:
    """Rows of nights, each with the rest after it: as one variable for each row that there may be, where that can be.

    Such a row takes its nights and its days off at once, which gives a far better bound than a pair of days each time.
    """
    most, shadow = grid.limits.get("nights_running"), _shadow(grid)
    broken = _broken_by_pins(grid.problem)
    for who in range(len(grid.problem.members)):
        if most is None or who in broken or grid.draft.is_named:
            _night_pairs(grid, who, 0)
            _single_nights(grid, who)
            if most is not None:
                with grid.draft.under("the most nights in a row"):
                    grid.draft.runs(grid.at_night[who], most, _row_before(grid, who, is_night=True))
        else:
            _night_rows(grid, who, most, shadow)
            _night_pairs(grid, who, shadow)


def _broken_by_pins(problem: Problem) -> set[int]:
    """Whose pins alone break a rule of nights."""
    if not problem.fixed:
        return set()
    pinned = {(who, day): code for who, day, code in problem.fixed}
    roster = tuple(tuple(pinned.get((who, day)) for day in range(problem.days)) for who in range(len(problem.members)))
    found = score(problem, roster).breaches
    laws = (Law.NIGHTS_RUNNING, Law.REST_AFTER_NIGHTS, Law.DAILY_REST)
    return {one.member for one in found if one.law in laws and one.member is not None}


def _shadow(grid: Grid) -> int:
    """For how many days after each night nothing else fits, whichever night and whichever duty it is."""
    reach = 0
    while reach < 7 and grid.problem.days and all(_is_dark(grid, day, reach + 1) for day in range(grid.problem.days)):
        reach += 1
    return reach


def _is_dark(grid: Grid, day: int, after: int) -> bool:
    nights_of = [slot for slot in grid.all_of(day) if slot.is_night]
    later = grid.all_of(day + after) if day + after < grid.problem.days else []
    for night in nights_of:
        for slot in later:
            goes_on = slot.is_night and after == 1
            if not goes_on and not grid.is_within(night, slot, "rest_after_nights"):
                return False
    return True


def _night_rows(grid: Grid, who: int, most: int, shadow: int) -> None:
    """One variable for each row of nights by its first day and length; a row from before the first day goes on."""
    draft, at_night = grid.draft, grid.at_night[who]
    if not any(var is not None for var in at_night):
        return
    before = _row_before(grid, who, is_night=True)
    starts: dict[tuple[int, int], int] = {}
    for first in range(grid.problem.days):
        for length in range(1, most + 1 - (before if first == 0 else 0)):
            days = at_night[first : first + length]
            if len(days) < length or None in days:
                break
            starts[first, length] = draft.boolean(_is_row(at_night, first, length))
    for day, night in enumerate(at_night):
        of_day = [(var, 1) for (first, length), var in starts.items() if first <= day < first + length]
        if night is not None:
            draft.row([*of_day, (night, -1)], 0, 0)
        held = [var for (first, length), var in starts.items() if first <= day <= first + length - 1 + max(1, shadow)]
        others = [var for slot, var in grid.slots_on(who, day) if not slot.is_night] if shadow else []
        draft.at_most_one([*held, *others])
    _price_single(grid, who, starts)


def _is_row(at_night: list[int | None], first: int, length: int) -> Definition:
    beside = [day for day in (first - 1, first + length) if 0 <= day < len(at_night)]

    def worth(values: Values) -> int:
        is_on = all(values[var] for var in at_night[first : first + length] if var is not None)
        ends = (at_night[day] for day in beside)
        return int(is_on and not any(values[var] for var in ends if var is not None))

    return worth


def _price_single(grid: Grid, who: int, starts: dict[tuple[int, int], int]) -> None:
    points = grid.prices.get(Code.SINGLE_NIGHT, 0)
    goes_on = _row_before(grid, who, is_night=True) > 0
    for (first, length), var in starts.items():
        if length == 1 and _is_known(grid, who, first) and not (goes_on and first == 0):
            grid.draft.cost(var, points)


def _is_known(grid: Grid, who: int, day: int) -> bool:
    """Whether the days on both sides are known, so that something can be said of a day alone."""
    return day > -len(grid.problem.members[who].before) and day + 1 < grid.problem.days


def _single_nights(grid: Grid, who: int) -> None:
    _alone(grid, who, Code.SINGLE_NIGHT, grid.at_night, is_night=True)


def isolated_days(grid: Grid) -> None:
    """A price for each day of duty between two days off."""
    for who in range(len(grid.problem.members)):
        _alone(grid, who, Code.ISOLATED_DAY, grid.on, is_night=False)


def _alone(grid: Grid, who: int, code: Code, which: list[list[int | None]], *, is_night: bool) -> None:
    for day, var in enumerate(which[who]):
        if var is not None and _is_known(grid, who, day):
            beside = (term for one in (day - 1, day + 1) for term in grid.known(which, who, one, is_night=is_night))
            terms = [(var, 1), *((one, -1) for one, _ in beside)]
            grid.draft.cost_of_least([(terms, 0)], grid.prices.get(code, 0))


def _night_pairs(grid: Grid, who: int, shadow: int) -> None:
    """After a night that is the last of its row there is a long rest; `shadow` days are kept free already."""
    for day in range(-1, grid.problem.days):
        for night, var in grid.slots_on(who, day):
            for later, near in _too_near(grid, who, night) if night.is_night else ():
                if later > day + shadow or day < 0:
                    _keep_apart(grid, who, (day, var), later, near)


def _too_near(grid: Grid, who: int, night: Slot) -> Iterator[tuple[int, list[int]]]:
    """By later day what is within the rest that this night needs."""
    for later in range(night.day + 1, min(night.day + 9, grid.problem.days)):
        near = [
            var
            for slot, var in grid.slots_on(who, later)
            if not (slot.is_night and later == night.day + 1) and grid.is_within(night, slot, "rest_after_nights")
        ]
        if near:
            yield later, near


def _keep_apart(grid: Grid, who: int, night: Term, later: int, near: list[int]) -> None:
    """A night and what is too near to it exclude each other, unless the next day is a night, which is nearer still."""
    day, var = night
    goes_on = grid.known(grid.at_night, who, day + 1, is_night=True) if later > day + 1 else []
    with grid.draft.under(AFTER_NIGHTS):
        if goes_on:
            terms = [(var, 1), *((one, 1) for one in near), (goes_on[0][0], -1)]
            grid.draft.row(terms, None, 1)
        else:
            grid.draft.at_most_one([var, *near])


def split_weekends(grid: Grid) -> None:
    """A price for each weekend of which somebody works one day alone."""
    problem = grid.problem
    for who, member in enumerate(problem.members):
        for sunday in range(-problem.from_on.weekday() - 1, problem.days, 7):
            if sunday >= 0 and sunday - 1 >= -len(member.before):
                of_sunday = grid.known(grid.on, who, sunday)
                of_saturday = grid.known(grid.on, who, sunday - 1)
                _split(grid.draft, of_saturday, of_sunday, grid.prices.get(Code.SPLIT_WEEKEND, 0))


def _split(draft: Draft, one: list[Term], other: list[Term], points: int) -> None:
    against = [([*one, *((var, -1) for var, _ in other)], 0), ([*other, *((var, -1) for var, _ in one)], 0)]
    draft.cost_of_least(against, points)
