"""HR keeps the files; a person reads their own, and nobody a colleague's."""

import pytest
from uuid6 import uuid7

from services.common.auth import Persona
from tests.hr.office import AROUND_THE_TEAM, OUTSIDERS, an_employee, employed, office
from tests.running import NURSE, Running


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/v1/employees"), ("GET", "/v1/employees"), ("GET", f"/v1/employees/{NURSE}")]
)
async def test_anonymous_is_refused(hr: Running, method: str, path: str) -> None:
    nobody = await hr.client("hr", None)
    assert (await nobody.request(method, path)).status_code == 401


async def test_hr_opens_a_file_and_reads_it(hr: Running) -> None:
    hr_office, employee = await office(hr), an_employee()
    opened = await hr_office.post("/v1/employees", json=employee)
    assert opened.status_code == 201, opened.text
    read = await hr_office.get(f"/v1/employees/{employee['id']}")
    assert read.json() == employee | {"version": 1}
    assert read.headers["etag"] == '"1"'


async def test_hr_reads_all_files_page_by_page(hr: Running) -> None:
    hr_office = await office(hr)
    known = [await employed(hr) for _ in range(3)]
    first = (await hr_office.get("/v1/employees", params={"limit": 2})).json()
    rest = (await hr_office.get("/v1/employees", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == sorted(known)
    assert rest["next_cursor"] is None


async def test_a_nurse_reads_her_own_file_only(hr: Running) -> None:
    await employed(hr, id=str(NURSE))
    colleague = await employed(hr)
    nurse = await hr.nurse("hr")
    assert (await nurse.get(f"/v1/employees/{NURSE}")).json()["phone"] == "07700 900101"
    hidden, absent = (await nurse.get(f"/v1/employees/{colleague}"), await nurse.get(f"/v1/employees/{uuid7()}"))
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}


@pytest.mark.parametrize("persona", [*AROUND_THE_TEAM, *OUTSIDERS, Persona.FINANCE])
async def test_nobody_else_reads_a_file(hr: Running, persona: Persona) -> None:
    employee = await employed(hr)
    other = await hr.client("hr", uuid7(), persona)
    assert (await other.get(f"/v1/employees/{employee}")).status_code == 403


async def test_a_nurse_neither_opens_files_nor_lists_them(hr: Running) -> None:
    nurse = await hr.nurse("hr")
    assert (await nurse.post("/v1/employees", json=an_employee())).status_code == 403
    assert (await nurse.get("/v1/employees")).status_code == 403


@pytest.mark.parametrize("wrong", [{"role": "manager"}, {"phone": "ring me"}, {"given_name": " "}, {"salary": 1}])
async def test_a_file_that_cannot_be_right_is_refused(hr: Running, wrong: dict[str, object]) -> None:
    answer = await (await office(hr)).post("/v1/employees", json=an_employee(**wrong))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/body/{next(iter(wrong))}"


async def test_an_employee_has_one_file(hr: Running) -> None:
    hr_office, employee = await office(hr), an_employee()
    await hr_office.post("/v1/employees", json=employee)
    again = await hr_office.post("/v1/employees", json=employee)
    assert again.status_code == 409
    assert again.json()["code"] == "already_recorded"
