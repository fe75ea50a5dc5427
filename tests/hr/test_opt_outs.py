"""Who works beyond 48 hours a week has said so in writing, and ends it by notice (regulation 5)."""

from typing import Any

import pytest
from uuid6 import uuid7

from services.hr.events import OptOutChanged
from tests.hr.office import OUTSIDERS, an_opt_out, employed, office, refused
from tests.running import NURSE, OTHER_TEAM, STRANGER, Running


@pytest.fixture
async def ruth(hr: Running) -> str:
    return await employed(hr, id=str(NURSE))


async def sign(hr: Running, ruth: str, **changes: Any) -> Any:
    return await (await office(hr)).post("/v1/opt-outs", json=an_opt_out(ruth, **changes))


async def test_anonymous_is_refused(hr: Running) -> None:
    nobody = await hr.client("hr", None)
    for path in ("/v1/opt-outs", f"/v1/opt-outs/{uuid7()}"):
        assert (await nobody.get(path)).status_code == 401
    for path in ("/v1/opt-outs", f"/v1/opt-outs/{uuid7()}/end"):
        assert (await nobody.post(path, json={})).status_code == 401


async def test_what_was_signed_is_told_and_ends_when_its_notice_is_over(hr: Running, ruth: str) -> None:
    made = await sign(hr, ruth)
    assert made.status_code == 201, made.text
    assert (made.json()["notice_on"], made.json()["until_on"]) == (None, None)
    path = f"/v1/opt-outs/{made.json()['id']}"
    hr_office = await office(hr)
    ended = await hr_office.post(f"{path}/end", json={"given_on": "2026-03-02"}, headers={"If-Match": '"1"'})
    assert (ended.status_code, ended.json()["until_on"]) == (200, "2026-04-01")
    told = [one.data for one in await hr.published("hr", OptOutChanged)]
    assert [(one["from_on"], one["until_on"]) for one in told] == [("2026-01-12", None), ("2026-01-12", "2026-04-01")]
    refused(
        await hr_office.post(f"{path}/end", json={"given_on": "2026-03-03"}, headers={"If-Match": '"2"'}),
        409,
        "notice_given_already",
        "/path/opt_out_id",
    )
    nurse = await hr.nurse("hr")
    assert (await nurse.get(path)).json() == ended.json()
    assert (await nurse.get("/v1/opt-outs", params={"employee_id": ruth})).json()["items"] == [ended.json()]


async def test_notice_is_given_on_what_was_read_and_not_before_it_was_signed(hr: Running, ruth: str) -> None:
    path, hr_office = f"/v1/opt-outs/{(await sign(hr, ruth)).json()['id']}/end", await office(hr)
    given = {"given_on": "2026-03-02"}
    assert (await hr_office.post(path, json=given, headers={"If-Match": '"9"'})).status_code == 412
    early = await hr_office.post(path, json={"given_on": "2026-01-04"}, headers={"If-Match": '"1"'})
    refused(early, 422, "notice_before_it_counts", "/body/given_on")
    soon = await hr_office.post(path, json={"given_on": "2199-01-01"}, headers={"If-Match": '"1"'})
    assert soon.status_code == 422


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"from_on": "2026-01-04"}, ("signed_before_it_counts", "/body/from_on")),
        ({"notice_days": 6}, ("notice_out_of_bounds", "/body/notice_days")),
        ({"until_on": "2026-01-11"}, ("ends_before_it_counts", "/body/until_on")),
        ({"notice_days": 90}, ("notice_out_of_bounds", "/body/notice_days")),
    ],
)
async def test_what_cannot_have_been_signed_is_refused(
    hr: Running, ruth: str, changes: dict[str, Any], told: tuple[str, str]
) -> None:
    refused(await sign(hr, ruth, **changes), 422, *told)


async def test_somebody_whom_hr_does_not_know_signs_nothing(hr: Running) -> None:
    refused(await sign(hr, str(uuid7())), 422, "unknown_employee", "/body/employee_id")


