"""Reports are read over a second connection that cannot write, and are on record in the main database all the same."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
from sqlalchemy import make_url
from uuid6 import uuid7

from demo.compose import services
from demo.servers.postgres import EmbeddedPostgres
from services.caseload.domain.client import Client
from services.common.auth import SYSTEM
from services.common.db import Database
from services.common.reports import Copy
from services.common.service import Service
from tests.common.audited import trail
from tests.running import TEAM, Databases, Running, running

READERS = "select usename from pg_stat_activity where datname = current_database() and usename = $1"


@pytest.fixture
async def reader(postgres: EmbeddedPostgres, databases: Databases) -> AsyncIterator[str]:
    """The address of caseload's database for a role that may read, and nothing else."""
    url = make_url(await databases("caseload"))
    role, admin = f"reader_{uuid7().hex}", await postgres.admin(str(url.database))
    await admin.execute(f"create role {role} login password 'x'")
    await admin.execute(f"grant connect on database {url.database} to {role}")
    await admin.execute(f"grant select on all tables in schema public to {role}")
    await admin.execute(f"revoke update, insert, delete on all tables in schema public from {role}")
    yield url.set(username=role, password="x").render_as_string(hide_password=False)
    await admin.execute(f"drop owned by {role}; drop role {role}")
    await admin.close()


def caseload() -> Service:
    return services()["caseload"]


async def connections(made: Running, role: str) -> int:
    connection = await asyncpg.connect(made.databases["caseload"].url.replace("+asyncpg", ""))
    try:
        return len(await connection.fetch(READERS, role))
    finally:
        await connection.close()


async def outcomes(nurse: httpx.AsyncClient) -> httpx.Response:
    return await nurse.get("/v1/outcomes", params={"team_id": str(TEAM)})


async def test_a_report_is_read_over_its_own_connection_and_put_on_record(databases: Databases, reader: str) -> None:
    role = str(make_url(reader).username)
    async with running(databases, caseload(), read_database_url=reader) as made:
        await made.join("caseload")
        nurse = await made.nurse("caseload")
        assert (await nurse.get("/v1/clients")).status_code == 200
        assert await connections(made, role) == 0, "what is no report is read from the main database"
        assert (await outcomes(nurse)).status_code == 200
        assert await connections(made, role) == 1
        assert (await trail(made.databases["caseload"]))[-1].operation == "GET /v1/outcomes"
        refused = await nurse.get("/v1/outcomes", params={"team_id": str(uuid7())})
        assert refused.status_code == 404
        assert (await trail(made.databases["caseload"]))[-1].outcome == 8


async def test_over_that_connection_nothing_is_written(databases: Databases, reader: str) -> None:
    async with running(databases, caseload(), read_database_url=reader) as made:
        main: Database = made.databases["caseload"]
        # Of a role that may write, too: the transaction itself is read-only.
        for url in (reader, main.url):
            copy = Copy(main, url, pool_size=1)
            with pytest.raises(Exception, match="read-only transaction"):
                async with copy.transaction(SYSTEM) as tx:
                    await (await tx.connected.driver()).execute("delete from client")
            await copy.close()
        async with main.transaction(SYSTEM) as tx:
            assert await tx.all(Client.__table__.select()) == []  # type: ignore[attr-defined]


async def test_without_one_reports_are_read_from_the_main_database(databases: Databases) -> None:
    async with running(databases, caseload()) as made:
        await made.join("caseload")
        assert (await outcomes(await made.nurse("caseload"))).status_code == 200
        assert (await trail(made.databases["caseload"]))[-1].operation == "GET /v1/outcomes"
