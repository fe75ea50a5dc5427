"""Hours: the most that law allows on average, and how far somebody is from their contract."""

from collections.abc import Iterator
from fractions import Fraction

from services.roster.domain.rota import target_minutes
from services.roster.domain.rota.pattern import FREE_MINUTES, HOUR
from services.roster.domain.rota.problem import Member
from services.roster.domain.rota.scored import Code
from services.roster.domain.rota.slots import DAY
from services.roster.solver.team.draft import Term
from services.roster.solver.team.grid import Grid

WEEK = 7


def weekly_limit(grid: Grid) -> None:
    """The most on average over the weeks of reference, and of those who work nights in each 24 hours."""
    for who, member in enumerate(grid.problem.members):
        for terms, known, days, last in _spans(grid, who, member):
            most, has_opted_out = grid.limits.get("weekly_limit"), member.on(last).opted_out_48
            if most is not None and not has_opted_out:
                with grid.draft.under("the most hours a week"):
                    grid.draft.row(terms, None, most * days // WEEK - known)
            _night_limit(grid, who, terms, (known, days), has_opted_out=has_opted_out)


def _spans(grid: Grid, who: int, member: Member) -> Iterator[tuple[list[Term], int, int, int]]:
    """For each mean that counts: the rota's minutes, those before it, the days that share them, and its last day."""
    past = len(member.weeks_before)
    weeks = -(-grid.problem.days // WEEK)
    most = grid.limits.get("reference_weeks", past + weeks)
    for until in range(1, weeks + 1):
        first = max(0, past + until - most)
        days = range(max(0, first - past) * WEEK, min(until * WEEK, grid.problem.days))
        before = member.weeks_before[first:]
        of_rota = (until - max(0, first - past)) * WEEK - sum(day in member.leave for day in days)
        counted = of_rota + sum(known for known, _ in before)
        if counted and (past + until >= most or until == weeks):
            terms = [(var, slot.work_minutes) for day in days for slot, var in grid.slots_on(who, day)]
            yield terms, sum(minutes for _, minutes in before), counted, days.stop - 1


def _night_limit(grid: Grid, who: int, terms: list[Term], known: tuple[int, int], *, has_opted_out: bool) -> None:
    """Only where it says more than the weekly limit does; it holds for who has a night in this rota or before it."""
    limits = grid.limits
    minutes, days = known
    if "night_limit" not in limits:
        return
    code = "fortnight_rest" if "fortnight_rest" in limits else "weekly_rest"
    at_rest = Fraction(limits.get(code, 0), limits.get(f"{code}.per", DAY))
    most = limits["night_limit"] * (1 - at_rest)
    if not has_opted_out and Fraction(limits.get("weekly_limit", WEEK * DAY), WEEK) <= most:
        return
    high = int(most * days) - minutes
    if any(slot.is_night for slot in grid.past[who].values()):
        grid.draft.row(terms, None, high)
        return
    nights = [var for var in grid.at_night[who] if var is not None]
    if nights:
        works_nights = grid.draft.boolean(lambda values: int(any(values[var] for var in nights)))
        for var in nights:
            grid.draft.implies(var, works_nights)
        grid.draft.row(terms, None, high, only_if=works_nights)


def contract(grid: Grid) -> None:
    """A price for each hour begun beyond the free ones, over or under what the contract asks for."""
    free = grid.limits.get("hours_free", FREE_MINUTES)
    for who, member in enumerate(grid.problem.members):
        target = target_minutes(grid.problem, member)
        paid = [
            (var, grid.timed[day, code].paid_minutes)
            for day, cells in enumerate(grid.cells[who])
            for code, var in cells.items()
        ]
        over = (paid, -target - free)
        under = ([(var, -minutes) for var, minutes in paid], target - free)
        grid.draft.cost_of_least([over, under], grid.prices.get(Code.HOURS, 0), per=HOUR)
