"""Limits, shares and terms are dated data in every service, each with its source and how sure we are of it."""

import importlib.util
from collections.abc import AsyncIterator
from datetime import date
from importlib import import_module

import pytest

from demo.compose import services
from services.common.auth import SYSTEM
from services.common.months import RULE_CODES
from services.common.rules import Rule, RuleStatus
from tests.running import Databases, Running, running

SERVICES = services()


@pytest.fixture(params=SERVICES)
async def system(request: pytest.FixtureRequest, databases: Databases) -> AsyncIterator[tuple[str, Running]]:
    async with running(databases, SERVICES[request.param]) as made:
        yield request.param, made


async def test_every_rule_that_the_code_asks_for_is_there_with_its_source(system: tuple[str, Running]) -> None:
    name, made = system
    asked = set()
    if importlib.util.find_spec(f"services.{name}.domain.rule"):
        asked = set(import_module(f"services.{name}.domain.rule").RuleCode)
    items = (await (await made.nurse(name)).get("/v1/rules")).json()["items"]
    known = {rule["code"]: rule for rule in items}
    assert set(known) == asked | {"figures.smallest_cell"} | RULE_CODES
    assert all(rule["source"] and rule["unit"] and rule["status"] in set(RuleStatus) for rule in known.values())


async def test_a_rule_holds_until_its_next_value_begins(databases: Databases) -> None:
    async with running(databases, SERVICES["hr"]) as made:
        later = {"code": "team.warn_below", "from_on": date(2026, 4, 1), "amount": 6, "per": 1, "unit": "members"}
        async with made.databases["hr"].transaction(SYSTEM) as tx:
            table = tx.metadata.tables["rule"]
            await tx.session.execute(table.insert().values(**later, source="a test", status="derived"))
        nurse = await made.nurse("hr")

        async def warn_below(as_of: str) -> list[int]:
            rules = (await nurse.get("/v1/rules", params={"as_of": as_of})).json()["items"]
            return [rule["amount"] for rule in rules if rule["code"] == "team.warn_below"]

        assert [await warn_below(day) for day in ("2019-03-31", "2026-03-31", "2026-04-01")] == [[], [8], [6]]


@pytest.mark.parametrize(("whole", "share"), [(6, 4), (5, 4), (1, 1), (0, 0)])
def test_a_share_is_at_least_its_part_of_the_whole(whole: int, share: int) -> None:
    two_thirds = Rule("x", date(2019, 4, 1), 2, 3, "members", "a test", "derived")
    assert two_thirds.share_of(whole) == share
