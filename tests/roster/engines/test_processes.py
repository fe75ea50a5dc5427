"""Engines in processes of their own: the same answers, nothing left over, and an end when somebody wants it."""

import asyncio
import os
import re
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from random import Random

import psutil
import pytest

from services.roster.solver import engine, race
from services.roster.solver.found import is_solution
from services.roster.solver.messages import Request
from services.roster.solver.model import Form, Model, Outcome, Progress, Row, Runs, Settings, Tell
from tests.roster.engines.models import a_model, least, solutions
from tests.roster.engines.test_cpsat import many
from tests.running import until

ROOT = Path(__file__).parents[3]
FLOW = Settings("highs", Form.FLOW, 60)
WINDOWS = Settings("cpsat", Form.WINDOW, 60)


def random_runs(luck: Random) -> Model:
    """One person's days with a row that depends on another variable, any history and any prices."""
    days, most = luck.randint(2, 7), luck.randint(1, 5)
    on_before = luck.choice([0, 0, 2])
    off_before = luck.choice([None, 0] if on_before else [None, 1, 5])
    runs = Runs(tuple(range(days)), most, luck.randint(1, min(3, most)), luck.randint(1, 3), on_before, off_before)
    row = Row((0, days - 1, days + 1), (1, 2, 1), luck.choice([None, 1, 2]), luck.choice([None, 3]), only_if=days)
    prices = tuple((var, luck.randint(-5, 5)) for var in range(days + 2))
    return a_model(days + 1, prices, ints=((0, 2),), rows=(row,), clauses=((1, days + 1),), runs=(runs,))


@pytest.fixture
async def highs() -> AsyncIterator[engine.Engine]:
    async with engine.opened("highs") as opened:
        yield opened


async def outcome_of(opened: engine.Engine, model: Model, settings: Settings) -> Outcome:
    return await engine.search(opened, model, settings, tell=lambda told: None, stop=asyncio.Event())


async def test_highs_finds_what_trying_all_finds(highs: engine.Engine) -> None:
    luck = Random(7)
    for _ in range(60):
        model = random_runs(luck)
        known, any_way = least(model), list(solutions(model))
        for form in Form:
            start = luck.choice(any_way) if any_way and luck.random() < 0.5 else None
            outcome = await outcome_of(highs, replace(model, hint=start), replace(FLOW, form=form))
            assert outcome.best == known
            assert outcome.status == ("infeasible" if known is None else "optimal")
            assert known is None or outcome.bound == known


async def test_a_hint_that_breaks_a_rule_is_no_start(highs: engine.Engine) -> None:
    model = replace(a_model(2, ((0, -1),), at_most_one=((0, 1),)), hint=(1, 1))
    assert (await outcome_of(highs, model, FLOW)).values == (1, 0)


async def test_named_wishes_hold_in_highs_too(highs: engine.Engine) -> None:
    model = a_model(2, ((0, -5),), rows=(Row((0,), (1,), None, 0, only_if=1),), named=((1, "leave"),))
    assert (await outcome_of(highs, model, FLOW)).values == (0, 1)


@pytest.mark.parametrize("settings", [FLOW, WINDOWS])
async def test_whoever_stops_an_engine_waits_for_less_than_a_second(settings: Settings) -> None:
    stop, told = asyncio.Event(), list[Progress]()

    def tell(progress: Progress) -> None:
        told.append(progress)
        if progress.values is not None:
            stop.set()

    async with engine.opened(settings.engine) as opened:
        searching = asyncio.create_task(engine.search(opened, many(), settings, tell=tell, stop=stop))
        await asyncio.wait_for(stop.wait(), 60)
        begun = time.monotonic()
        outcome = await searching
    assert time.monotonic() - begun < 1
    assert outcome.values is not None
    assert is_solution(many(), outcome.values)


async def test_an_engine_that_dies_is_an_error_that_keeps_the_best() -> None:
    stop = asyncio.Event()
    async with engine.opened("cpsat") as opened:

        def kill(progress: Progress) -> None:
            if progress.values is not None and opened.is_alive:
                assert opened.process is not None
                opened.process.kill()

        with pytest.raises(engine.EngineDied) as died:
            await engine.search(opened, many(), WINDOWS, tell=kill, stop=stop)
    assert died.value.engine == "cpsat"
    assert died.value.best.values is not None


