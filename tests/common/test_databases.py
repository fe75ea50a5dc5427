"""A database that was given back is as it was made, or is given to nobody."""

from demo.servers.postgres import EmbeddedPostgres
from tests.databases import Stock

WRITES = """
    insert into team_member (team_id, employee_id, from_on, version)
    values (gen_random_uuid(), gen_random_uuid(), current_date, 1);
    insert into outbox (id, type, subject, key, aggregate_version, envelope)
    values (gen_random_uuid(), 'hr.thing.done.v1', 'thing/1', 'thing/1', 1, '{}');
    update rule set amount = amount + 1
"""
# Each of another kind: a column, what row-level security holds, an index, what somebody may do.
CHANGES = (
    "alter table rule add column note text",
    "alter table client no force row level security",
    "create index on rule (per)",
    "revoke select on rule from caseload",
)
COUNTS = """
    select (select count(*) from team_member), (select count(*) from outbox),
           (select sum(amount) from rule), (select last_value from pg_sequences where sequencename = 'outbox_seq_seq')
"""


async def test_what_was_written_is_gone_and_what_migrations_wrote_is_back(postgres: EmbeddedPostgres) -> None:
    stock = Stock(postgres)
    name = await stock.take("caseload")
    connection = await postgres.admin(name)
    before = await connection.fetchrow(COUNTS)
    await connection.execute(WRITES)
    assert await connection.fetchrow(COUNTS) != before
    await connection.close()
    await stock.give_back("caseload", name)
    given = {await stock.take("caseload") for _ in range(2)}
    assert name in given
    connection = await postgres.admin(name)
    assert await connection.fetchrow(COUNTS) == before
    await connection.close()


async def test_where_a_table_was_changed_it_is_given_to_nobody(postgres: EmbeddedPostgres) -> None:
    stock = Stock(postgres)
    for change in CHANGES:
        name = await stock.take("caseload")
        connection = await postgres.admin(name)
        await connection.execute(change)
        await connection.close()
        await stock.give_back("caseload", name)
        admin = await postgres.admin()
        assert await admin.fetchval("select count(*) from pg_database where datname = $1", name) == 0, change
        await admin.close()
