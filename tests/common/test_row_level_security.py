"""The second wall: PostgreSQL itself shows and takes no other team's rows, whatever the code asks for."""

import json
from collections.abc import AsyncIterator

import asyncpg
import pytest

from demo.servers.postgres import EmbeddedPostgres, owner_of
from services.common.tables import PLATFORM_TABLES
from tests.common.walled import CLIENTS, SERVICES, Walled, filled
from tests.running import NURSE, OTHER_TEAM, STRANGER, TEAM, Databases, owner

EVENTS = "ids, dates and codes of events, which the relay, the inbox and the desk handle for everybody"
LAW = "a rule or rate of the law, which everybody may read"
# Roster's queue, which is a library's own and in no model.
QUEUE = ("pgqueuer", "pgqueuer_log", "pgqueuer_schedules", "pgqueuer_statistics")
# Tables that nobody is kept from, and why. Any other has a team, or a parent that has one.
OPEN = {
    **dict.fromkeys(PLATFORM_TABLES - {"team_member"}, EVENTS),
    "alembic_version": "the number of the newest migration",
    "idempotency_key": "an answer is found by its own caller's subject alone, and purged for all",
    "rule": LAW,
    "rate": LAW,
    "employee": "who works here; the register names no client, and its routes say who reads what",
    "clearance": "roster's copy of whether somebody may visit alone, for every team that plans with them",
    "connection": "the address of a council's system",
    "adt_message": "that a hospital told something, by its control id; whom it is about may be nobody's client",
    "partner_health": "how a service of the NHS has been answering",
    "visit_news": "which word of a visit was the newest, by the visit's id alone",
    "stay_news": "how a stay in hospital stands and by which word of it; of one that goes on, whose, by ids alone",
    "registered_system": "a partner's system and its public keys",
    "staff_account": "who signs in by which account; its routes are HR's and operations'",
    "sign_in": "of a person and not of a team; its routes ask whose it is",
    "attempt": "a sign-in on its way, found by a secret",
    "ended": "names of sign-ins, and nothing else",
    "used_assertion": "names of assertions, and nothing else",
    "break_glass_attempt": "that a nurse tried, and not whom she looked for",
    "sync_device": "numbers, times and who pushed; its list is asked for by teams, and nothing in it was written",
    "sync_operation": "ids, digests and codes; what was said is held behind the wall",
    "export_job": "which types a system exported and when; what is in its files is behind the wall",
    "subscription": "which changes a system is told of and where, which nobody but that system reads",
    "national_code": "what stands for a word of ours in a return, which everybody may read",
    "statutory_return": "which returns were asked for, with counts and checksums; its files are behind the wall",
    "feed_entry": "events as they were published: ids, dates and codes",
    **dict.fromkeys(QUEUE, "ids of jobs, and nothing else"),
}
# Tables without a team that are reached through another, and which.
THROUGH = {
    "attendance": "visit",
    "recorded_activity": "recorded_contact",
    "inbound_message": "inbound_referral, once it is known whom the message is for",
    "council_file": "share, of a client of the team's with the same council",
    "gp_message": "gp_document",
    "mesh_message": "gp_document, once it is known which one it tells of",
    "push_message": "alert",
    "sync_held": "client; without one it is one person's alone",
    "push_subscription": "nothing: it is one person's alone, in whatever team",
    "unit_take": "unit_entry",
    "systmone_extract": "nothing: it is read by who works across teams; what is in it is behind the wall of its team",
    "return_part": "nothing: it is read by who works across teams",
    "calendar_feed": "nothing: it is one person's alone, in whatever team",
}
# What is of no team and of no one person: nobody of a team meets it.
ACROSS_TEAMS = {"return_part", "systmone_extract"}
TABLES = """
    select relname, relrowsecurity, relforcerowsecurity,
           exists (select from pg_policy where polrelid = c.oid) as has_policy,
           (select attnotnull from pg_attribute where attrelid = c.oid and attname = 'team_id') as team
    from pg_class c where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace and not relispartition
"""
VIEWS = """
    select relname from pg_class where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace
    and not coalesce(reloptions @> array['security_invoker=true'], false)
"""
OWNED = """
    select count(*) from pg_shdepend d join pg_roles r on r.oid = d.refobjid
    where d.refclassid = 'pg_authid'::regclass and d.deptype = 'o' and r.rolname = $1
"""


