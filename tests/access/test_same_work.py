"""What is another team's and what is nobody's cost the same work, so that no clock tells them apart."""

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.caseload.api.shapes import ClientShape
from services.caseload.domain.client import Client
from services.caseload.main import SERVICE
from services.common.auth import Persona
from services.common.db import Database
from services.common.errors import NotFound
from services.common.http import ByNurse, api_router
from tests.access.operations import PUBLIC, SERVICES, Operation, operations
from tests.access.test_matrix import OF_NO_TEAM, OF_ONE_PERSON, asked
from tests.access.world import World, world_of
from tests.caseload.world import world
from tests.running import Databases

# A text, and an array of any length.
SPELLED = re.compile(r"'[^']*'")

Statements = Callable[[Database], AbstractContextManager[list[str]]]


def by_id(name: str) -> list[Operation]:
    """What a nurse may do to one object of her own team's, by its id."""
    excused = {*OF_NO_TEAM, *OF_ONE_PERSON}
    return [
        one
        for one in operations(name)
        if one.object_ids and Persona.NURSE in one.personas and str(one) not in excused and one.name not in PUBLIC
    ]


async def work(
    made: World, operation: Operation, ids: Mapping[str, str], statements: Statements
) -> tuple[int, list[str]]:
    """The status for another team's nurse, and every statement that it took, whatever values are spelled out in it."""
    with statements(made.system.databases[made.service.name]) as seen:
        answer = await asked(await made.stranger(), made, operation, ids)
    return answer.status_code, [SPELLED.sub("?", one) for one in seen]


@pytest.mark.parametrize("name", [name for name in SERVICES if by_id(name)])
async def test_a_foreign_id_and_one_of_nothing_take_the_same_statements(
    name: str, databases: Databases, statements: Any
) -> None:
    async with world_of(name, databases) as made:
        for operation in by_id(name):
            foreign = await work(made, operation, made.ids, statements)
            of_nothing = await work(made, operation, made.unknown(), statements)
            assert foreign == of_nothing, str(operation)
            assert foreign[1], "it was looked for in the database"


telling = api_router(tags=["clients"])


@telling.get("/clients/{client_id}", response_model=ClientShape)
async def read_after_a_look(tx: ByNurse, client_id: UUID) -> Any:
    """Refused alike, and slower where there is somebody."""
    await tx.session.execute(text("select set_config('app.every_team', 'on', true)"))
    if await tx.session.get(Client, client_id):
        await tx.session.execute(text("select count(*) from care_contact"))
    raise NotFound("client")


async def test_a_route_that_does_more_where_there_is_something_is_found(databases: Databases, statements: Any) -> None:
    (read,) = (one for one in by_id("caseload") if one.name == "GET /v1/clients/{client_id}")
    async with world(replace(SERVICE, routers=(telling, *SERVICE.routers)), databases) as made:
        foreign = await work(made, read, made.ids, statements)
        of_nothing = await work(made, read, made.unknown(), statements)
    assert foreign[0] == of_nothing[0] == 404
    assert len(foreign[1]) == len(of_nothing[1]) + 1
