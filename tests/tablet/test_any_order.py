"""Spells without signal, lost answers and killed apps in any order: nothing is lost, nothing is done twice, the tablets
agree in the end, and every conflict is seen (mission row 1.13)."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from demo.tablet.app import NoSignal
from services.caseload.main import SERVICE
from tests.caseload.medicating import told_of_role
from tests.databases import Stock
from tests.running import DEPUTY, NURSE, Running, running
from tests.tablet.ward import HELD_BY, Ward, a_ward

GAP = timedelta(minutes=240)
# Two thousand in all.
PARTS, EXAMPLES, STEPS = 4, 500, 12
TABLETS = st.integers(0, len(HELD_BY) - 1)
CUTS = st.lists(st.sampled_from(["heard", "lost", "unanswered"]), max_size=4)


class AnyOrder(RuleBasedStateMachine):
    """What nurses, tablets and the line may do, one after the other."""

    runner: ClassVar[asyncio.Runner]
    system: ClassVar[Running]
    folder: ClassVar[Path]

    @initialize()
    def take_on(self) -> None:
        self.ward: Ward = self.runner.run(a_ward(self.system, self.folder))

    @rule(place=TABLETS)
    def visit(self, place: int) -> None:
        self.ward.visit(place)

    @rule(place=TABLETS)
    def add_note(self, place: int) -> None:
        self.ward.add_note(place)

    @rule(place=TABLETS, line=st.integers(0, 1))
    def reword(self, place: int, line: int) -> None:
        self.ward.reword(place, line)

    @rule(place=TABLETS, hours_ago=st.integers(0, 6))
    def give(self, place: int, hours_ago: int) -> None:
        self.ward.give(place, hours_ago)

    @rule(place=TABLETS, cuts=CUTS)
    def synchronise(self, place: int, cuts: list[str]) -> None:
        tablet = self.ward.tablets[place]
        tablet.line.cuts.extend(cuts)
        try:
            self.runner.run(tablet.app.synchronise())
        except NoSignal:
            tablet.restart()
        tablet.line.cuts.clear()

    @rule(place=TABLETS)
    def kill(self, place: int) -> None:
        self.ward.tablets[place].restart()

    @rule(place=TABLETS)
    def settle(self, place: int) -> None:
        self.runner.run(self.ward.settle(place))

    def teardown(self) -> None:
        if hasattr(self, "ward"):
            self.runner.run(_is_as_noted(self.ward))
            for tablet in self.ward.tablets:
                tablet.app.queue.close()


async def _is_as_noted(ward: Ward) -> None:
    await ward.all_agree()
    arrived, answers = await ward.arrived(), [tablet.app.queue.outcomes() for tablet in ward.tablets]
    said = [outcome for one in answers for outcome in one.values()]
    assert set(said) <= {"applied", "conflict"}
    assert len(arrived.operations) == len(said)
    assert sorted(arrived.contacts) == sorted(ward.contacts)
    assert sorted(arrived.notes) == sorted(ward.notes)
    assert set(ward.words) <= {*arrived.edits, *arrived.versions}
    assert set(ward.doses) == {*arrived.doses, *arrived.disputed}
    given = arrived.given_at
    assert all(after - before >= GAP for before, after in zip(given, given[1:], strict=False))
    assert all(one["people"] for one in await ward.conflicts())


@pytest.fixture
def order(stock: Stock, tmp_path: Path) -> Iterator[type[AnyOrder]]:
    with asyncio.Runner() as runner, tempfile.TemporaryDirectory() as folder:
        stack = AsyncExitStack()
        name = runner.run(stock.take("caseload"))

        async def databases(service: str) -> str:
            return stock.postgres.url(service, name)

        async def start() -> Running:
            system = await stack.enter_async_context(running(databases, SERVICE))
            await system.join("caseload")
            await system.join("caseload", employee=DEPUTY)
            for nurse in (NURSE, DEPUTY):
                await told_of_role(system, nurse, "registered_nurse")
            return system

        AnyOrder.runner, AnyOrder.folder = runner, Path(folder)
        AnyOrder.system = runner.run(start())
        yield AnyOrder
        runner.run(stack.aclose())
        runner.run(stock.drop(name))


def _try(order: type[AnyOrder], examples: int) -> None:
    kept = settings(max_examples=examples, stateful_step_count=STEPS, deadline=None, database=None)
    run_state_machine_as_test(order, settings=settings(kept, suppress_health_check=list(HealthCheck)))


def test_a_few_orders_of_events_lose_nothing_and_double_nothing(order: type[AnyOrder]) -> None:
    _try(order, 15)


@pytest.mark.slow
@pytest.mark.many
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_order_of_events_loses_or_doubles_anything(order: type[AnyOrder], part: int) -> None:
    _try(order, EXAMPLES)
