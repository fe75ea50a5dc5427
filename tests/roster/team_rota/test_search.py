"""The search for a roster: whoever lacks a weekly rest costs nobody their roster, and nothing ever gets worse."""

import asyncio
from dataclasses import replace

from services.roster.domain.rota import score
from services.roster.domain.rota.problem import Need, Problem, Roster
from services.roster.domain.rota.scored import Law
from services.roster.solver import race
from services.roster.solver.cpsat import solve_here
from services.roster.solver.model import Form, Progress, Settings
from services.roster.solver.team import Asked, build, read
from services.roster.solver.team.greedy import first_roster
from services.roster.solver.team.search import _Kept, _Looking, _written, search
from tests.roster.rota.made import member, problem
from tests.roster.team_rota.rotas import six

# A late, a day off and an early: 34 hours, where a day of rest and the daily rest are 35.
DUTIES = ("E", "E", "L", None, "E", "E", "E")
NOBODY: Roster = ((None,) * 7, (None,) * 7)


def short_of_rest() -> Problem:
    """A week in which one who leaves nothing open lacks the weekly rest, with a day off all the same."""
    needs = tuple(Need(day, code, 1) for day, code in enumerate(DUTIES) if code)
    needs += tuple(Need(day, "L", 1) for day in (0, 3, 6))
    both = [(0, code) for code in ("M", "N")], [(1, code) for code in ("E", "M", "N")]
    first, second = (frozenset((day, code) for day in range(7) for _, code in one) for one in both)
    made = problem(
        member(1, cannot=first | {(0, "L"), (3, "L"), (6, "L")}, minutes_per_week=2700),
        member(2, cannot=second | {(2, "L")}, minutes_per_week=1350),
        days=7,
        needs=needs,
    )
    kept = {code: amount for code, amount in made.rules.limits.items() if not code.startswith("fortnight")}
    limits = {**kept, "weekly_rest": 1440, "weekly_rest.per": 10080}
    return replace(made, rules=replace(made.rules, limits=limits))


def best_of(made: Problem, *, by_hour: bool) -> Roster:
    model, names = build(made, by_hour=by_hour)
    asked = Settings("cpsat", Form.WINDOW, 60, workers=1, deterministic_seconds=5)
    found = solve_here(model, asked, lambda _: None, lambda: False)
    assert found.status == "optimal"
    assert found.values is not None
    return read(names, found.values)


def lacks_rest(made: Problem, roster: Roster) -> list[int | None]:
    return [one.member for one in score(made, roster).breaches if one.law == Law.WEEKLY_REST]


def by_hand(made: Problem) -> Roster:
    return first_roster(made, build(made)[1].cells)


async def test_a_roster_that_lacks_a_rest_is_neither_told_nor_lost() -> None:
    made, shown, told = short_of_rest(), list[Roster](), list[Progress]()
    assert lacks_rest(made, best_of(made, by_hour=False)) == [0]
    found = await search(made, Asked(20, tell=told.append, show=shown.append), start=NOBODY, is_hint=False)
    assert found.roster is not None
    assert shown
    assert not any(lacks_rest(made, roster) for roster in (*shown, found.roster))
    assert score(made, found.roster).points == score(made, best_of(made, by_hour=True)).points == found.bound
    assert [one.best for one in told if one.values is not None] == [score(made, roster).points for roster in shown]


async def test_whoever_has_their_rest_keeps_their_row_when_another_lacks_it() -> None:
    made = short_of_rest()
    loose = best_of(made, by_hour=False)
    kept = _Kept(made, Asked(20), _written(made, (), False)[1])
    async with race.Engines():
        assert await _Looking(Asked(20), kept).mended(loose) > 0
    mended = kept.found()
    assert mended.roster is not None
    assert mended.roster[1] == loose[1]
    assert score(made, mended.roster).breaches == ()
    assert mended.bound is None, "what is best of a part is no bound of the whole"


async def test_who_lacks_nothing_is_not_searched_again() -> None:
    made = six()
    kept = _Kept(made, Asked(20), _written(made, (), False)[1])
    assert await _Looking(Asked(20), kept).mended(by_hand(made)) == 0.0


async def test_what_is_found_is_never_worse_than_the_start() -> None:
    made, stop = six(), asyncio.Event()
    stop.set()
    start = best_of(short_of_rest(), by_hour=True)
    for seconds, event in ((0.0, asyncio.Event()), (20.0, stop)):
        found = await search(short_of_rest(), Asked(seconds, stop=event), start=start)
        assert found.roster == start
    worse = by_hand(made)
    bettered = await search(made, Asked(3), start=worse)
    assert bettered.roster is not None
    assert score(made, bettered.roster).points <= score(made, worse).points
