"""A POST that makes or moves something has a key, and one effect for it, whoever sends it again and whenever."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from services.common import history
from services.common.auth import SYSTEM
from tests.caseload.story import a_referral, new_id, take_on
from tests.running import OTHER_TEAM, STRANGER, Running, until

PATH = "/v1/referrals"


async def post(client: Any, body: Any, key: Any, path: str = PATH) -> Any:
    headers = [] if key is None else [("Idempotency-Key", one) for one in ([key] if isinstance(key, str) else key)]
    return await client.post(path, json=body, headers=headers, auth=None)


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/header/Idempotency-Key"
    assert error["way_out"]


async def test_a_request_without_a_key_is_told_to_make_one(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    refused(await post(nurse, a_referral(), None), 400, "idempotency_key_required")
    assert (await nurse.get(PATH)).json()["items"] == []


async def test_a_search_needs_no_key(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    answer = await post(nurse, {"nhs_number": "9990000204"}, None, "/v1/clients/_search")
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize("again", ['"k-1"', "k-1", '  "k-1" '])
async def test_a_key_is_the_same_bare_and_in_quotes(caseload: Running, again: str) -> None:
    nurse, referral = await caseload.nurse("caseload"), a_referral()
    first = await post(nurse, referral, "k-1")
    second = await post(nurse, referral, again)
    assert (second.status_code, second.json()) == (201, first.json())
    assert second.headers["idempotency-replayed"] == "true"
    assert second.headers["content-type"] == first.headers["content-type"]


async def test_a_quote_inside_a_key_is_escaped(caseload: Running) -> None:
    nurse, referral = await caseload.nurse("caseload"), a_referral()
    assert (await post(nurse, referral, r'"a\"b\\c"')).status_code == 201
    assert (await post(nurse, referral, r'"a\"b\\c"')).headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("key", ["", '""', '"', 'a"b', "x" * 256, '"' + "x" * 256 + '"', "a b", ["a", "a"], '"a";b=1'])
async def test_a_key_that_cannot_be_used_is_refused(caseload: Running, key: Any) -> None:
    refused(await post(await caseload.nurse("caseload"), a_referral(), key), 400, "bad_idempotency_key")


async def test_a_key_belongs_to_one_request(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    assert (await post(nurse, a_referral(), "k-1")).status_code == 201
    refused(await post(nurse, a_referral(), "k-1"), 422, "idempotency_key_reused")


async def test_a_key_belongs_to_one_caller(caseload: Running) -> None:
    await caseload.join("caseload", team=OTHER_TEAM, employee=STRANGER)
    nurse, other = await caseload.nurse("caseload"), await caseload.client("caseload", STRANGER)
    theirs = a_referral(team_id=str(OTHER_TEAM))
    assert [(await post(nurse, a_referral(), "k-1")).status_code, (await post(other, theirs, "k-1")).status_code] == [
        201,
        201,
    ]


async def test_a_key_belongs_to_one_route(caseload: Running) -> None:
    client = await take_on(caseload)
    assert (await post(client.nurse, a_referral(), "k-1")).status_code == 201
    wound = {"id": new_id(), "episode_of_care_id": client.episode_id, "site": "Left heel"}
    answer = await post(client.nurse, wound, "k-1", "/v1/wounds")
    assert answer.status_code == 201, answer.text


async def test_a_request_that_is_still_running_is_a_409_at_once(caseload: Running) -> None:
    """Whoever sends it again neither waits for the first nor does it twice."""
    nurse, referral = await caseload.nurse("caseload"), a_referral()
    database = caseload.databases["caseload"]
    async with database.transaction(SYSTEM) as tx:
        # The first is held up by somebody who works on the table.
        await tx.session.execute(text("lock table referral in share mode"))
        first = asyncio.create_task(post(nurse, referral, "k-1"))
        held_up = select(func.count()).select_from(text("pg_locks where not granted"))

        async def waits() -> Any:
            return (await tx.rows(held_up))[0][0]

        await until(waits)
        second = await asyncio.wait_for(post(nurse, referral, "k-1"), 2)
    refused(second, 409, "still_running")
    assert second.headers["retry-after"] == "1"
    assert (await first).status_code == 201
    third = await post(nurse, referral, "k-1")
    assert (third.status_code, third.headers["idempotency-replayed"]) == (201, "true")


async def test_many_at_once_have_one_effect(caseload: Running) -> None:
    nurse, referral = await caseload.nurse("caseload"), a_referral()
    answers = await asyncio.gather(*(post(nurse, referral, "k-1") for _ in range(12)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert sum(answer.status_code == 201 and "idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"still_running"}
    assert len((await nurse.get(PATH)).json()["items"]) == 1


async def test_a_key_is_forgotten_after_72_hours(caseload: Running) -> None:
    nurse, database = await caseload.nurse("caseload"), caseload.databases["caseload"]
    table = database.metadata.tables["idempotency_key"]
    assert timedelta(hours=72) == history.KEEP_RETRIES
    for key, age in (("old", timedelta(hours=73)), ("young", timedelta(hours=71))):
        assert (await post(nurse, a_referral(), key)).status_code == 201
        async with database.transaction(SYSTEM) as tx:
            aged = table.update().where(table.c.key.endswith(f" {key}"))
            await tx.session.execute(aged.values(made_at=func.clock_timestamp() - age))
    await history.purge(database)
    async with database.transaction(SYSTEM) as tx:
        kept = await tx.all(select(table.c.key))
    assert [key.rpartition(" ")[2] for key in kept] == ["young"]
