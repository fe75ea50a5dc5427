"""Lists are read by an index however many resources there are."""

import asyncpg
import pytest

from tests.common.walled import Walled
from tests.running import NURSE, TEAM, Databases, owner

MANY = """
    with made as (
        insert into resource
            (id, version, changed_at, team_id, resource_type, resource_id, client_id, owner_version, content, tokens)
        select gen_random_uuid(), 1, now(), $1, 'Encounter', gen_random_uuid(), gen_random_uuid(), 1, '{}',
               array['code|' || n]
        from generate_series(1, 20000) n returning team_id, resource_type, resource_id
    ), timed as (
        insert into search_time (id, team_id, resource_type, resource_id, name, starts_at, ends_at)
        select gen_random_uuid(), team_id, resource_type, resource_id, 'date', at, at + interval '1 hour'
        from (select *, now() - row_number() over () * interval '1 hour' as at from made) as one
    ), measured as (
        insert into search_amount (id, team_id, resource_type, resource_id, name, amount, unit)
        select gen_random_uuid(), team_id, resource_type, resource_id, 'length', row_number() over (), 'min' from made
    )
    insert into resource_history (id, team_id, resource_type, resource_id, version, changed_at, content)
    select gen_random_uuid(), team_id, resource_type, resource_id, 1,
           now() - row_number() over () * interval '1 hour', '{}' from made
"""
OF_TYPE = "select * from resource where resource_type = 'Encounter'"
WANTED = {
    "the next page": (
        f"{OF_TYPE} and resource_id > '01938000-0000-7000-8000-000000000000' order by resource_id limit 51",
        "resource",
    ),
    "a token": (f"{OF_TYPE} and tokens && '{{code|7}}' order by resource_id limit 51", "ix_resource_tokens"),
    "a time": (
        f"""{OF_TYPE} and resource_id in (select resource_id from search_time where resource_type = 'Encounter'
        and name = 'date' and starts_at >= now() - interval '2 hours') order by resource_id limit 51""",
        "ix_search_time_starts",
    ),
    "an amount": (
        f"""{OF_TYPE} and resource_id in (select resource_id from search_amount where resource_type = 'Encounter'
        and name = 'length' and amount >= 6.5 and amount < 7.5) order by resource_id limit 51""",
        "ix_search_amount",
    ),
    "everything of a patient": (
        "select * from resource where client_id = '01938000-0000-7000-8000-000000000000' order by id limit 51",
        "ix_resource_client_id",
    ),
    "the versions of a type": (
        "select * from resource_history where resource_type = 'Encounter' order by id desc limit 51",
        "ix_resource_history_type",
    ),
    "the versions since": (
        """select * from resource_history where resource_type = 'Encounter' and changed_at >= now() - interval '2 hours'
        order by id desc limit 51""",
        "ix_resource_history_changed_at",
    ),
}


@pytest.fixture
async def filled(databases: Databases) -> Walled:
    walled = Walled("interop", await databases("interop"))
    async with owner(walled.url) as connection:
        await connection.execute(MANY, TEAM)
        for table in ("resource", "resource_history", "search_time", "search_amount"):
            await connection.execute(f"analyze {table}")
    return walled


async def test_every_list_walks_an_index(filled: Walled) -> None:
    async with filled.acting(NURSE, every_team=True) as connection:
        for what, (wanted, index) in WANTED.items():
            plan = await _plan(connection, wanted)
            assert index in plan, (what, plan)
            assert "Seq Scan" not in plan, (what, plan)


async def _plan(connection: asyncpg.Connection, wanted: str) -> str:
    return "\n".join(row[0] for row in await connection.fetch(f"explain {wanted}"))