async def test_nobody_opts_out_twice_on_a_day_and_anew_after_the_notice(hr: Running, ruth: str) -> None:
    first = await sign(hr, ruth)
    refused(await sign(hr, ruth, from_on="2026-06-01"), 409, "opted_out_already", "/body/from_on")
    path = f"/v1/opt-outs/{first.json()['id']}/end"
    given = {"given_on": "2026-03-02"}
    assert (await (await office(hr)).post(path, json=given, headers={"If-Match": '"1"'})).status_code == 200
    refused(await sign(hr, ruth, from_on="2026-04-01"), 409, "opted_out_already", "/body/from_on")
    assert (await sign(hr, ruth, from_on="2026-04-02")).status_code == 201


@pytest.mark.parametrize(
    ("agreed", "given_on", "until_on"),
    [("2026-06-30", "2026-03-02", "2026-04-01"), ("2026-03-20", "2026-03-02", "2026-03-20")],
)
async def test_what_was_agreed_for_a_time_ends_then_or_by_notice_before(
    hr: Running, ruth: str, agreed: str, given_on: str, until_on: str
) -> None:
    made = await sign(hr, ruth, until_on=agreed)
    assert (made.status_code, made.json()["notice_on"], made.json()["until_on"]) == (201, None, agreed)
    assert (await ended(hr, made, given_on)).json()["until_on"] == until_on
    told = [one.data["until_on"] for one in await hr.published("hr", OptOutChanged)]
    assert told == [agreed, until_on]


async def test_after_the_time_that_was_agreed_somebody_opts_out_anew(hr: Running, ruth: str) -> None:
    assert (await sign(hr, ruth, until_on="2026-06-30")).status_code == 201
    refused(await sign(hr, ruth, from_on="2026-06-30"), 409, "opted_out_already", "/body/from_on")
    assert (await sign(hr, ruth, from_on="2026-07-01")).status_code == 201


async def test_three_months_of_notice_are_never_more_than_three_months(hr: Running, ruth: str) -> None:
    """From the first of February the year has the shortest."""
    made = await sign(hr, ruth, notice_days=89)
    assert (await ended(hr, made, "2026-02-01")).json()["until_on"] == "2026-05-01"


@pytest.mark.parametrize(("from_on", "until_on"), [("2026-06-01", "2026-05-31"), ("2026-02-06", "2026-02-05")])
async def test_what_has_ended_before_its_first_day_never_holds(
    hr: Running, ruth: str, from_on: str, until_on: str
) -> None:
    """Nor does it keep anybody from opting out on that day."""
    made = await sign(hr, ruth, from_on=from_on)
    answer = await ended(hr, made, "2026-01-06")
    assert (answer.status_code, answer.json()["until_on"]) == (200, until_on)
    assert (await sign(hr, ruth, from_on=from_on)).status_code == 201


async def ended(hr: Running, made: Any, given_on: str) -> Any:
    path = f"/v1/opt-outs/{made.json()['id']}/end"
    return await (await office(hr)).post(path, json={"given_on": given_on}, headers={"If-Match": '"1"'})


async def test_hr_records_it_and_no_colleague_does(hr: Running, ruth: str) -> None:
    nurse = await hr.nurse("hr")
    assert (await nurse.post("/v1/opt-outs", json=an_opt_out(ruth))).status_code == 403
    made = await sign(hr, ruth)
    assert (await nurse.post(f"/v1/opt-outs/{made.json()['id']}/end", json={})).status_code == 403
    stranger = await hr.client("hr", STRANGER)
    assert (await stranger.get(f"/v1/opt-outs/{made.json()['id']}")).status_code == 404
    assert (await stranger.get("/v1/opt-outs")).json()["items"] == []
    assert (await nurse.get("/v1/opt-outs", params={"team_id": str(OTHER_TEAM)})).json()["items"] == []
    for persona in OUTSIDERS:
        other = await hr.client("hr", "somebody", persona)
        assert (await other.get("/v1/opt-outs")).status_code == 403
