"""Whoever a client was handed on to plans from that day on, and is asked; nobody else is."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.common.types import day_in_england
from tests.roster.facts import EDITH, RUTH, SANDRA, TOM, Fact, a_need, a_plan, episode, hear
from tests.running import TEAM, Running

EPISODE = str(uuid4())


def handed_on(changed_on: date, named: UUID = SANDRA, deputy: UUID = TOM) -> Fact:
    about = {"episode_of_care_id": EPISODE, "client_id": str(EDITH), "team_id": str(TEAM), "reason": "leave"}
    who = {"named_nurse_id": str(named), "deputy_id": str(deputy), "changed_on": str(changed_on)}
    return "caseload.named_nurse.changed.v1", about | who


@pytest.fixture
async def ruths(roster: Running) -> Running:
    """Edith's newest episode is Ruth's, with Tom as her deputy."""
    await hear(roster, episode(EDITH, episode_of_care_id=EPISODE, opened_on="2026-11-20"))
    await hear(roster, a_need())
    return roster


async def may_plan(roster: Running) -> dict[UUID, bool]:
    async def plans(who: UUID) -> bool:
        answer: Any = await (await roster.client("roster", who)).post("/v1/visit-plans", json=a_plan())
        return bool(answer.status_code == 201)

    return {who: await plans(who) for who in (RUTH, TOM, SANDRA)}


async def is_asked(roster: Running) -> list[str]:
    nurse = await roster.nurse("roster")
    return [one["ask_employee_id"] for one in (await nurse.get("/v1/visit-needs")).json()["items"]]


async def test_from_the_day_of_the_hand_on_the_new_named_nurse_plans_and_the_old_one_does_not(ruths: Running) -> None:
    today = day_in_england(datetime.now(UTC))
    await hear(ruths, handed_on(today), version=3)
    await hear(ruths, handed_on(today - timedelta(days=2), named=TOM, deputy=RUTH), version=2)
    assert await may_plan(ruths) == {RUTH: False, TOM: True, SANDRA: True}
    assert await is_asked(ruths) == [str(SANDRA)]


async def test_before_that_day_all_is_as_it_was(ruths: Running) -> None:
    await hear(ruths, handed_on(day_in_england(datetime.now(UTC)) + timedelta(days=2)), version=2)
    assert await may_plan(ruths) == {RUTH: True, TOM: True, SANDRA: False}
    assert await is_asked(ruths) == [str(RUTH)]
