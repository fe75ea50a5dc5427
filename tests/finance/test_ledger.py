"""The ledger balances and is never changed: the database says so, whoever writes to it."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
import pytest
from uuid6 import uuid7

from tests.finance.facts import CONTACT, CONTRACT, a_contact, a_contract
from tests.running import TEAM, Databases, Running, owner

JOURNAL = (
    "insert into journal"
    " (id, version, changed_at, team_id, book, entry_on, kind, source_id, source_version, line_count)"
    " values ($1, 1, $2, $3, 'care', $4, 'contact_costed', $5, 1, $6)"
)
POSTING = "insert into posting (journal_id, line_no, team_id, account, amount_pence) values ($1, $2, $3, $4, $5)"


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[asyncpg.Connection]:
    """The finance database as its owner reaches it, who may do more than the service: nothing stands between."""
    async with owner(await databases("finance")) as connection:
        yield connection


async def enter(database: asyncpg.Connection, *amounts: int, cause: UUID | None = None) -> UUID:
    journal, now, day = uuid7(), datetime.now(UTC), date(2026, 11, 10)
    async with database.transaction():
        await database.execute(JOURNAL, journal, now, TEAM, day, cause or uuid7(), len(amounts))
        for number, amount in enumerate(amounts, start=1):
            await database.execute(POSTING, journal, number, TEAM, "care_staff_cost", amount)
    return UUID(str(journal))


async def count(database: asyncpg.Connection) -> tuple[int, int]:
    journals = await database.fetchval("select count(*) from journal")
    return journals, await database.fetchval("select count(*) from posting")


async def test_a_journal_that_sums_to_nought_is_kept(database: asyncpg.Connection) -> None:
    await enter(database, 2_224, -2_224)
    await enter(database, 5_000_000_000, -1_250_000_000, -3_750_000_000)
    assert await count(database) == (2, 5)


@pytest.mark.parametrize("amounts", [(1, -2), (1, 1), (100, -50, -49), (), (5,)])
async def test_a_journal_that_does_not_balance_is_refused_at_commit(
    database: asyncpg.Connection, amounts: tuple[int, ...]
) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="does not balance"):
        await enter(database, *amounts)
    assert await count(database) == (0, 0)


async def test_the_balance_is_checked_only_when_the_transaction_ends(database: asyncpg.Connection) -> None:
    async with database.transaction():
        journal = uuid7()
        await database.execute(JOURNAL, journal, datetime.now(UTC), TEAM, date(2026, 11, 10), uuid7(), 2)
        await database.execute(POSTING, journal, 1, TEAM, "care_staff_cost", 1)
        assert await database.fetchval("select sum(amount_pence) from posting") == 1
        await database.execute(POSTING, journal, 2, TEAM, "pooled_fund", -1)


async def test_a_line_of_nought_is_refused(database: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="posting_amount_not_nought"):
        await enter(database, 0, 0)


async def test_nothing_is_added_to_a_journal_later_even_if_it_balances(database: asyncpg.Connection) -> None:
    journal = await enter(database, 1, -1)
    more = [(journal, 3, TEAM, "care_staff_cost", 7), (journal, 4, TEAM, "pooled_fund", -7)]
    with pytest.raises(asyncpg.CheckViolationError, match="does not balance"):
        await database.executemany(POSTING, more)
    assert await count(database) == (1, 2)


@pytest.mark.parametrize(
    "change",
    [
        "update posting set amount_pence = amount_pence * 2",
        "update journal set entry_on = '2020-01-01'",
        "delete from posting",
        "delete from journal",
        "truncate posting",
        "truncate journal cascade",
    ],
)
async def test_what_was_entered_is_never_changed_or_removed(database: asyncpg.Connection, change: str) -> None:
    await enter(database, 3, -3)
    with pytest.raises(asyncpg.RestrictViolationError, match="never changed"):
        await database.execute(change)
    assert await count(database) == (1, 2)


async def test_one_cause_is_entered_once(database: asyncpg.Connection) -> None:
    cause = uuid7()
    await enter(database, 1, -1, cause=cause)
    with pytest.raises(asyncpg.UniqueViolationError):
        await enter(database, 1, -1, cause=cause)
    assert await count(database) == (1, 2)


async def test_two_rates_of_the_same_key_on_one_day_are_refused(database: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.ExclusionViolationError, match="rate_one_a_day"):
        await database.execute(
            "insert into rate (id, kind, key, amount, unit, effective_from, source, status)"
            " values ($1, 'reablement', 'free_days', 43, 'days', '2027-01-01', 'nowhere', 'to_be_confirmed')",
            uuid7(),
        )


async def test_the_whole_ledger_sums_to_nought_after_many_contacts(finance: Running) -> None:
    await finance.deliver("finance", CONTACT, a_contact())
    await finance.deliver("finance", CONTRACT, a_contract())
    for minutes in range(1, 20):
        await finance.deliver("finance", CONTACT, a_contact(("nursing", minutes), ("personal_care", 7)))
    async with owner(finance.databases["finance"].url) as connection:
        assert await connection.fetchval("select sum(amount_pence) from posting") == 0
        assert await count(connection) == (20, 40)
        in_ledger = "select sum(amount_pence) from posting where account = 'care_staff_cost'"
        in_lines = "select sum(cost_pence) from activity_line"
        assert await connection.fetchval(in_ledger) == await connection.fetchval(in_lines)
