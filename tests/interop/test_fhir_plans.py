"""Lists are read by an index however many resources there are."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import asyncpg
import pytest
from sqlalchemy.dialects import postgresql
from sqlmodel import col

from services.common.auth import SYSTEM
from services.common.db import Database, Transaction
from services.common.paging import Cursors, PageRequest
from services.common.prepared import Prepared
from services.interop.domain.base import Base
from services.interop.domain.resource import Resource
from services.interop.fhir.asked import Search
from services.interop.fhir.registry import SERVED
from services.interop.fhir.search import parse
from services.interop.fhir.systems import NHS_NUMBER
from services.interop.store import plain_search
from services.interop.store.resource_search import searched
from tests.common.walled import Walled
from tests.running import NURSE, TEAM, Databases, owner, settings_for

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


# Beside them a few patients, each with what is found by a number and a name.
PATIENTS = """
    insert into resource
        (id, version, changed_at, team_id, resource_type, resource_id, client_id, owner_version, content, tokens)
    select gen_random_uuid(), 1, now(), $1, 'Patient', gen_random_uuid(), gen_random_uuid(), 1, '{}',
           array['identifier' || chr(30) || 'https://fhir.nhs.uk/Id/nhs-number|' || n,
                 'family' || chr(30) || 'f' || n, 'family' || chr(30) || 'fa', 'gender' || chr(30) || '|' || 'female']
    from generate_series(1, 2000) n
"""


@pytest.fixture
async def database(filled: Walled) -> AsyncIterator[Database]:
    async with owner(filled.url) as connection:
        await connection.execute(PATIENTS, TEAM)
        await connection.execute("analyze resource")
    made = Database(filled.url, Base.metadata)
    yield made
    await made.close()


async def _plan_of(tx: Transaction, search: Search) -> str:
    wanted = (await searched(tx, "Patient", search)).order_by(col(Resource.resource_id)).limit(51)
    found = str(wanted.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))
    lines = await (await tx.session.connection()).exec_driver_sql(f"explain {found.replace('%%', '%')}")
    return "\n".join(row[0] for row in lines)


def is_by_type(plan: str) -> bool:
    """Whether it goes through the whole type, and not through what has the token alone."""
    by_type = "Index Cond: (resource_type = 'Patient'::text)" in plan or "one_resource_per_owner_id" in plan
    assert ("ix_resource_tokens" in plan) is not by_type, plan
    return by_type


@pytest.mark.parametrize(
    ("asked", "is_of_many"),
    [
        (("identifier", f"{NHS_NUMBER}|7"), False),
        (("family", "f777"), False),
        (("family:exact", "F7"), False),
        (("gender:not", "male"), True),
        (("family", "fa"), True),
    ],
)
async def test_what_few_have_is_found_without_going_through_its_type(
    database: Database, asked: tuple[str, str], is_of_many: bool
) -> None:
    search = parse(SERVED["Patient"], [], [asked], strict=True)
    async with database.transaction(SYSTEM) as tx:
        plan = await _plan_of(tx, search)
    assert is_by_type(plan) is is_of_many


async def test_beside_a_day_it_is_found_by_its_type_and_id(database: Database) -> None:
    """Each id of that day is looked for once, and not once for each type that there is."""
    search = parse(SERVED["Patient"], [], [("family", "f7"), ("birthdate", "1939-05-01")], strict=True)
    async with database.transaction(SYSTEM) as tx:
        plan = await _plan_of(tx, search)
    assert "ix_search_time" in plan, plan
    assert "Index Cond: ((resource_type = 'Patient'::text) AND (resource_id = search_time.resource_id))" in plan, plan


@pytest.mark.parametrize("is_generic", [False, True])
@pytest.mark.parametrize("asked", [("identifier", f"{NHS_NUMBER}|7"), ("family:exact", "F7")])
async def test_so_it_is_by_a_statement_that_is_made_once(
    database: Database, monkeypatch: pytest.MonkeyPatch, is_generic: bool, asked: tuple[str, str]
) -> None:
    plans: list[str] = []

    async def explained(self: Prepared, driver: asyncpg.Connection, told: Mapping[str, Any]) -> Sequence[Any]:
        # From the sixth time on PostgreSQL may plan without looking at the values.
        explain = f"explain (generic_plan) {self.text}" if is_generic else f"explain {self.text}"
        lines = await driver.fetch(explain, *self.values(told))
        plans.append("\n".join(row[0] for row in lines))
        return []

    monkeypatch.setattr(Prepared, "rows", explained)
    search = parse(SERVED["Patient"], [], [asked], strict=True)
    assert plain_search.is_plain(search)
    async with database.transaction(SYSTEM) as tx:
        await plain_search.page(tx, "Patient", search, PageRequest(50, None, Cursors(settings_for(""), "a list")))
    (plan,) = plans
    assert not is_by_type(plan), plan
