"""A DBS check takes its steps in order, and its result alone lets somebody visit alone."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from uuid6 import uuid7

from services.common.auth import Persona
from services.hr.events import ClearanceChanged
from tests.hr.office import AROUND_THE_TEAM, OUTSIDERS, a_check, checked, employed, office, refused
from tests.running import NURSE, TEAM, Running


async def _start(hr: Running, employee_id: object, **changes: Any) -> dict[str, Any]:
    answer = await (await office(hr)).post("/v1/dbs-checks", json=a_check(employee_id, **changes))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _step(hr: Running, check: dict[str, Any], status: str, on: str, **more: Any) -> Any:
    step = {"status": status, "on": on, **more}
    return await (await office(hr)).post(f"/v1/dbs-checks/{check['id']}/progress", json=step)


async def _decided(hr: Running, employee_id: object, result: str) -> dict[str, Any]:
    check = await _start(hr, employee_id)
    await checked(hr, check["id"], "submitted", "2026-09-23")
    await checked(hr, check["id"], "with_dbs", "2026-09-30")
    return await checked(hr, check["id"], result, "2026-10-20")


async def _told(hr: Running) -> list[tuple[bool, str]]:
    events = await hr.published("hr", ClearanceChanged)
    return [(told.data["may_visit_alone"], told.data["since_on"]) for told in events]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/dbs-checks"),
        ("GET", f"/v1/dbs-checks/{NURSE}"),
        ("POST", f"/v1/dbs-checks/{NURSE}/progress"),
    ],
)
async def test_anonymous_is_refused(hr: Running, method: str, path: str) -> None:
    nobody = await hr.client("hr", None)
    assert (await nobody.request(method, path)).status_code == 401


async def test_sandra_may_not_visit_alone_until_her_dbs_check_is_clear(hr: Running) -> None:
    """Mission row 6.02, as hr answers it: Adult First allows supervised work, which changes nothing here."""
    sandra = await employed(hr, given_name="Sandra", family_name="Whitcombe", role="assistant_practitioner")
    check = await _start(hr, sandra)
    await checked(hr, check["id"], "submitted", "2026-09-23")
    await checked(hr, check["id"], "with_dbs", "2026-09-30")
    supervised = await checked(hr, check["id"], "with_dbs", "2026-10-05", adult_first_clear=True)
    assert supervised["adult_first_clear"] is True
    assert supervised["clearance"] == {
        "employee_id": sandra,
        "may_visit_alone": False,
        "ground": "dbs_in_progress",
        "since_on": "2026-09-14",
    }
    assert await _told(hr) == [(False, "2026-09-14")]
    clear = await checked(hr, check["id"], "clear", "2026-11-20")
    assert clear["clearance"]["may_visit_alone"] is True
    first, second = await hr.published("hr", ClearanceChanged)
    assert second.data == {
        "employee_id": sandra,
        "team_id": str(TEAM),
        "may_visit_alone": True,
        "since_on": "2026-11-20",
    }
    assert (first.subject, first.aggregateversion, second.aggregateversion) == (second.subject, 1, 2)


@pytest.mark.parametrize(("result", "waits_on"), [("content", "employer"), ("refused", "none")])
async def test_any_other_result_than_clear_keeps_somebody_from_visiting_alone(
    hr: Running, result: str, waits_on: str
) -> None:
    check = await _decided(hr, await employed(hr), result)
    assert check["waiting_on"] == waits_on
    assert (check["clearance"]["may_visit_alone"], check["clearance"]["ground"]) == (False, f"dbs_{result}")
    assert await _told(hr) == [(False, "2026-09-14")], "nobody but hr learns that there is something to weigh"


async def test_the_employer_may_weigh_the_content_and_clear_it(hr: Running) -> None:
    check = await _decided(hr, await employed(hr), "content")
    await checked(hr, check["id"], "clear", "2026-10-27")
    assert (await _told(hr))[-1] == (True, "2026-10-27")


async def test_a_new_check_in_progress_stops_nobody_who_was_clear(hr: Running) -> None:
    employee = await employed(hr)
    await _decided(hr, employee, "clear")
    renewal = await _start(hr, employee, started_on="2026-11-02")
    assert renewal["clearance"]["may_visit_alone"] is True
    await checked(hr, renewal["id"], "submitted", "2026-11-03")
    await checked(hr, renewal["id"], "with_dbs", "2026-11-04")
    await checked(hr, renewal["id"], "refused", "2026-11-05")
    assert [alone for alone, _ in await _told(hr)] == [False, True, False]


async def test_a_certificate_on_the_update_service_is_looked_up_and_looked_up_again(hr: Running) -> None:
    """Mission row 6.02, Update Service recheck: a look that finds nothing new tells nothing new."""
    check = await _start(hr, await employed(hr), update_service=True)
    clear = await checked(hr, check["id"], "clear", "2026-09-15")
    assert (clear["cleared_on"], clear["submitted_on"]) == ("2026-09-15", None)
    again = await checked(hr, check["id"], "clear", "2026-10-15")
    assert (again["cleared_on"], again["status_on"]) == ("2026-09-15", "2026-10-15")
    assert again["clearance"]["since_on"] == "2026-09-15"
    found = await checked(hr, check["id"], "content", "2026-11-16")
    assert (found["cleared_on"], found["clearance"]["may_visit_alone"]) == (None, False)
    assert [alone for alone, _ in await _told(hr)] == [False, True, False]


@pytest.mark.parametrize(
    ("before", "wrong"),
    [
        ([], "with_dbs"),
        ([], "clear"),
        (["submitted"], "started"),
        (["submitted"], "clear"),
        (["submitted", "with_dbs"], "submitted"),
        (["submitted", "with_dbs", "clear"], "clear"),
        (["submitted", "with_dbs", "refused"], "clear"),
    ],
)
async def test_a_step_out_of_turn_is_refused(hr: Running, before: list[str], wrong: str) -> None:
    check = await _start(hr, await employed(hr))
    for status in before:
        await checked(hr, check["id"], status, "2026-10-01")
    told = await _told(hr)
    refused(await _step(hr, check, wrong, "2026-10-02"), 409, "step_not_possible", "/body/status")
    assert await _told(hr) == told


async def test_a_step_is_dated_neither_before_the_last_one_nor_in_the_future(hr: Running) -> None:
    employee = await employed(hr)
    ahead = (date.today() + timedelta(days=2)).isoformat()  # noqa: DTZ011  two days ahead in any time zone
    early = await (await office(hr)).post("/v1/dbs-checks", json=a_check(employee, started_on=ahead))
    refused(early, 422, "step_in_the_future", "/body/started_on")
    check = await _start(hr, employee)
    refused(await _step(hr, check, "submitted", "2026-09-13"), 422, "step_out_of_order", "/body/on")
    refused(await _step(hr, check, "submitted", ahead), 422, "step_in_the_future", "/body/on")


async def test_an_open_check_waits_on_somebody_and_a_finished_one_on_nobody(hr: Running) -> None:
    employee = await employed(hr)
    idle = await (await office(hr)).post("/v1/dbs-checks", json=a_check(employee, waiting_on="none"))
    refused(idle, 422, "waits_on_somebody", "/body/waiting_on")
    check = await _start(hr, employee)
    none = await _step(hr, check, "submitted", "2026-09-23", waiting_on="none")
    refused(none, 422, "waits_on_somebody", "/body/waiting_on")
    await checked(hr, check["id"], "submitted", "2026-09-23")
    await checked(hr, check["id"], "with_dbs", "2026-09-30")
    still = await _step(hr, check, "clear", "2026-10-20", waiting_on="dbs")
    refused(still, 422, "waits_on_somebody", "/body/waiting_on")


async def test_one_check_of_a_person_is_under_way_at_a_time(hr: Running) -> None:
    employee, hr_office = await employed(hr), await office(hr)
    both = await asyncio.gather(*(hr_office.post("/v1/dbs-checks", json=a_check(employee)) for _ in range(2)))
    late, taken = sorted(both, key=lambda answer: -answer.status_code)
    assert taken.status_code == 201
    refused(late, 409, "check_under_way", "/body/employee_id")
    third = await hr_office.post("/v1/dbs-checks", json=a_check(employee))
    refused(third, 409, "check_under_way", "/body/employee_id")
    assert len(await _told(hr)) == 1


async def test_a_check_is_of_an_employee(hr: Running) -> None:
    answer = await (await office(hr)).post("/v1/dbs-checks", json=a_check(uuid7()))
    refused(answer, 422, "unknown_employee", "/body/employee_id")


async def test_hr_reads_a_check_with_its_answer(hr: Running) -> None:
    check = await _decided(hr, await employed(hr), "clear")
    read = await (await office(hr)).get(f"/v1/dbs-checks/{check['id']}")
    assert read.json() == check
    assert read.headers["etag"] == f'"{check["version"]}"'
    assert (check["submitted_on"], check["cleared_on"]) == ("2026-09-23", "2026-10-20")


async def test_checks_are_between_hr_and_the_person(hr: Running) -> None:
    check = await _start(hr, await employed(hr))
    step = {"status": "submitted", "on": "2026-09-23"}
    for persona in (Persona.NURSE, Persona.FINANCE, *AROUND_THE_TEAM, *OUTSIDERS):
        other = await hr.client("hr", NURSE, persona)
        assert (await other.post("/v1/dbs-checks", json=a_check(NURSE))).status_code == 403
        assert (await other.get(f"/v1/dbs-checks/{check['id']}")).status_code == 403
        assert (await other.post(f"/v1/dbs-checks/{check['id']}/progress", json=step)).status_code == 403
    assert (await (await office(hr)).get(f"/v1/dbs-checks/{uuid7()}")).status_code == 404
