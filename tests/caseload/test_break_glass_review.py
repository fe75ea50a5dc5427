"""What was opened in an emergency is reviewed by the client's own team, and by nobody else."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from services.caseload.domain.break_glass import BreakGlass
from services.common.auth import SYSTEM
from tests.caseload.story import OnCaseload, new_id, take_on
from tests.caseload.world import an_emergency
from tests.running import NURSE, STRANGER, Running

REVIEW = {"outcome": "justified", "note": "She rang us as well"}


@pytest.fixture
async def client(caseload: Running) -> OnCaseload:
    return await take_on(caseload)


@pytest.fixture
async def stranger(caseload: Running) -> Any:
    return await caseload.client("caseload", STRANGER)


async def opened(stranger: Any, client: OnCaseload, times: int = 1) -> list[str]:
    emergencies = [an_emergency(client_id=client.client_id) for _ in range(times)]
    for one in emergencies:
        assert (await stranger.post("/v1/break-glass", json=one)).status_code == 201
    return [one["id"] for one in emergencies]


async def listed(nurse: Any, **asked: Any) -> Any:
    answer = await nurse.get("/v1/break-glass", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def reviewed(nurse: Any, break_glass_id: str, version: int = 1) -> Any:
    path = f"/v1/break-glass/{break_glass_id}/review"
    return await nurse.post(path, json=REVIEW, headers={"If-Match": f'"{version}"'})


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.get("/v1/break-glass")).status_code == 401
    assert (await nobody.get(f"/v1/break-glass/{new_id()}")).status_code == 401
    assert (await reviewed(nobody, new_id())).status_code == 401


async def test_the_clients_team_reads_who_it_was_and_why(client: OnCaseload, stranger: Any) -> None:
    (one,) = await opened(stranger, client)
    (item,) = (await listed(client.nurse))["items"]
    assert (item["id"], item["client_id"], item["opened_by"]) == (one, client.client_id, str(STRANGER))
    assert item["reason_text"].startswith("Found on the stairs")
    due, opened_at = (datetime.fromisoformat(item[name]) for name in ("review_due_at", "opened_at"))
    assert due - opened_at == timedelta(hours=72)
    assert (item["overdue"], item["reviewed_at"], item["outcome"]) == (False, None, None)
    read = await client.nurse.get(f"/v1/break-glass/{one}")
    assert (read.json(), read.headers["etag"]) == (item, '"1"')


async def test_the_newest_comes_first_page_by_page(client: OnCaseload, stranger: Any) -> None:
    ids = await opened(stranger, client, times=3)
    first = await listed(client.nurse, limit=2)
    rest = await listed(client.nurse, limit=2, cursor=first["next_cursor"])
    assert [one["id"] for one in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next_cursor"] is None


async def test_a_member_of_the_clients_team_reviews_it_once(client: OnCaseload, stranger: Any) -> None:
    one, other = await opened(stranger, client, times=2)
    assert (await reviewed(client.nurse, one, version=2)).status_code == 412
    done = await reviewed(client.nurse, one)
    assert done.status_code == 200
    told = done.json()
    assert (told["outcome"], told["note"], told["reviewed_by"]) == ("justified", REVIEW["note"], str(NURSE))
    again = await reviewed(client.nurse, one, version=2)
    assert (again.status_code, again.json()["code"]) == (409, "already_reviewed")
    for state, expected in (("open", [other]), ("reviewed", [one]), (None, [other, one])):
        found = await listed(client.nurse, **({"state": state} if state else {}))
        assert [item["id"] for item in found["items"]] == expected


async def test_after_three_days_a_review_is_overdue(caseload: Running, client: OnCaseload, stranger: Any) -> None:
    one, other = await opened(stranger, client, times=2)
    for hours, overdue in ((1, False), (-1, True)):
        async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
            due_at = tx.now + timedelta(hours=hours)
            await tx.session.execute(update(BreakGlass).values(review_due_at=due_at))
        assert [item["overdue"] for item in (await listed(client.nurse))["items"]] == [overdue, overdue]
    await reviewed(client.nurse, one)
    assert {item["id"]: item["overdue"] for item in (await listed(client.nurse))["items"]} == {one: False, other: True}


async def test_the_opener_neither_lists_reads_nor_reviews_it(
    caseload: Running, client: OnCaseload, stranger: Any
) -> None:
    (one,) = await opened(stranger, client)
    assert (await listed(stranger))["items"] == []
    assert (await stranger.get(f"/v1/break-glass/{one}")).status_code == 404
    assert (await reviewed(stranger, one)).status_code == 404
    await caseload.join("caseload", employee=STRANGER)
    refused = await reviewed(stranger, one)
    assert (refused.status_code, refused.json()["code"]) == (403, "reviewed_by_opener")
    assert (await reviewed(client.nurse, one)).status_code == 200


async def test_a_coach_reviews_nothing(caseload: Running, client: OnCaseload, stranger: Any) -> None:
    (one,) = await opened(stranger, client)
    coach = await caseload.client("caseload", new_id(), "coach")
    assert (await coach.get("/v1/break-glass")).status_code == 403
    assert (await reviewed(coach, one)).status_code == 403
