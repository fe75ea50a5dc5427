"""Spells without signal, lost answers and killed apps in any order: nothing is lost, nothing is done twice, the tablets
agree in the end, and every conflict is seen (mission row 1.13)."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from demo.tablet import app
from demo.tablet.app import NoSignal
from tests.caseload.medicating import told_of_role
from tests.databases import Stock
from tests.running import DEPUTY, NURSE
from tests.tablet.server import Server
from tests.tablet.ward import HELD_BY, Ward, a_ward

GAP = timedelta(minutes=240)
# Two thousand in all, unless somebody who has to wait asks for fewer.
PARTS, STEPS = 4, 12
EXAMPLES = int(os.environ.get("HEATSHIELD_EXAMPLES", "2000")) // PARTS
TABLETS = st.integers(0, len(HELD_BY) - 1)
# Of a queue in one push: all of it mostly, or two, so that a longer one is cut.
MOST = st.sampled_from([app.MOST_OPERATIONS, app.MOST_OPERATIONS, 2])
CUTS = st.lists(st.sampled_from(["heard", "lost", "unanswered"]), max_size=4)


class AnyOrder(RuleBasedStateMachine):
    """What nurses, tablets and the line may do, one after the other."""

    runner: ClassVar[asyncio.Runner]
    server: ClassVar[Server]
    folder: ClassVar[Path]

    # Once, and in one of three examples, as a server that has just been started is slow.
    @initialize(restarts=st.sampled_from([0, 0, 1]))
    def take_on(self, restarts: int) -> None:
        self.restarts = restarts
        self.ward: Ward = self.runner.run(a_ward(self.server.system, self.folder))

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

    @rule(place=TABLETS, cuts=CUTS, most=MOST)
    def synchronise(self, place: int, cuts: list[str], most: int) -> None:
        tablet = self.ward.tablets[place]
        tablet.line.cuts.extend(cuts)
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(app, "MOST_OPERATIONS", most)
                self.runner.run(tablet.app.synchronise())
        except NoSignal:
            tablet.restart()
        tablet.line.cuts.clear()

    @precondition(lambda self: self.restarts)
    @rule(place=st.none() | TABLETS, cuts=st.integers(0, 1))
    def restart_the_server(self, place: int | None, cuts: int) -> None:
        """In the middle of a push as well, whose answer, or that to its second half, is lost with it."""
        self.restarts -= 1
        if place is not None:
            self.synchronise(place, ["heard"] * cuts + ["unanswered"], 2)
        self.runner.run(self.server.restart())

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
    shown = await ward.all_agree()
    arrived, answers = await ward.arrived(), [tablet.app.queue.outcomes() for tablet in ward.tablets]
    said = [outcome for one in answers for outcome in one.values()]
    assert set(said) <= {"applied", "conflict"}
    assert len(arrived.operations) == len(said)
    assert sorted(arrived.contacts) == sorted(ward.contacts)
    assert sorted(arrived.notes) == sorted(ward.notes)
    assert set(ward.doses) == {*arrived.doses, *arrived.disputed}
    given = arrived.given_at
    assert all(after - before >= GAP for before, after in zip(given, given[1:], strict=False))
    conflicts = await ward.conflicts()
    _every_conflict_is_seen(ward, conflicts)
    _no_word_lost_silently(ward, conflicts, shown)


def _every_conflict_is_seen(ward: Ward, conflicts: dict[str, Any]) -> None:
    """By whoever's tablet was told of it, and by everybody who said a version of it."""
    for tablet, person in zip(ward.tablets, HELD_BY, strict=True):
        answers = tablet.app.queue.to_show()
        assert len(answers) == list(tablet.app.queue.outcomes().values()).count("conflict")
        for answer in answers:
            listed = conflicts[answer["conflict_id"]]
            makers = {one["operation_id"]: one["made_by"] for one in listed["versions"]}
            assert makers[answer["operation_id"]] == str(person)
            assert set(makers.values()) <= set(listed["people"])


def _no_word_lost_silently(ward: Ward, conflicts: dict[str, Any], shown: dict[str, Any]) -> None:
    """Each stands on its line or beside it, or somebody who knew of it wrote something else there."""
    live = {one["words"] for one in shown["care_plan_line"].values()}
    beside = {one["content"].get("words") for whole in conflicts.values() for one in whole["versions"]}
    known = {(said.line, words) for said in ward.words.values() for words in said.knew}
    lost = [words for words, said in ward.words.items() if (said.line, words) not in known]
    assert set(lost) <= live | beside


@pytest.fixture
def order(stock: Stock, tmp_path: Path) -> Iterator[type[AnyOrder]]:
    with asyncio.Runner() as runner, tempfile.TemporaryDirectory() as folder:
        name = runner.run(stock.take("caseload"))
        AnyOrder.runner, AnyOrder.folder = runner, Path(folder)
        AnyOrder.server = Server(stock.postgres.url("caseload", name))
        runner.run(_start(AnyOrder.server))
        yield AnyOrder
        runner.run(AnyOrder.server.__aexit__())
        runner.run(stock.drop(name))


async def _start(server: Server) -> None:
    await server.__aenter__()
    await server.system.join("caseload")
    await server.system.join("caseload", employee=DEPUTY)
    for nurse in (NURSE, DEPUTY):
        await told_of_role(server.system, nurse, "registered_nurse")


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
