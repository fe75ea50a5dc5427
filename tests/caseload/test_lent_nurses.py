"""A nurse who is lent for a shift works with the borrowing team's clients for its time, on record, and never after."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from services.caseload.domain.lent_shift import access_of
from services.common.types import day_in_england
from tests.caseload.medicating import Giving, an_administration, giving, now, told_of_role
from tests.caseload.story import OnCaseload, take_on
from tests.common.audited import newest
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running

SHIFT = "roster.shift.planned.v1"
HOUR = timedelta(hours=1)


def from_now(hours: float) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat()


async def lent(system: Running, begins: float, ends: float, *, version: int = 1, **changes: Any) -> dict[str, Any]:
    """The stranger's shift with the team, so many hours from now, as roster tells it."""
    shift = {
        "shift_id": str(uuid7()),
        "team_id": str(TEAM),
        "employee_id": str(STRANGER),
        "kind": "shift",
        "starts_at": from_now(begins),
        "ends_at": from_now(ends),
        "unpaid_break_minutes": 30,
        "status": "planned",
        "loan_id": str(uuid7()),
    } | changes
    await system.deliver("caseload", SHIFT, shift, version=version)
    return shift


@pytest.fixture
async def client(caseload: Running) -> OnCaseload:
    return await take_on(caseload)


async def reads(system: Running, client: OnCaseload) -> int:
    stranger = await system.client("caseload", STRANGER)
    return int((await stranger.get(f"/v1/clients/{client.client_id}")).status_code)


@pytest.mark.parametrize(
    ("begins", "ends", "status"),
    [(-1, 7, 200), (0.9, 8, 200), (1.1, 8, 404), (-8, -1.9, 200), (-8, -2.1, 404)],
)
async def test_the_records_are_open_from_an_hour_before_to_two_after(
    caseload: Running, client: OnCaseload, begins: float, ends: float, status: int
) -> None:
    assert await reads(caseload, client) == 404
    await lent(caseload, begins, ends)
    assert await reads(caseload, client) == status


async def test_a_shift_that_is_no_loan_opens_nothing(caseload: Running, client: OnCaseload) -> None:
    await lent(caseload, -1, 7, loan_id=None)
    assert await reads(caseload, client) == 404


async def test_another_team_and_another_nurse_are_not_let_in(caseload: Running, client: OnCaseload) -> None:
    await lent(caseload, -1, 7, team_id=str(uuid7()))
    await lent(caseload, -1, 7, employee_id=str(uuid7()))
    assert await reads(caseload, client) == 404


async def test_a_loan_that_is_taken_off_closes_at_once(caseload: Running, client: OnCaseload) -> None:
    shift = await lent(caseload, -1, 7)
    assert await reads(caseload, client) == 200
    await lent(caseload, 0, 0, **shift | {"status": "cancelled"}, version=2)
    assert await reads(caseload, client) == 404


@pytest.mark.parametrize(("left_days_ago", "status"), [(0, 200), (1, 404)])
async def test_to_whoever_left_her_own_team_a_loan_opens_nothing(
    caseload: Running, client: OnCaseload, left_days_ago: int, status: int
) -> None:
    await lent(caseload, -1, 7)
    until_on = str(day_in_england(datetime.now(UTC)) - timedelta(days=left_days_ago))
    await told_of_role(caseload, STRANGER, "registered_nurse", team_id=str(OTHER_TEAM), until_on=until_on)
    assert await reads(caseload, client) == status


async def test_what_she_reads_is_on_record_like_a_members(caseload: Running, client: OnCaseload) -> None:
    await lent(caseload, -1, 7)
    await reads(caseload, client)
    row = await newest(caseload.databases["caseload"])
    assert (row.subject, row.team, row.client_ids) == (str(STRANGER), TEAM, [UUID(client.client_id)])
    assert (row.action, row.outcome) == ("R", 0)


async def test_she_records_what_she_did_and_gives_a_medicine_as_the_nurse_that_she_is(caseload: Running) -> None:
    given: Giving = await giving(caseload)
    medicine = await given.medicine()
    stranger = await caseload.client("caseload", STRANGER)
    body = an_administration(medicine, happened_at=now())
    assert (await stranger.post("/v1/administrations", json=body)).status_code == 404
    await lent(caseload, -1, 7)
    refused = await stranger.post("/v1/administrations", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_delegated")
    await told_of_role(caseload, STRANGER, "registered_nurse", team_id=str(OTHER_TEAM))
    kept = await stranger.post("/v1/administrations", json=body)
    assert (kept.status_code, kept.json().get("employee_id")) == (201, str(STRANGER)), kept.text


def test_of_a_shift_that_was_cancelled_nothing_is_open() -> None:
    starts = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert access_of(starts, starts + 8 * HOUR, 60, 120, is_cancelled=False) == (starts - HOUR, starts + 10 * HOUR)
    opens, closes = access_of(starts, starts + 8 * HOUR, 60, 120, is_cancelled=True)
    assert opens == closes