@pytest.mark.parametrize("name", ["cpsat", "highs"])
async def test_a_process_ends_with_its_input(name: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", f"services.roster.solver.{name}"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(engine.REQUEST.dump_json(Request(many(), replace(WINDOWS, seconds=300))) + b"\n")
    process.stdin.close()
    assert await asyncio.wait_for(process.wait(), 60) == 0


async def test_a_warm_process_is_ready_for_each_search_and_none_is_left() -> None:
    taken: list[int] = []
    async with engine.Warm():
        for _ in range(2):
            async with engine.opened("cpsat") as opened:
                assert opened.process is not None
                taken.append(opened.process.pid)
                assert (await outcome_of(opened, a_model(1, ((0, -1),)), WINDOWS)).values == (1,)
    assert len(set(taken)) == 2
    for pid in taken:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_a_warm_process_that_died_is_replaced() -> None:
    async with engine.Warm() as warm:
        spare = await warm.ready()
        assert spare is not None
        assert spare.process is not None
        spare.process.kill()
        await spare.process.wait()
        assert (await engine.solve(a_model(1), WINDOWS, tell=lambda told: None, stop=asyncio.Event())).best == 0


async def test_a_warm_process_that_died_before_it_was_ready_is_replaced() -> None:
    others = set(psutil.Process().children())
    async with engine.Warm() as warm:
        await until(lambda: set(psutil.Process().children()) > others)
        for child in set(psutil.Process().children()) - others:
            child.kill()
        with suppress(engine.EngineDied):
            spare = await warm.ready()
            # It was so quick that it was ready.
            assert spare is not None
            assert spare.process is not None
            await spare.process.wait()
        assert (await engine.solve(a_model(1), WINDOWS, tell=lambda told: None, stop=asyncio.Event())).best == 0


async def raced(model: Model, plan: race.Plan, told: list[Progress]) -> Outcome:
    return await race.solve(model, 60, seed=3, tell=told.append, stop=asyncio.Event(), plan=plan)


async def test_a_race_ends_with_the_first_proof() -> None:
    told: list[Progress] = []
    outcome = await raced(a_model(2, ((0, -3), (1, 2))), race.SMALL, told)
    assert (outcome.status, outcome.best, outcome.bound, outcome.values) == ("optimal", -3, -3, (1, 0))
    assert outcome.seed == 3
    assert {one.engine for one in told} == {"cpsat"}


async def test_a_race_goes_on_from_the_best_with_the_next_engine_and_the_better_bound() -> None:
    told, stop = list[Progress](), asyncio.Event()

    def tell(progress: Progress) -> None:
        told.append(progress)
        if progress.engine == "highs":
            stop.set()

    plan = (race.Turn((WINDOWS,), most=1.5), race.Turn((FLOW,)))
    outcome = await race.solve(many(), 60, seed=3, tell=tell, stop=stop, plan=plan)
    costs = [one.best for one in told if one.best is not None]
    bounds = [one.bound for one in told if one.bound is not None]
    assert [one.engine for one in told if one.best is not None][0] == "cpsat"
    assert costs == sorted(costs, reverse=True)
    assert bounds == sorted(bounds)
    assert outcome.best == costs[-1]
    assert outcome.bound == bounds[-1]
    assert outcome.values is not None
    assert is_solution(many(), outcome.values)


async def test_a_turn_ends_when_it_has_lasted_long_enough_for_what_it_found(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[bool] = []

    async def idle(_: race.Engines, name: str) -> str:
        return name

    async def search(_: str, model: Model, settings: Settings, *, tell: Tell, stop: asyncio.Event) -> Outcome:
        for seconds, best in ((2.0, 30), (2.5, 21), (0.5, 20), (1.0, 19)):
            tell(Progress("cpsat", seconds, best, 10, (0,)))
            ended.append(stop.is_set())
        return Outcome("feasible", 19, 10, (0,), 1.0, settings.seed)

    monkeypatch.setattr(race.Engines, "idle", idle)
    monkeypatch.setattr(engine, "search", search)
    plan = (race.Turn((WINDOWS,), enough=1.0),)
    await race.solve(a_model(1), 60, seed=1, tell=lambda told: None, stop=asyncio.Event(), plan=plan)
    assert ended == [False, False, False, True], "twice the bound at most, and after a second"


async def test_a_race_where_nothing_fits_tells_what_clashes() -> None:
    rows = (Row((0,), (1,), None, 0, only_if=1), Row((0,), (1,), 1, None, only_if=2))
    outcome = await raced(a_model(3, ((0, 1),), rows=rows, named=((1, "leave"), (2, "a nurse"))), race.TEAM, [])
    assert outcome.status == "infeasible"
    assert sorted(outcome.clash) == ["a nurse", "leave"]


async def test_a_race_that_was_stopped_before_asks_nobody() -> None:
    stop = asyncio.Event()
    stop.set()
    outcome = await race.solve(a_model(1), 10, seed=1, tell=lambda told: None, stop=stop)
    assert outcome.status == "unknown"


async def test_a_process_is_asked_again_unless_it_owes_an_answer() -> None:
    stop = asyncio.Event()
    async with race.Engines() as engines:
        first = await engines.idle("cpsat")
        await engine.search(first, a_model(1), WINDOWS, tell=lambda told: None, stop=stop)
        assert await engines.idle("cpsat") is first
        first.ask(Request(many(), WINDOWS))
        other = await engines.idle("cpsat")
        assert other is not first
        assert not first.is_alive
        assert other.is_idle
    assert not other.is_alive


async def test_what_a_process_needs_to_begin_is_no_time_of_searching(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of two turns begins after longer than the whole search may take, and searches all the same."""
    seconds, slow = 0.5, 1.0
    searched: list[float] = []

    @asynccontextmanager
    async def opened(name: str) -> AsyncIterator[str]:
        await asyncio.sleep(slow)
        yield name

    async def search(_: str, model: Model, settings: Settings, **told: object) -> Outcome:
        searched.append(settings.seconds)
        return Outcome("unknown", None, None, None, 0.0, settings.seed)

    monkeypatch.setattr(engine, "opened", opened)
    monkeypatch.setattr(engine, "search", search)
    plan = (race.Turn((WINDOWS,), most=0.1), race.Turn((FLOW,)))
    await race.solve(a_model(1), seconds, seed=1, tell=lambda told: None, stop=asyncio.Event(), plan=plan)
    assert len(searched) == 2
    assert 0 < searched[1] <= seconds


def test_highs_is_imported_by_its_own_process_alone() -> None:
    """OR-Tools and HiGHS in one process end in an ImportError, whichever comes first."""
    importing = re.compile(r"^\s*(import|from) highspy", re.MULTILINE)
    sources: Sequence[Path] = [*(ROOT / "services").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
    assert [str(path.relative_to(ROOT)) for path in sources if importing.search(path.read_text("utf-8"))] == [
        "services/roster/solver/highs/__main__.py"
    ]
