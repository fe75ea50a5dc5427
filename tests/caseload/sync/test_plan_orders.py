"""The same words of several tablets are pushed in several orders, and end alike: on the line, or in whom to ring."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.caseload.main import SERVICE
from tests.caseload.story import OnCaseload, take_on
from tests.caseload.sync.device import Device, Planned, planned
from tests.caseload.sync.orders import (
    HELD_BY,
    LATE,
    ORDERS,
    SAID,
    Arriving,
    End,
    Said,
    Step,
    minutes_after,
    operation_id,
    words_of,
)
from tests.caseload.sync.test_late_pushes import take_in
from tests.databases import Stock
from tests.running import DEPUTY, NURSE, Running, running

Play = tuple[Sequence[int], Collection[int]]
PLAYS = st.lists(st.tuples(ORDERS, LATE), min_size=1, max_size=2)
START = datetime.now(UTC) - timedelta(hours=2)


@dataclass
class Round:
    """Three tablets and one part of a plan, which nobody has written anew yet."""

    people: Mapping[UUID, Any]
    plan: Planned
    is_line: bool
    run: int
    tablets: list[Device] = field(default_factory=list)

    async def read(self) -> tuple[int, str, Any]:
        """The version, what it says, and the part itself."""
        plan = await self.plan.read()
        if self.is_line:
            return plan["version"], plan["lines"][0]["words"], plan["lines"][0]
        return plan["version"], plan["who_to_call"][0]["name"] if plan["who_to_call"] else "", plan

    async def arrive(self, said: Sequence[Said], step: Step) -> None:
        one, holder = said[step.number], HELD_BY[said[step.number].place]
        named = operation_id(step.number, self.run)
        if step.how == "take":
            listed = await self.people[holder].get("/v1/sync/reviews?outcome=for_review&limit=100")
            (held,) = [item for item in listed.json()["items"] if item["operation_id"] == str(named)]
            taken = await take_in(self.people[holder], held)
            assert taken.status_code == 200, taken.text
            return
        tablet = self.tablets[one.place]
        others = DEPUTY if holder == NURSE else NURSE
        tablet.nurse = self.people[others if step.how == "hold" else holder]
        at = minutes_after(START, one).isoformat()
        operation = self._operation(tablet, one, step.number)
        sent = operation | {"operation_id": str(named), "base_version": step.base, "occurred_at": at}
        (result,) = await tablet.push(sent)
        assert result["outcome"] in (["for_review"] if step.how == "hold" else ["applied", "conflict"]), result

    def _operation(self, tablet: Device, one: Said, number: int) -> Any:
        about = {"care_plan_id": self.plan.plan_id}
        if self.is_line:
            body = {"words": words_of(number), "intervention": one.code}
            return tablet.did("change_line", body, about | {"line_id": self.plan.lines[0]})
        ring = {"name": words_of(number), "role": "By day", "phone": "01449 555 010", "when": None}
        return tablet.did("say_who_to_call", {"who_to_call": [ring]}, about)

    async def end(self) -> End:
        _, words, part = await self.read()
        conflict_id = part["conflict_id" if self.is_line else "who_to_call_conflict_id"]
        versions: list[Any] = []
        if conflict_id is not None:
            versions = (await self.plan.client.nurse.get(f"/v1/sync/conflicts/{conflict_id}")).json()["versions"]
        kept = frozenset(
            (str(one["content"]), one["made_by"], one["is_live"], one["is_superseded"]) for one in versions
        )
        assert not versions or sum(one["is_live"] for one in versions) == 1
        return End(words, part.get("intervention"), part["written_by"] if self.is_line else None, kept)


@dataclass
class Ground:
    """Where rounds are played, one after the other."""

    runner: asyncio.Runner
    system: Running
    client: OnCaseload
    people: Mapping[UUID, Any]
    runs: int = 0

    def play(
        self, said: Sequence[Said], play: Play, is_line: bool, seen: Mapping[int, str] | None = None
    ) -> tuple[End | None, Mapping[int, str]]:
        return self.runner.run(self._play(said, play, is_line, seen))

    async def _play(
        self, said: Sequence[Said], play: Play, is_line: bool, seen: Mapping[int, str] | None
    ) -> tuple[End | None, Mapping[int, str]]:
        self.runs += 1
        plan = await planned(self.system, self.client)
        tablets = [Device(self.people[holder], holder) for holder in HELD_BY]
        round_ = Round(self.people, plan, is_line, self.runs, tablets)
        version, words, _ = await round_.read()
        arriving = Arriving(said, (version, words), *play, seen)
        while (step := arriving.next()) is not None:
            await round_.arrive(said, step)
            version, words, _ = await round_.read()
            arriving.hear(version, words)
        return await round_.end() if arriving.is_done else None, arriving.sees


@pytest.fixture
def ground(stock: Stock) -> Iterator[Ground]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        name = runner.run(stock.take("caseload"))

        async def databases(service: str) -> str:
            return stock.postgres.url(service, name)

        async def start() -> Ground:
            system = await stack.enter_async_context(running(databases, SERVICE))
            people = {}
            for person in (NURSE, DEPUTY):
                await system.join("caseload", employee=person)
                people[person] = await system.client("caseload", person)
            return Ground(runner, system, await take_on(system), people)

        yield runner.run(start())
        runner.run(stack.aclose())
        runner.run(stock.drop(name))


def test_the_same_words_end_alike_in_whatever_order_they_arrive(ground: Ground) -> None:
    in_order: Play = (range(12), ())

    @settings(max_examples=10, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(SAID, min_size=2, max_size=5), PLAYS, st.booleans())
    def ends_alike(said: list[Said], plays: list[Play], is_line: bool) -> None:
        first, seen = ground.play(said, in_order, is_line)
        assert first is not None
        for play in plays:
            ended, _ = ground.play(said, play, is_line, seen)
            assert ended in (first, None)

    ends_alike()
