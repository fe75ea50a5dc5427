"""Breaking the glass: within narrow bounds a nurse reads one client of another team, and that team is told."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError
from uuid6 import uuid7

from services.caseload.domain.break_glass import BreakGlassAttempt
from services.caseload.events import BreakGlassOpened
from services.common.auth import SYSTEM, Persona, Principal
from tests.caseload.story import OnCaseload, a_referral, an_acceptance, take_on
from tests.caseload.world import an_emergency
from tests.common.audited import newest
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running

NUMBER, BORN = "9990000204", "1936-06-06"


@pytest.fixture
async def client(caseload: Running) -> OnCaseload:
    return await take_on(caseload)


@pytest.fixture
async def stranger(caseload: Running) -> Any:
    return await caseload.client("caseload", STRANGER)


def looked_up(number: str = NUMBER, born: str = BORN) -> dict[str, Any]:
    return an_emergency(client_lookup={"nhs_number": number, "birth_on": born})


async def tried(nurse: Any, body: dict[str, Any], status: int) -> Any:
    answer = await nurse.post("/v1/break-glass", json=body)
    assert answer.status_code == status, answer.text
    return answer


async def attempts(caseload: Running) -> int:
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        return len(await tx.all(select(BreakGlassAttempt)))


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.post("/v1/break-glass", json=looked_up())).status_code == 401


async def test_a_nurse_of_another_team_gets_half_an_hour_and_the_clients_team_is_told(
    caseload: Running, client: OnCaseload, stranger: Any
) -> None:
    emergency, before = an_emergency(client_id=client.client_id), datetime.now(UTC)
    told = (await tried(stranger, emergency, 201)).json()
    expires_at = datetime.fromisoformat(told.pop("expires_at"))
    assert timedelta(minutes=30) <= expires_at - before < timedelta(minutes=31)
    assert told == {"id": emergency["id"], "client_id": client.client_id}
    row = await newest(caseload.databases["caseload"])
    assert (row.action, row.entity_type, str(row.entity_id)) == ("C", "break_glass", emergency["id"])
    assert (row.purpose, row.team, list(map(str, row.client_ids))) == ("BTG", TEAM, [client.client_id])
    (event,) = await caseload.published("caseload", BreakGlassOpened)
    assert event.data["opened_by"] == str(STRANGER)
    assert {name: event.data[name] for name in ("break_glass_id", "client_id", "team_id", "reason_code")} == {
        "break_glass_id": emergency["id"],
        "client_id": client.client_id,
        "team_id": str(TEAM),
        "reason_code": "unplanned_visit",
    }
    assert emergency["reason_text"] not in event.model_dump_json()


async def test_a_client_is_found_by_number_and_date_of_birth_together(
    caseload: Running, client: OnCaseload, stranger: Any
) -> None:
    told = await tried(stranger, looked_up("999 000 0204"), 201)
    assert told.json()["client_id"] == client.client_id
    assert NUMBER not in str((await newest(caseload.databases["caseload"]))._asdict()) + told.text


async def test_a_miss_and_nobody_look_alike_and_count(caseload: Running, client: OnCaseload, stranger: Any) -> None:
    answers = [
        await tried(stranger, body, 404)
        for body in (looked_up(born="1936-06-07"), looked_up("9990000093"), an_emergency(client_id=an_id()))
    ]
    bodies = [{**one.json(), "instance": ""} for one in answers]
    assert bodies[0] == bodies[1] == bodies[2]
    assert NUMBER not in str(bodies)
    assert await attempts(caseload) == 3
    row = await newest(caseload.databases["caseload"])
    assert (row.purpose, row.outcome, row.client_ids) == ("BTG", 8, None)
    assert await caseload.published("caseload", BreakGlassOpened) == []


def an_id() -> str:
    return str(an_emergency()["id"])


async def test_the_sixth_attempt_of_a_day_is_refused_whether_the_others_hit_or_not(
    caseload: Running, client: OnCaseload, stranger: Any
) -> None:
    await tried(stranger, looked_up(), 201)
    for _ in range(4):
        await tried(stranger, looked_up(born="1936-06-07"), 404)
    refused = await tried(stranger, looked_up(), 429)
    assert refused.json()["code"] == "too_many_attempts"
    assert 86_000 < int(refused.headers["retry-after"]) <= 86_401
    assert await attempts(caseload) == 5, "a refusal does not put off the next attempt"
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        await tx.session.execute(update(BreakGlassAttempt).values(tried_at=tx.now - timedelta(hours=24, seconds=1)))
    await tried(stranger, looked_up(), 201)


async def test_many_attempts_at_once_are_no_more_than_one_after_the_other(
    caseload: Running, client: OnCaseload, stranger: Any
) -> None:
    guesses = [stranger.post("/v1/break-glass", json=looked_up(born=f"1936-06-{day:02}")) for day in range(10, 20)]
    statuses = [answer.status_code for answer in await asyncio.gather(*guesses)]
    assert sorted(statuses) == [404] * 5 + [429] * 5


async def test_an_id_that_is_in_use_tells_nothing_of_whom_it_is_sent_with(client: OnCaseload, stranger: Any) -> None:
    emergency = an_emergency(client_id=client.client_id)
    await tried(stranger, emergency, 201)
    answers = [
        await tried(stranger, {**looked_up(born=born), "id": emergency["id"]}, 409) for born in (BORN, "1940-01-01")
    ]
    assert {one.json()["code"] for one in answers} == {"already_recorded"}


async def test_an_id_of_somebody_elses_emergency_hits_nobody_and_counts(
    caseload: Running, client: OnCaseload, stranger: Any
) -> None:
    """It is out of sight, so that it collides only with a client who was found: that is not told."""
    taken = an_emergency(client_id=client.client_id)
    await tried(stranger, taken, 201)
    colleague = uuid7()
    await caseload.join("caseload", team=OTHER_TEAM, employee=colleague)
    other = await caseload.client("caseload", colleague)
    answers = [await tried(other, {**looked_up(born=born), "id": taken["id"]}, 404) for born in (BORN, "1940-01-01")]
    assert len({str({**one.json(), "instance": ""}) for one in answers}) == 1
    assert await attempts(caseload) == 3
    assert len(await caseload.published("caseload", BreakGlassOpened)) == 1


async def test_an_old_record_of_the_own_team_does_not_stand_before_the_other_teams(
    caseload: Running, client: OnCaseload, stranger: Any
) -> None:
    colleague = uuid7()
    await caseload.join("caseload", team=OTHER_TEAM, employee=colleague)
    referral = a_referral(team_id=str(OTHER_TEAM))
    assert (await stranger.post("/v1/referrals", json=referral)).status_code == 201
    acceptance = an_acceptance(named_nurse_id=str(STRANGER), deputy_id=str(colleague))
    assert (await stranger.post(f"/v1/referrals/{referral['id']}/accept", json=acceptance)).status_code == 201
    assert (await tried(stranger, looked_up(), 201)).json()["client_id"] == client.client_id


async def test_a_slip_of_the_pen_is_put_right_under_the_same_key(client: OnCaseload, stranger: Any) -> None:
    key = {"Idempotency-Key": "night-1"}
    missed = await stranger.post("/v1/break-glass", json=looked_up(born="1936-06-07"), headers=key)
    opened = await stranger.post("/v1/break-glass", json=looked_up(), headers=key)
    assert (missed.status_code, opened.status_code) == (404, 201)


@pytest.mark.parametrize(
    "change",
    [
        {"reason_text": None},
        {"reason_text": "Because"},
        {"reason_text": "x" * 501},
        {"reason_text": " " * 30},
        {"reason_code": "curious"},
        {"client_id": None},
        {"client_lookup": {"nhs_number": NUMBER, "birth_on": BORN}},
        {"client_id": None, "client_lookup": {"nhs_number": NUMBER}},
    ],
)
async def test_without_a_reason_or_one_client_it_is_not_opened(
    caseload: Running, client: OnCaseload, stranger: Any, change: dict[str, Any]
) -> None:
    whole = an_emergency(client_id=client.client_id) | change
    body = {name: value for name, value in whole.items() if value is not None}
    refused = await tried(stranger, body, 422)
    assert NUMBER not in refused.text
    assert await attempts(caseload) == 0


@pytest.mark.parametrize("persona", sorted(set(Persona) - {Persona.NURSE}))
async def test_nobody_but_a_nurse_breaks_the_glass(caseload: Running, client: OnCaseload, persona: Persona) -> None:
    other = await caseload.client("caseload", STRANGER, persona)
    await tried(other, an_emergency(client_id=client.client_id), 403)


@pytest.mark.parametrize(
    "claims",
    [
        {"auth_time": int(time.time()) - 16 * 60},
        {"auth_time": int(time.time()) + 24 * 3600},
        {"auth_time": None},
        {"acr": "AAL1_USERPASS"},
        {"acr": None},
    ],
    ids=["stale", "yet to come", "without its time", "weak", "of unknown assurance"],
)
async def test_a_stale_or_weak_sign_in_is_told_to_step_up(
    caseload: Running, client: OnCaseload, claims: dict[str, Any]
) -> None:
    """RFC 9470."""
    nurse = await caseload.client("caseload", STRANGER, **claims)
    refused = await tried(nurse, an_emergency(client_id=client.client_id), 401)
    assert refused.json()["code"] == "insufficient_user_authentication"
    assert refused.headers["www-authenticate"] == (
        'Bearer error="insufficient_user_authentication", acr_values="AAL2 AAL3", max_age="900"'
    )
    assert await attempts(caseload) == 0


async def test_a_smartcard_is_sure_enough(caseload: Running, client: OnCaseload) -> None:
    nurse = await caseload.client("caseload", STRANGER, acr="AAL3", auth_time=int(time.time()) - 14 * 60)
    await tried(nurse, an_emergency(client_id=client.client_id), 201)


async def test_who_left_the_last_team_opens_nothing_and_reads_nothing_more(
    caseload: Running, client: OnCaseload, stranger: Any
) -> None:
    emergency = an_emergency(client_id=client.client_id)
    await tried(stranger, emergency, 201)
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        member = tx.metadata.tables["team_member"]
        await tx.session.execute(delete(member).where(member.c.team_id == OTHER_TEAM))
    refused = await tried(stranger, an_emergency(client_id=client.client_id), 403)
    assert refused.json()["code"] == "not_in_any_team"
    read = await stranger.get(f"/v1/clients/{client.client_id}", headers={"Break-Glass": emergency["id"]})
    assert (read.status_code, read.json()["code"]) == (404, "break_glass_unknown")


async def test_for_a_client_of_ones_own_team_it_is_not_needed(caseload: Running, client: OnCaseload) -> None:
    for body in (an_emergency(client_id=client.client_id), looked_up()):
        assert (await tried(client.nurse, body, 409)).json()["code"] == "own_client"
    assert await attempts(caseload) == 0


async def test_the_database_shows_nobody_by_the_number_alone(caseload: Running, client: OnCaseload) -> None:
    async with caseload.databases["caseload"].transaction(_nurse()) as tx:
        client_row = tx.metadata.tables["client"]
        for born, found in (("1936-06-07", 0), (BORN, 1)):
            await tx.session.execute(select(_set("app.nhs_number", NUMBER), _set("app.birth_on", born)))
            assert len(await tx.rows(select(client_row.c.id))) == found
            assert await tx.rows(select(tx.metadata.tables["referral"].c.id)) == []


async def test_the_database_lets_nobody_open_what_was_not_found(caseload: Running, client: OnCaseload) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        await opened_unseen(caseload, client)


async def opened_unseen(caseload: Running, client: OnCaseload) -> None:
    async with caseload.databases["caseload"].transaction(_nurse()) as tx:
        made = {"id": an_id(), "version": 1, "changed_at": tx.now, "team_id": TEAM, "client_id": client.client_id}
        told = {"opened_by": STRANGER, "reason_code": "x", "reason_text": "x"}
        times = dict.fromkeys(("opened_at", "expires_at", "review_due_at"), tx.now)
        await tx.session.execute(tx.metadata.tables["break_glass"].insert().values(**made, **told, **times))


def _nurse() -> Principal:
    return Principal(str(STRANGER), Persona.NURSE, STRANGER)


def _set(name: str, value: str) -> Any:
    return func.set_config(name, value, True)
