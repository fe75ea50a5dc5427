"""OR-Tools routing and the race: a plan that breaks no rule, not dearer than the cheapest insertions."""

import asyncio
import sys
import time
from itertools import count
from random import Random

import pytest

from services.roster.domain.rounds.day import Break, Day, Plan
from services.roster.domain.rounds.referee import evaluate
from services.roster.solver.annealing import anneal
from services.roster.solver.child import Child
from services.roster.solver.routing import solve_here
from services.roster.solver.routing.messages import Request
from services.roster.solver.routing.race import Lap, Leg, RoundsSolverDied, Searcher, race_day
from tests.roster.rounds.days import a_call, a_day, a_nurse, any_day


def a_small_day() -> Day:
    """Three nurses, nine visits: one double-handed, one in two steps, one pinned, one told, and breaks."""
    rest = Break(30, 540, 780)
    nurses = [a_nurse(name, end=900, home=home, rest=rest) for name, home in (("a", 0), ("b", 4), ("c", 8))]
    everybody = [0, 1, 2]
    calls = [
        a_call("one", 1, everybody, faces=(0, 4, 15)),
        a_call("two", 2, everybody, faces=(15, 0, 4)),
        a_call("three", 3, everybody, window=(600, 660)),
        a_call("double", 4, everybody, everybody),
        a_call("steps", 5, everybody, everybody, apart=(20, 60)),
        a_call("pinned", 6, everybody, pinned=((2,), 600.0)),
        a_call("told", 7, everybody, told_start=560),
        a_call("late", 8, everybody, window=(800, 850)),
        a_call("nobody", 1, []),
    ]
    return a_day(nurses, calls, 0, 5, 10, 15, 20, 25, 30, 35, 40, moved=5)


def test_a_small_day_is_no_dearer_than_by_the_cheapest_insertions() -> None:
    day = a_small_day()
    told: list[Plan] = []
    plan = solve_here(day, 0.5, tell=told.append)
    found = evaluate(day, plan)
    assert found.broken == ()
    assert plan.unserved == (8,)
    assert found.total <= evaluate(day, anneal(day, 0, seed=1, clock=time.monotonic)).total
    assert [evaluate(day, one).total for one in told] == sorted(
        (evaluate(day, one).total for one in told), reverse=True
    )


def test_it_begins_from_the_plan_that_it_is_given() -> None:
    day = a_small_day()
    start = anneal(day, 0.3, seed=1, clock=time.process_time)
    assert evaluate(day, solve_here(day, 0.2, start=start)).total <= evaluate(day, start).total


@pytest.mark.parametrize("seed", range(8))
def test_whatever_the_day_the_plan_breaks_no_rule(seed: int) -> None:
    day = any_day(Random(seed), pins=True)
    assert evaluate(day, solve_here(day, 0.1)).broken == ()


def test_a_visit_that_fits_no_window_is_left_out_and_told() -> None:
    day = a_day([a_nurse()], [a_call("a", 1, window=(480, 485), drop=10), a_call("b", 1)], 0, 10)
    assert solve_here(day, 0.1).unserved == (0,)


def test_an_empty_day_has_an_empty_plan() -> None:
    assert solve_here(a_day([], [], 0), 1) == Plan(())
    assert solve_here(a_day([], [a_call("a", 0, [])], 0), 1) == Plan((), (0,))


def test_it_stops_when_it_is_asked_to() -> None:
    asked = count()
    assert solve_here(a_small_day(), 3600, is_stopped=lambda: next(asked) > 10).stops


LAPS = (Lap(0.5, (Leg(routing=1.0), Leg(fresh=True))), Lap(0.5, (Leg(hot=4.0), Leg(hot=2.0))))


async def test_the_race_has_the_better_plan_of_both() -> None:
    day, told = a_small_day(), list[Plan]()
    plan = await race_day(day, 1.5, seed=1, tell=told.append, laps=LAPS)
    assert evaluate(day, plan).broken == ()
    assert plan == told[-1]
    assert evaluate(day, plan).total <= evaluate(day, anneal(day, 0, seed=1, clock=time.monotonic)).total


async def test_whoever_stops_the_race_gets_the_best_until_then() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(1, stop.set)
    plan = await race_day(a_small_day(), 3600, seed=1, stop=stop, laps=LAPS)
    assert plan.stops


async def test_a_race_that_is_stopped_before_it_begins_has_a_plan() -> None:
    stop = asyncio.Event()
    stop.set()
    plan = await race_day(a_small_day(), 3600, seed=1, stop=stop, laps=LAPS)
    assert evaluate(a_small_day(), plan).broken == ()


async def test_a_child_that_dies_is_an_error_that_keeps_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    start = anneal(a_small_day(), 0, seed=1, clock=time.monotonic)
    ask = Child.ask

    def dying(self: Searcher, request: Request) -> None:
        assert self.process is not None
        self.process.kill()
        ask(self, request)

    monkeypatch.setattr(Child, "ask", dying)
    with pytest.raises(RoundsSolverDied) as died:
        await race_day(a_small_day(), 60, seed=1, start=start, laps=LAPS)
    assert died.value.best == start


async def test_a_child_ends_with_its_input() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.roster.solver.routing", stdin=asyncio.subprocess.PIPE
    )
    assert process.stdin is not None
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 60) == 0
