"""Whoever refers by a link is in no team: the database itself shows them their link and takes one team's referral."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url

from services.caseload.domain.one_time_link import fingerprint
from services.caseload.usecases import SOMEBODY
from tests.caseload.story import a_referral, new_id
from tests.caseload.test_referral_links import a_form, given
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running

REFER = """
    insert into referral (id, version, changed_at, team_id, source, kind, reason, urgency, received_at, health_need,
        status, given_name, family_name, sex, nhs_number_status, referral_link_id, client_id)
    select $1, 1, now(), $2, $3, 'referral', 'x', 'routine', now(), true, $4, 'x', 'x', 'unknown', '07', $5, $6
"""


@pytest.fixture
async def links(caseload: Running) -> dict[str, tuple[str, str]]:
    """A link of each of two teams, each used, and a referral that came to a nurse by telephone."""
    nurse, stranger = await caseload.nurse("caseload"), await caseload.client("caseload", STRANGER)
    vicar = await caseload.client("caseload", None)
    assert (await nurse.post("/v1/referrals", json=a_referral())).status_code == 201
    own = await given(nurse, kind="place", given_to="The library")
    theirs = await given(stranger, team_id=str(OTHER_TEAM))
    for _, secret in (own, theirs):
        assert (await vicar.post("/refer/referrals", json=a_form(secret))).status_code == 201
    return {"own": own, "theirs": theirs}


@pytest.fixture
async def holder(caseload: Running, links: object) -> AsyncIterator[asyncpg.Connection]:
    """The service's own role, acting for whoever comes by a link, with nothing of the service between."""
    url = make_url(caseload.databases["caseload"].url).set(drivername="postgresql")
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute(
        "select app_enter($1, null, $2, current_date)", SOMEBODY.subject, not SOMEBODY.is_team_bound
    )
    yield connection
    await transaction.rollback()
    await connection.close()


async def _come_by(holder: asyncpg.Connection, secret: str, receipt_id: str = "") -> None:
    await holder.execute("select set_config('app.link_print', $1, true)", fingerprint(secret))
    await holder.execute("select set_config('app.receipt_id', $1, true)", receipt_id)


async def _seen(holder: asyncpg.Connection) -> dict[str, int]:
    tables = ("referral_link", "referral", "referral_question", "client", "episode_of_care", "team_member")
    counts = {name: await holder.fetchval(f"select count(*) from {name}") for name in tables}
    return {name: count for name, count in counts.items() if count}


async def _refused(holder: asyncpg.Connection, statement: str, *values: Any) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with holder.transaction():
            await holder.execute(statement, *values)


async def test_without_a_link_there_is_nothing(holder: asyncpg.Connection) -> None:
    assert await _seen(holder) == {}
    await _refused(holder, REFER, new_id(), str(TEAM), "community", "received", None, None)


async def test_with_a_link_there_is_that_link_and_no_referral(holder: asyncpg.Connection, links: Any) -> None:
    link_id, secret = links["own"]
    await _come_by(holder, secret)
    assert await _seen(holder) == {"referral_link": 1}
    assert str(await holder.fetchval("select id from referral_link")) == link_id
    await _refused(holder, "update referral_link set link_print = 'another'")
    assert await holder.execute("delete from referral_link") == "DELETE 0"


async def test_a_receipt_shows_what_came_by_its_own_link_and_it_cannot_be_changed(
    caseload: Running, holder: asyncpg.Connection, links: Any
) -> None:
    nurse, stranger = await caseload.nurse("caseload"), await caseload.client("caseload", STRANGER)
    mine = {one["referral_link_id"]: one["id"] for one in (await nurse.get("/v1/referrals")).json()["items"]}
    (other,) = (await stranger.get("/v1/referrals")).json()["items"]
    link_id, secret = links["own"]
    for receipt in (mine[None], other["id"]):
        await _come_by(holder, secret, receipt)
        assert await _seen(holder) == {"referral_link": 1}
    await _come_by(holder, secret, mine[link_id])
    assert await _seen(holder) == {"referral_link": 1, "referral": 1}
    assert await holder.execute("update referral set status = 'accepted'") == "UPDATE 0"


async def test_a_referral_is_taken_for_the_team_of_the_link_and_undecided(
    holder: asyncpg.Connection, links: Any
) -> None:
    (own, secret), (theirs, _) = links["own"], links["theirs"]
    await _come_by(holder, secret)
    for wrong in (
        (str(OTHER_TEAM), "community", "received", own, None),
        (str(TEAM), "gp", "received", own, None),
        (str(TEAM), "community", "accepted", own, None),
        (str(TEAM), "community", "received", theirs, None),
        (str(TEAM), "community", "received", None, None),
        (str(TEAM), "community", "received", own, new_id()),
    ):
        await _refused(holder, REFER, new_id(), *wrong)
    taken = await holder.execute(REFER, new_id(), str(TEAM), "community", "received", own, None)
    assert taken == "INSERT 0 1"