MANY = """
    insert into resource (id, version, changed_at, team_id, resource_type, resource_id, owner_version, content, tokens)
    select gen_random_uuid(), 1, now(), $1, 'Patient', gen_random_uuid(), 1, '{}', array['number|' || n]
    from generate_series(1, 20000) n
"""
PLAN = "explain select count(*) from resource where resource_type = 'Patient' and tokens && '{number|7}'"


@pytest.fixture(params=SERVICES)
async def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def walled(service: str, databases: Databases, postgres: EmbeddedPostgres) -> Walled:
    return await filled(postgres, service, await databases(service))


@pytest.fixture
async def catalogue(service: str, databases: Databases) -> AsyncIterator[asyncpg.Connection]:
    async with owner(await databases(service)) as connection:
        yield connection


async def test_every_table_of_a_team_is_behind_the_wall(catalogue: asyncpg.Connection) -> None:
    tables = {row["relname"]: row for row in await catalogue.fetch(TABLES)}
    behind = {name for name, row in tables.items() if row["relrowsecurity"]}
    assert {name for name, row in tables.items() if row["relforcerowsecurity"] and row["has_policy"]} == behind
    of_team = {name for name, row in tables.items() if row["team"] is not None}
    assert of_team <= behind, "call row_level_security.protect() at the end of the migration that adds the table"
    assert behind - of_team <= set(THROUGH)
    assert set(tables) - behind <= set(OPEN), "say why it is open to every team, or give it a team"
    assert all(tables[name]["team"] for name in of_team), "a row of no team would be nobody's"


async def test_a_table_is_open_for_a_reason_that_still_holds(databases: Databases) -> None:
    known: set[str] = set()
    for name in SERVICES:
        async with owner(await databases(name)) as connection:
            known |= {row["relname"] for row in await connection.fetch(TABLES)}
    assert set(OPEN) | set(THROUGH) <= known


async def test_no_view_and_no_function_lends_its_owners_rights(catalogue: asyncpg.Connection) -> None:
    assert await catalogue.fetch(VIEWS) == []
    lending = "select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace"
    assert await catalogue.fetch(lending) == []
    await catalogue.execute("create view everything as select * from team_member")
    assert [row["relname"] for row in await catalogue.fetch(VIEWS)] == ["everything"], "a planted one is found"


async def test_the_service_owns_nothing_and_may_only_read_and_write_rows(
    service: str, catalogue: asyncpg.Connection
) -> None:
    role = await catalogue.fetchrow("select * from pg_roles where rolname = $1", service)
    powers = ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication")
    assert role["rolcanlogin"]
    assert [power for power in powers if role[power]] == []
    assert await catalogue.fetchval(OWNED, service) == 0
    assert not await catalogue.fetchval("select pg_has_role($1, $2, 'member')", service, owner_of(service))
    for what in ("schema_privilege($1, 'public', 'create')", "database_privilege($1, current_database(), 'create')"):
        assert not await catalogue.fetchval(f"select has_{what}", service)
    may = "select has_table_privilege($1, 'team_member', $2)"
    for right in ("select", "insert", "update", "delete"):
        assert await catalogue.fetchval(may, service, right)
    for right in ("truncate", "references", "trigger"):
        assert not await catalogue.fetchval(may, service, right)


async def test_without_somebody_who_acts_there_is_no_row(walled: Walled) -> None:
    async with walled.app() as connection:
        assert await walled.seen(connection) == dict.fromkeys(walled.behind, 0)
        assert await walled.changeable(connection) == dict.fromkeys(walled.behind, 0)
    async with owner(walled.url) as connection:
        assert await walled.seen(connection) == dict.fromkeys(walled.behind, 2), "they are there"
        await connection.execute("reset app.every_team; set app.every_team = 'off'")
        assert await walled.seen(connection) == dict.fromkeys(walled.behind, 0), "the owner is bound as well"


