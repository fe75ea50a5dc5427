"""Whoever holds a link is in no team: the database itself shows them one row, then one client, and takes little."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url, select

from services.caseload.domain.client import Client
from services.caseload.domain.one_time_link import fingerprint
from services.caseload.usecases import SOMEBODY
from tests.caseload.night import Night, handed_over
from tests.caseload.story import new_id, take_on
from tests.running import Running

NOTE = """
    insert into handover_note (id, team_id, handover_id, words, name, role, organisation, written_at)
    select $1, team_id, id, 'x', 'x', 'x', 'x', now() from handover where id = $2
"""


@pytest.fixture
async def night(caseload: Running) -> Night:
    """Two clients, of whom the second is handed over too."""
    made = await handed_over(caseload, await take_on(caseload))
    made.caseload.extra["other"] = await handed_over(
        caseload, await take_on(caseload, given_name="Bernard", nhs_number="999 000 0212")
    )
    return made


@pytest.fixture
async def holder(night: Night) -> AsyncIterator[asyncpg.Connection]:
    """The service's own role, acting for whoever comes by the link, with nothing of the service between."""
    url = make_url(night.caseload.databases["caseload"].url).set(drivername="postgresql")
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(
        "select app_enter($1, null, $2, current_date)", SOMEBODY.subject, not SOMEBODY.is_team_bound
    )
    yield connection
    await transaction.rollback()
    await connection.close()


async def _counts(holder: asyncpg.Connection) -> dict[str, int]:
    tables = ("client", "handover", "referral", "episode_of_care", "handover_note", "summary_share", "team_member")
    return {name: await holder.fetchval(f"select count(*) from {name}") for name in tables}


async def _refused(holder: asyncpg.Connection, statement: str, *values: Any) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with holder.transaction():
            await holder.execute(statement, *values)


async def test_without_the_link_there_is_nothing(holder: asyncpg.Connection) -> None:
    assert set((await _counts(holder)).values()) == {0}


async def test_with_the_link_there_is_its_handover_and_no_client(night: Night, holder: asyncpg.Connection) -> None:
    await holder.execute("select set_config('app.link_print', $1, true)", fingerprint(night.link))
    assert {name: count for name, count in (await _counts(holder)).items() if count} == {"handover": 1}
    assert str(await holder.fetchval("select id from handover")) == night.id


async def test_with_its_client_shown_there_is_nobody_else(night: Night, holder: asyncpg.Connection) -> None:
    await holder.execute("select set_config('app.link_print', $1, true)", fingerprint(night.link))
    await holder.execute("select set_config('app.client_id', $1, true)", night.client.client_id)
    shown = {name: count for name, count in (await _counts(holder)).items() if count}
    assert shown == {"client": 1, "handover": 1, "referral": 1, "episode_of_care": 1}
    assert await holder.execute("update client set given_name = 'x'") == "UPDATE 0"
    assert await holder.execute("delete from handover") == "DELETE 0"


async def test_a_note_is_taken_for_ones_own_handover_once_it_is_accepted(
    night: Night, holder: asyncpg.Connection
) -> None:
    await holder.execute("select set_config('app.link_print', $1, true)", fingerprint(night.link))
    await _refused(holder, NOTE, new_id(), night.id)
    other = night.caseload.extra["other"]
    await holder.execute("update handover set status = 'accepted'")
    foreign = NOTE.replace("select $1, team_id, id", f"select $1, team_id, '{other.id}'::uuid")
    await _refused(holder, foreign, new_id(), night.id)
    assert await holder.execute(NOTE, new_id(), night.id) == "INSERT 0 1"
    await _refused(holder, "update handover set link_print = 'another'")


async def test_whoever_comes_by_a_link_belongs_to_no_team_in_the_code_either(night: Night) -> None:
    async with night.caseload.databases["caseload"].transaction(SOMEBODY) as tx:
        assert await tx.teams() == frozenset()
        assert await tx.all(select(Client)) == []
        assert await tx.all(select(Client).where(await tx.visible(Client))) == []
