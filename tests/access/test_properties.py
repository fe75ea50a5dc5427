"""A body may hold what its schema names and nothing else, and a method means what it says, at every operation."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from uuid6 import uuid7

from services.common.auth import Persona
from tests.access.operations import KEPT_AS_IT_CAME, PUBLIC, SERVICES, Operation, operations
from tests.access.world import World, world_of
from tests.running import OTHER_TEAM, Databases

# What somebody would send who hopes that a body is written over a row as it is.
HOPED_FOR: dict[str, Any] = {
    "id": str(uuid7()),
    "team_id": str(OTHER_TEAM),
    "created_by": str(uuid7()),
    "changed_at": "2026-11-04T10:00:00Z",
    "status": "accepted",
    "version": 99,
    "persona": "ops",
    "is_admin": True,
    "__class__": "Admin",
}
MAPS = {"additionalProperties", "patternProperties"}
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}
# Answers that do nothing: not this method, or another route that has no such thing.
NOTHING_DONE = {400, 401, 403, 404, 405, 415, 422, 428}


async def admitted(world: World, operation: Operation) -> Any:
    """Somebody who may call it, the nurse where she may; nobody in particular where anybody may."""
    asked = sorted(operation.personas, key=lambda one: (one is not Persona.NURSE, one))
    return await world.caller(asked[0] if asked else None)


def whole(world: World, operation: Operation) -> dict[str, Any]:
    body = world.bodies[operation.name]
    return body | {"id": str(uuid7())} if "id" in body else dict(body)


async def made_of_it(world: World) -> dict[str, str]:
    """What is kept, but for what partners send, which is kept as it came before it is judged."""
    return {table: rows for table, rows in (await world.state()).items() if table != KEPT_AS_IT_CAME}


def with_more(body: dict[str, Any], known: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The body with one thing more: a field of the row, a field in a part of it, or a known field spelt otherwise."""
    yield from ((name, body | {name: value}) for name, value in HOPED_FOR.items() if name not in known)
    for name in [name for name in body if "_" in name][:2]:
        first, *rest = name.split("_")
        yield name, body | {first + "".join(map(str.title, rest)): body[name]}
    for name, part in body.items():
        # What maps one thing to another has a place for any name, and says by its values what it takes.
        if isinstance(part, dict) and not MAPS & known.get(name, {}).keys():
            yield name, body | {name: part | {"is_admin": True}}
        if isinstance(part, list) and part and isinstance(part[0], dict):
            yield name, body | {name: [part[0] | {"team_id": str(OTHER_TEAM), "is_admin": True}, *part[1:]]}


@pytest.mark.parametrize("name", SERVICES)
async def test_nothing_is_taken_that_a_body_has_no_place_for(name: str, databases: Databases) -> None:
    async with world_of(name, databases) as world:
        before, wrong = await made_of_it(world), []
        for operation in (one for one in operations(name) if one.body is not None):
            client, body = await admitted(world, operation), whole(world, operation)
            for field, more in with_more(body, operation.body["properties"]):
                answer = await client.request(**operation.request(world.ids, more))
                codes = {error["code"] for error in answer.json()["errors"]}
                if answer.status_code != 422 or "extra_forbidden" not in codes:
                    wrong.append((operation.name, field, answer.text))
            asked = operation.request(world.ids)
            twice = json.dumps(body)[:-1] + f", {json.dumps(next(iter(body)))}: null}}"
            headers = {**asked.pop("headers"), "Content-Type": "application/json"}
            answer = await client.request(**asked, headers=headers, content=twice)
            if answer.status_code != 400:
                wrong.append((operation.name, "twice", answer.text))
        assert wrong == [], [(one, field) for one, field, _ in wrong]
        assert await made_of_it(world) == before


@pytest.mark.parametrize("name", SERVICES)
async def test_a_method_cannot_be_dressed_up_as_another(name: str, databases: Databases) -> None:
    """Neither a header nor a parameter changes what a method means, and what is not offered is not done."""
    async with world_of(name, databases) as world:
        every = [one for one in operations(name) if one.name not in PUBLIC]
        before, wrong = await made_of_it(world), []
        for operation in {one.path: one for one in every}.values():
            offered = {one.method for one in every if one.path == operation.path}
            client = await admitted(world, operation)
            for method in METHODS - offered:
                asked = operation.request(world.ids)
                asked["params"] |= {"_method": operation.method}
                asked["headers"] |= dict.fromkeys(("X-HTTP-Method-Override", "X-Method-Override"), operation.method)
                answer = await client.request(**{**asked, "method": method})
                if answer.status_code not in NOTHING_DONE or (
                    answer.status_code == 405 and "allow" not in answer.headers
                ):
                    wrong.append((method, operation.name, answer.status_code))
        assert wrong == [], [(one, field) for one, field, _ in wrong]
        assert await made_of_it(world) == before


@pytest.mark.parametrize("name", SERVICES)
async def test_reading_takes_no_notice_of_a_body(name: str, databases: Databases) -> None:
    async with world_of(name, databases) as world:
        for operation in operations(name):
            if operation.method == "GET" and operation.name not in PUBLIC:
                client = await admitted(world, operation)
                plain = await client.request(**operation.request(world.ids))
                dressed = await client.request(**operation.request(world.ids, {"team_id": str(OTHER_TEAM)}))
                assert dressed.status_code == plain.status_code, (operation.name, dressed.text)