async def test_a_nurse_meets_the_rows_of_her_own_teams_alone(walled: Walled) -> None:
    async with walled.acting(NURSE) as connection:
        assert await walled.seen(connection) == {name: int(name not in ACROSS_TEAMS) for name in walled.behind}
        teams = {name for name in walled.behind if "team_id" in walled.rows[name, TEAM]}
        for name in teams:
            assert await connection.fetchval(f'select team_id from "{name}"') == TEAM
            foreign = f'update "{name}" set team_id = $1 where team_id = $2'
            assert await connection.execute(foreign, TEAM, OTHER_TEAM) == "UPDATE 0"
            assert await connection.execute(f'delete from "{name}" where team_id = $1', OTHER_TEAM) == "DELETE 0"
            await _refused(connection, f'insert into "{name}" (team_id) values ($1)', OTHER_TEAM)
    async with walled.acting(NURSE, every_team=True) as connection:
        assert await walled.seen(connection) == dict.fromkeys(walled.behind, 2)
    async with walled.acting(CLIENTS[TEAM]) as connection:
        assert await walled.seen(connection) == dict.fromkeys(walled.behind, 0), "who is in no team"


async def test_a_row_cannot_be_given_to_another_team_nor_taken_along(walled: Walled) -> None:
    async with walled.acting(NURSE) as connection:
        for name in walled.behind:
            row = walled.rows[name, TEAM]
            if "team_id" in row and name != "team_member":
                await _refused(connection, f'update "{name}" set team_id = $1', OTHER_TEAM)
    async with walled.acting(STRANGER) as connection:
        for name in set(walled.behind) & set(THROUGH):
            columns, found = zip(*walled.rows[name, TEAM].items(), strict=True)
            values = [json.dumps(value) if isinstance(value, dict) else value for value in found]
            places = ", ".join(f"${number}" for number, _ in enumerate(values, 1))
            await _refused(connection, f'insert into "{name}" ({", ".join(columns)}) values ({places})', *values)


async def test_nobody_makes_herself_a_member_of_a_team(walled: Walled) -> None:
    joining = "insert into team_member (team_id, employee_id, from_on, version) values ($1, $2, current_date, 1)"
    async with walled.acting(NURSE) as connection:
        for team in (TEAM, OTHER_TEAM):
            await _refused(connection, joining, team, CLIENTS[TEAM])
        assert await connection.execute("update team_member set until_on = null") == "UPDATE 0"


async def test_one_client_may_be_shown_to_another_team_and_not_be_changed(walled: Walled) -> None:
    """The seam for breaking the glass: `app.client_id` opens the rows of one client to be read."""
    async with walled.acting(STRANGER) as connection:
        before, own = await walled.seen(connection), await walled.changeable(connection)
        await connection.execute("select set_config('app.client_id', $1, true)", str(CLIENTS[TEAM]))
        shown = {name for name, count in (await walled.seen(connection)).items() if count > before[name]}
        with_client = {name for name in walled.behind if {"client_id"} & walled.rows[name, TEAM].keys()}
        assert with_client <= shown
        assert "team_member" not in shown
        assert await walled.changeable(connection) == own


async def test_an_identifier_is_still_found_by_an_index(databases: Databases) -> None:
    """What PostgreSQL takes for an operator that leaks is tried only on the rows that a policy shows, one by one."""
    walled = Walled("interop", await databases("interop"))
    async with owner(walled.url) as connection:
        await connection.execute(MANY, TEAM)
        await connection.execute("analyze resource")
    async with walled.acting(NURSE, every_team=True) as connection:
        assert "ix_resource_tokens" in str(await connection.fetch(PLAN))


async def _refused(connection: asyncpg.Connection, statement: str, *values: object) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with connection.transaction():
            await connection.execute(statement, *values)
