"""Who acts is told to PostgreSQL once a transaction, and forgotten with it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

import asyncpg
import pytest
from sqlalchemy import bindparam, func, make_url, select, text, true

from demo.servers.postgres import EmbeddedPostgres, create_database
from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.caseload.main import SERVICE
from services.common.auth import SYSTEM, Persona, Principal
from services.common.connected import TransactionUndone
from services.common.db import Database, Transaction
from services.common.errors import NotFound
from services.common.prepared import Prepared
from tests.caseload.story import a_contact, a_plan, a_referral, take_on
from tests.common.walled import Walled, filled
from tests.running import DEPUTY, NURSE, OTHER_TEAM, STRANGER, TEAM, Databases, Running, owner, running, settings_for

Statements = Callable[[Database], AbstractContextManager[list[str]]]
NURSE_ACTS, STRANGER_ACTS = (Principal(str(who), Persona.NURSE, who) for who in (NURSE, STRANGER))
COUNT = select(func.count()).select_from(Client)


@pytest.fixture
async def walled(databases: Databases, postgres: EmbeddedPostgres) -> Walled:
    return await filled(postgres, "caseload", await databases("caseload"))


@pytest.fixture
async def database(walled: Walled) -> AsyncIterator[Database]:
    """One connection at most is kept, so that each transaction comes after another on the same."""
    made = Database(walled.url, Base.metadata, pool_size=1)
    yield made
    await made.close()


@pytest.fixture
async def caseload(databases: Databases) -> AsyncIterator[Running]:
    async with running(databases, SERVICE) as system:
        await system.join("caseload")
        await system.join("caseload", employee=DEPUTY)
        await system.join("caseload", team=OTHER_TEAM, employee=STRANGER)
        yield system


async def test_a_query_that_forgets_to_ask_for_the_team_gets_no_other_teams_rows(database: Database) -> None:
    for actor, team in ((NURSE_ACTS, TEAM), (STRANGER_ACTS, OTHER_TEAM)):
        async with database.transaction(actor) as tx:
            assert [client.team_id for client in await tx.all(select(Client))] == [team]
    async with database.transaction(SYSTEM) as tx:
        assert {client.team_id for client in await tx.all(select(Client))} == {TEAM, OTHER_TEAM}


async def test_nothing_of_who_acted_is_left_on_the_connection(database: Database) -> None:
    pids = set()
    for actor in (SYSTEM, NURSE_ACTS):
        async with database.transaction(actor) as tx:
            pids.update(await tx.all(select(func.pg_backend_pid())))
            assert (await tx.all(COUNT))[0] > 0
        async with database.engine.connect() as bare:
            pids.add((await bare.execute(select(func.pg_backend_pid()))).scalar_one())
            assert (await bare.execute(COUNT)).scalar_one() == 0
            for name in ("app.teams", "app.every_team", "app.actor", "app.employee_id", "app.client_id"):
                assert not (await bare.execute(select(func.current_setting(name, true())))).scalar_one()
    assert len(pids) == 1, "it was one connection all the time"


async def test_a_transaction_that_failed_leaves_nothing_either(database: Database) -> None:
    with pytest.raises(NotFound):
        async with database.transaction(SYSTEM) as tx:
            await _fail(tx)
    async with database.engine.connect() as bare:
        assert (await bare.execute(COUNT)).scalar_one() == 0


async def test_who_acts_stays_the_same_when_a_part_is_rolled_back(database: Database) -> None:
    async with database.transaction(NURSE_ACTS) as tx:
        for _ in range(2):
            with pytest.raises(NotFound):
                async with tx.session.begin_nested():
                    await _fail(tx)
            assert await tx.all(COUNT) == [1]


async def test_it_costs_one_statement_and_the_teams_are_looked_up_once(
    database: Database, statements: Statements
) -> None:
    async with database.engine.connect():
        pass
    with statements(database) as seen:
        async with database.transaction(NURSE_ACTS) as tx:
            assert await tx.teams() == {TEAM}
            await tx.visible(Client)
            await tx.require_team(TEAM)
            async with tx.session.begin_nested():
                await tx.all(COUNT)
    assert [place for place, one in enumerate(seen) if "app_enter" in one or "team_member" in one] == [0]


async def test_who_asks_nothing_of_the_database_takes_no_connection(database: Database, statements: Statements) -> None:
    pool: Any = database.engine.sync_engine.pool
    with statements(database) as seen:
        async with database.transaction(NURSE_ACTS):
            assert pool.checkedout() == 0
    assert seen == []


async def test_a_role_that_the_wall_does_not_bind_cannot_act(walled: Walled, postgres: EmbeddedPostgres) -> None:
    """A superuser passes every policy, so a service that signs in as one is refused all it asks."""
    unbound = Database(postgres.url("postgres", make_url(walled.url).database), Base.metadata)
    with pytest.raises(asyncpg.PostgresError, match="row-level security does not bind postgres"):
        async with unbound.transaction(SYSTEM) as tx:
            await tx.all(COUNT)
    await unbound.close()


async def test_with_the_codes_own_checks_taken_away_another_teams_record_is_still_unknown(
    caseload: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await take_on(caseload)
    stranger = await caseload.client("caseload", STRANGER)
    unknown = await stranger.get(f"/v1/clients/{STRANGER}")

    async def everything(*_: object) -> Any:
        return true()

    monkeypatch.setattr(Transaction, "visible", everything)
    monkeypatch.setattr(Transaction, "require_team", everything)
    for path in (f"/v1/clients/{client.client_id}", f"/v1/referrals/{client.referral_id}"):
        assert (await client.nurse.get(path)).status_code == 200
        assert (await stranger.get(path)).status_code == unknown.status_code == 404
    for path in ("/v1/clients", "/v1/referrals"):
        assert len((await client.nurse.get(path)).json()["items"]) == 1
        assert (await stranger.get(path)).json()["items"] == []
    for path, body in (("care-contacts", a_contact(client.episode_id)), ("care-plans", a_plan(client.episode_id))):
        assert (await stranger.post(f"/v1/{path}", json=body)).status_code == 404


async def test_a_row_that_the_wall_refuses_is_answered_like_an_unknown_id(
    caseload: Running, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def anything(*_: object) -> None:
        return None

    monkeypatch.setattr(Transaction, "require_team", anything)
    stranger = await caseload.client("caseload", STRANGER)
    referral = a_referral(team_id=str(TEAM))
    answer = await stranger.post("/v1/referrals", json=referral)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert [record.message for record in caplog.records if record.name == "services.common.errors"] == [
        "refused by row-level security"
    ], "an operator is told, since the code should have refused it first"
    assert referral["person"]["family_name"] not in answer.text + caplog.text


async def test_a_right_that_is_missing_is_a_fault_of_ours(caseload: Running) -> None:
    await caseload.alter("caseload", "revoke insert on referral from caseload")
    nurse = await caseload.nurse("caseload")
    answer = await nurse.post("/v1/referrals", json=a_referral())
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")


async def test_prepare_makes_the_tables_as_their_owner_for_the_service_to_use(postgres: EmbeddedPostgres) -> None:
    admin = await postgres.admin()
    await create_database(admin, "caseload", "caseload_anew")
    await admin.close()
    url, owner_url = postgres.url("caseload", "caseload_anew"), postgres.owner_url("caseload", "caseload_anew")
    for _ in range(2):
        await SERVICE.prepare(settings_for(url).model_copy(update={"owner_database_url": owner_url}))
    database = Database(url, Base.metadata)
    async with database.transaction(SYSTEM) as tx:
        assert await tx.all(COUNT) == [0]
    await database.close()
    async with owner(url) as connection:
        assert await connection.fetchval("select tableowner from pg_tables where tablename = 'client'") == (
            "caseload_owner"
        )
        await connection.execute("create table later (team_id uuid)")
        assert await connection.fetchval("select has_table_privilege('caseload', 'later', 'insert')")


async def test_where_the_service_owns_its_tables_the_wall_binds_it_all_the_same(postgres: EmbeddedPostgres) -> None:
    admin = await postgres.admin()
    await create_database(admin, "caseload", "caseload_alone")
    await admin.close()
    alone = postgres.owner_url("caseload", "caseload_alone")
    await SERVICE.prepare(settings_for(alone))
    database = Database(alone, Base.metadata)
    async with database.transaction(SYSTEM) as tx:
        await tx.session.execute(text("insert into team_member values (:t, :e, '2025-01-01', null, 1)"), _member())
    async with database.transaction(STRANGER_ACTS) as tx:
        assert await tx.rows(text("select * from team_member")) == []
    await database.close()


async def _fail(tx: Transaction) -> None:
    await tx.all(COUNT)
    raise NotFound("client")


def _member() -> dict[str, Any]:
    return {"t": TEAM, "e": NURSE}


async def test_whom_the_server_lets_in_no_more_is_told_to_wait(databases: Databases) -> None:
    """It answers, and refuses the connection: for its recovery after a crash as for too many of them."""
    async with running(databases, SERVICE) as system:
        nurse = await system.client("caseload", NURSE)
        assert (await nurse.get("/v1/clients")).status_code == 200
        database = system.databases["caseload"]
        name = make_url(database.url).database
        async with owner(database.url) as connection:
            await connection.execute(f'alter database "{name}" connection limit 0')
            await database.engine.dispose()
            answer = await nurse.get("/v1/clients")
            await connection.execute(f'alter database "{name}" connection limit -1')
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert "retry-after" in answer.headers


async def test_a_commit_that_undid_is_not_taken_for_one(database: Database) -> None:
    async def goes_on() -> None:
        async with database.transaction(SYSTEM) as tx:
            with suppress(asyncpg.PostgresError):
                await (await tx.connected.driver()).execute("select 1 / 0")

    with pytest.raises(TransactionUndone):
        await goes_on()


async def test_a_statement_that_is_compiled_stands_in_the_savepoint_it_is_asked_in(database: Database) -> None:
    broken = Prepared(select(func.pg_size_bytes("none")))
    async with database.transaction(SYSTEM) as tx:
        with pytest.raises(asyncpg.PostgresError):
            async with tx.session.begin_nested():
                await tx.rows(broken)
        assert await tx.all(select(1)) == [1]


def test_a_value_that_nobody_told_is_no_null() -> None:
    with pytest.raises(KeyError):
        Prepared(select(bindparam("told", required=True))).values({})
