"""Somebody of a surgery is in no team: the database itself shows them their own patients, and takes notes alone."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url, select

from services.caseload.domain.client import Client
from services.common.auth import Persona, Principal
from tests.access.world import AT_THE_SURGERY
from tests.caseload.story import a_contact, a_plan, an_assessment, new_id
from tests.caseload.surgeries import OTHER_SURGERY, SURGERY, Huddle, a_surgery_note
from tests.running import TEAM

MEERA = Principal(AT_THE_SURGERY, Persona.PRACTICE)
NOTE = """
    insert into surgery_note
        (id, version, changed_at, team_id, client_id, ods_code, side, words, written_by, author_role, written_at)
    values ($1, 1, now(), $2, $3, $4, $5, 'x', 'x', 'x', now())
"""
SHOWN = {
    "client": 1,
    "episode_of_care": 1,
    "care_contact": 1,
    "surgery_share": 1,
    "surgery_seat": 1,
    "surgery_note": 2,
    "member_role": 1,
}


@pytest.fixture
async def full(huddle: Huddle) -> Huddle:
    """Both clients have a record, and notes with their own surgery."""
    for client, them in ((huddle.maureen, huddle.meera), (huddle.olive, huddle.oyin)):
        await client.post("/v1/care-contacts", a_contact(client.episode_id))
        await client.post("/v1/assessments", an_assessment(client.episode_id))
        await client.post("/v1/care-plans", a_plan(client.episode_id))
        path = f"/v1/clients/{client.client_id}/surgery-notes"
        await client.post(path, a_surgery_note())
        assert (await them.post(path, json=a_surgery_note())).status_code == 201
    return huddle


@pytest.fixture
async def seated(full: Huddle) -> AsyncIterator[asyncpg.Connection]:
    """The service's own role, acting for somebody of Maureen's surgery, with nothing of the service between."""
    url = make_url(full.caseload.databases["caseload"].url).set(drivername="postgresql")
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    transaction = connection.transaction()
    await transaction.start()
    entered = "select app_enter($1, null, $2, current_date)"
    await connection.execute(entered, MEERA.subject, not MEERA.is_team_bound)
    yield connection
    await transaction.rollback()
    await connection.close()


async def _counts(seated: asyncpg.Connection) -> dict[str, int]:
    behind = "select relname from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace"
    names = [row["relname"] for row in await seated.fetch(behind)]
    found = {name: await seated.fetchval(f'select count(*) from "{name}"') for name in names}
    return {name: count for name, count in found.items() if count}


async def _refused(seated: asyncpg.Connection, *values: Any) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with seated.transaction():
            await seated.execute(NOTE, *values)


async def test_a_surgery_meets_the_rows_of_its_own_patients_and_none_of_the_record(
    full: Huddle, seated: asyncpg.Connection
) -> None:
    assert await _counts(seated) == SHOWN
    assert str(await seated.fetchval("select id from client")) == full.maureen.client_id
    assert await seated.fetchval("select count(*) from care_contact where client_id <> $1", full.maureen.client_id) == 0


async def test_nothing_is_there_once_the_client_objects_or_the_seat_ends(
    full: Huddle, seated: asyncpg.Connection
) -> None:
    await full.stop()
    assert await _counts(seated) == {"surgery_seat": 1, "member_role": 1}
    await full.end()
    assert await _counts(seated) == {"surgery_seat": 1}


async def test_nothing_is_there_before_the_seat_is_confirmed(full: Huddle, seated: asyncpg.Connection) -> None:
    confirmed = "update surgery_seat set confirmed_at = null, confirmed_by = null where guest = $1"
    await full.caseload.alter("caseload", confirmed.replace("$1", f"'{AT_THE_SURGERY}'"))
    assert await _counts(seated) == {"surgery_seat": 1}


async def test_nothing_is_changed_but_that_a_note_of_the_team_was_seen(seated: asyncpg.Connection) -> None:
    for name in ("client", "episode_of_care", "care_contact", "surgery_share", "surgery_seat", "member_role"):
        assert await seated.fetch(f"select from {name} for update") == []
        assert await seated.execute(f"delete from {name}") == "DELETE 0"
    assert await seated.execute("update surgery_note set seen_at = now()") == "UPDATE 1"
    assert await seated.fetchval("select side from surgery_note where seen_at is not null") == "team"
    assert await seated.execute("delete from surgery_note") == "DELETE 0"


async def test_a_note_is_taken_for_ones_own_patient_and_ones_own_side(full: Huddle, seated: asyncpg.Connection) -> None:
    mine, theirs = full.maureen.client_id, full.olive.client_id
    assert await seated.execute(NOTE, new_id(), TEAM, mine, SURGERY, "surgery") == "INSERT 0 1"
    await _refused(seated, new_id(), TEAM, mine, SURGERY, "team")
    await _refused(seated, new_id(), TEAM, mine, OTHER_SURGERY, "surgery")
    await _refused(seated, new_id(), TEAM, theirs, OTHER_SURGERY, "surgery")
    await _refused(seated, new_id(), TEAM, theirs, SURGERY, "surgery")


async def test_somebody_of_a_surgery_belongs_to_no_team_in_the_code_either(full: Huddle) -> None:
    async with full.caseload.databases["caseload"].transaction(MEERA) as tx:
        assert await tx.teams() == frozenset()
        assert await tx.all(select(Client).where(await tx.visible(Client))) == []
