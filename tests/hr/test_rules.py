"""Limits and thresholds are dated data, each with its source and how sure we are of it."""

from datetime import date

import pytest
from sqlalchemy import insert
from uuid6 import uuid7

from services.common.auth import SYSTEM, Persona
from services.hr.domain.rule import Rule, RuleName
from tests.hr.office import OUTSIDERS
from tests.running import Running


async def test_anonymous_is_refused(hr: Running) -> None:
    nobody = await hr.client("hr", None)
    assert (await nobody.get("/v1/rules")).status_code == 401


async def test_every_rule_has_a_value_a_source_and_a_status(hr: Running) -> None:
    nurse = await hr.nurse("hr")
    known = {rule["name"]: rule for rule in (await nurse.get("/v1/rules")).json()["items"]}
    assert set(known) == set(RuleName)
    assert all(rule["source"] and rule["unit"] for rule in known.values())
    most, told = known[RuleName.MOST_MEMBERS], known[RuleName.HEATSHIELD_TOLD]
    assert (most["value"], most["status"]) == (12, "sourced")
    assert most["source"].startswith("AQuA, Buurtzorg learning report, December 2019")
    assert (told["value"], told["status"]) == (10, "to_be_confirmed")
    assert (known[RuleName.WARN_BELOW]["value"], known[RuleName.STEERING_TOLD]["value"]) == (8, 30)


async def test_a_rule_holds_until_its_next_value_begins(hr: Running) -> None:
    new = {"name": RuleName.WARN_BELOW, "value": 6, "unit": "members", "source": "a test", "status": "derived"}
    async with hr.databases["hr"].transaction(SYSTEM) as tx:
        await tx.session.execute(insert(Rule).values(**new, from_on=date(2026, 4, 1)))
    nurse = await hr.nurse("hr")

    async def warn_below(as_of: str) -> list[int]:
        rules = (await nurse.get("/v1/rules", params={"as_of": as_of})).json()["items"]
        return [rule["value"] for rule in rules if rule["name"] == RuleName.WARN_BELOW]

    assert [await warn_below(day) for day in ("2019-03-31", "2026-03-31", "2026-04-01")] == [[], [8], [6]]


@pytest.mark.parametrize("persona", OUTSIDERS)
async def test_who_works_apart_from_the_team_is_refused(hr: Running, persona: Persona) -> None:
    other = await hr.client("hr", uuid7(), persona)
    assert (await other.get("/v1/rules")).status_code == 403
