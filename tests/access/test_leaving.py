"""Whoever leaves a team reads nothing of it any more, whatever token they hold: membership is looked up anew."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.common.auth import Persona
from tests.access.operations import SERVICES, Operation, operations
from tests.access.test_matrix import OF_NO_TEAM, OF_ONE_PERSON, asked, said
from tests.access.world import World, world_of
from tests.running import NURSE, TEAM, Databases

# What is her own stays hers.
ALWAYS_OPEN = (
    set(OF_NO_TEAM)
    | set(OF_ONE_PERSON)
    | {
        "hr GET /v1/employees/{employee_id}",
        "caseload GET /v1/push-subscriptions/{push_subscription_id}",
    }
)


def readings(name: str) -> list[Operation]:
    """What a nurse reads of her team's own things."""
    return [
        operation
        for operation in operations(name)
        if operation.method == "GET"
        and Persona.NURSE in operation.personas
        and (operation.object_ids or "team_id" in str(operation.said.get("parameters")))
        and str(operation) not in ALWAYS_OPEN
    ]


async def answers(world: World, nurse: Any, name: str, ids: dict[str, str]) -> dict[str, Any]:
    return {str(operation): said(await asked(nurse, world, operation, ids)) for operation in readings(name)}


def holds_something(answer: tuple[int, Any]) -> bool:
    status, body = answer
    return status == 200 and not (isinstance(body, dict) and body.get("items") == [])


@pytest.mark.parametrize("name", [name for name in SERVICES if readings(name)])
async def test_a_token_opens_nothing_more_of_a_team_that_was_left(name: str, databases: Databases) -> None:
    async with world_of(name, databases) as world:
        nurse = await world.caller(Persona.NURSE)
        token = nurse.headers["authorization"]
        before = await answers(world, nurse, name, world.ids)
        assert any(status == 200 for status, _ in before.values()), before
        yesterday = str(date.today() - timedelta(days=1))  # noqa: DTZ011  the day in England begins no later
        left = {"team_id": str(TEAM), "employee_id": str(NURSE), "from_on": "2025-01-01", "until_on": yesterday}
        await world.system.deliver(name, "hr.team_membership.changed.v1", left, version=100)
        assert nurse.headers["authorization"] == token
        after = await answers(world, nurse, name, world.ids)
        assert after == await answers(world, nurse, name, world.unknown()), "as if none of it were there"
        told = [named for named, answer in after.items() if answer == before[named] and holds_something(answer)]
        assert told == []
