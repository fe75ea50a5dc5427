"""The seed of the benchmarks fits the tables as they are, and is the same each time."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import make_url

from benchmarks.seed import seed
from benchmarks.seed_rows import CLIENTS_OF_TEAM, contact_rows, id_of, note_rows, people
from demo.servers.postgres import EmbeddedPostgres
from services.caseload.main import SERVICE
from tests.running import Databases, running

TODAY = datetime.now(UTC).date()


async def test_a_seeded_team_reads_its_caseload(databases: Databases, postgres: EmbeddedPostgres) -> None:
    connection = await postgres.admin(make_url(await databases("caseload")).database or "")
    indexes = "select count(*) from pg_indexes where schemaname = 'public'"
    before = await connection.fetchval(indexes)
    assert await seed(connection, factor=0.0005, contacts=12) == 1
    assert await connection.fetchval(indexes) == before
    await connection.close()
    async with running(databases, SERVICE) as system:
        nurse = await system.client("caseload", UUID(id_of("employee", 0)))
        team = id_of("team", 0)
        page = (await nurse.get(f"/v1/caseload?team_id={team}")).json()
        assert (page["size"], page["members"], sum(page["acuity"])) == (CLIENTS_OF_TEAM, 10, CLIENTS_OF_TEAM)
        assert page["plans_overdue"] == CLIENTS_OF_TEAM // 8
        record = (await nurse.get(f"/v1/clients/{people(1, TODAY)[0].client_id}")).json()
        assert (len(record["care_contact"]), len(record["activities"]), len(record["ratings"])) == (12, 12, 6)


def test_the_same_day_makes_the_same_rows() -> None:
    for rows in (contact_rows, note_rows):
        first, second = (list(rows(people(2, TODAY), 3)) for _ in range(2))
        assert first == second
        assert len(set(first)) == len(first)
