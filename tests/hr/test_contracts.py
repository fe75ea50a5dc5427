"""A contract is agreed once, told to roster and finance, and seen to end in good time."""

from typing import Any

import pytest
from uuid6 import uuid7

from services.common.auth import Persona
from services.hr.events import ContractAgreed
from tests.hr.office import AROUND_THE_TEAM, OUTSIDERS, a_contract, employed, office, refused
from tests.running import NURSE, OTHER_TEAM, TEAM, Running

DAY_ZERO = "2026-11-23"


async def _agree(hr: Running, employee_id: object, **changes: Any) -> dict[str, Any]:
    answer = await (await office(hr)).post("/v1/contracts", json=a_contract(employee_id, **changes))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _ending(hr: Running, persona: Persona = Persona.NURSE, **asked: Any) -> Any:
    caller = await hr.client("hr", NURSE, persona)
    answer = await caller.get("/v1/contracts/ending", params={"team_id": str(TEAM), "as_of": DAY_ZERO} | asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/contracts"), ("GET", "/v1/contracts"), ("GET", f"/v1/contracts/ending?team_id={TEAM}")],
)
async def test_anonymous_is_refused(hr: Running, method: str, path: str) -> None:
    nobody = await hr.client("hr", None)
    assert (await nobody.request(method, path)).status_code == 401


async def test_agreeing_a_contract_tells_roster_and_finance(hr: Running) -> None:
    employee = await employed(hr)
    contract = await _agree(hr, employee)
    assert contract["employment_contract_type"] == "05"
    (told,) = await hr.published("hr", ContractAgreed)
    assert told.data == {
        "contract_id": contract["id"],
        "employee_id": employee,
        "team_id": str(TEAM),
        "kind": "permanent",
        "band": "6",
        "role": "registered_nurse",
        "minutes_per_week": 1800,
        "from_on": "2025-06-01",
        "until_on": None,
    }


async def test_megan_is_flagged_sixty_five_days_before_her_fixed_term_ends(hr: Running) -> None:
    """Mission row 6.09."""
    megan = await employed(hr, given_name="Megan", family_name="Lloyd")
    term = {"kind": "fixed_term", "from_on": "2026-01-27", "until_on": "2027-01-27", "return_guaranteed": True}
    contract = await _agree(hr, megan, **term)
    flag = {
        "contract_id": contract["id"],
        "employee_id": megan,
        "kind": "fixed_term",
        "until_on": "2027-01-27",
        "days_left": 65,
    }
    assert await _ending(hr) == [flag]
    assert await _ending(hr, within_days=65) == [flag]
    assert await _ending(hr, within_days=64) == []


async def test_a_secondment_and_a_temporary_contract_are_seen_to_end_too(hr: Running) -> None:
    """Mission rows 6.04 and 6.08: 32 days before Priya goes back, and on the last day itself."""
    priya, temp = await employed(hr), await employed(hr)
    seconded = {"kind": "secondment", "home_employer": "Westmere community nursing", "until_on": "2026-12-25"}
    await _agree(hr, priya, **seconded)
    await _agree(hr, temp, kind="temporary", until_on=DAY_ZERO)
    assert [(item["employee_id"], item["days_left"]) for item in await _ending(hr)] == [(priya, 32), (temp, 0)]
    assert await _ending(hr, as_of="2026-12-26") == []


async def test_a_contract_that_another_follows_is_not_flagged(hr: Running) -> None:
    employee = await employed(hr)
    term = {"kind": "fixed_term", "until_on": "2026-12-31"}
    ending = await _agree(hr, employee, **term)
    await _agree(hr, employee, kind="bank", minutes_per_week=0)
    await _agree(hr, employee, from_on="2027-01-01", team_id=str(OTHER_TEAM))
    await _agree(hr, employee, from_on="2027-01-02")
    assert [item["contract_id"] for item in await _ending(hr)] == [ending["id"]]
    await _agree(hr, employee, kind="permanent", from_on="2027-01-01")
    assert await _ending(hr) == []


async def test_without_a_number_of_days_the_rule_decides(hr: Running) -> None:
    await _agree(hr, await employed(hr), kind="temporary", until_on="2027-02-21")
    await _agree(hr, await employed(hr), kind="temporary", until_on="2027-02-22")
    assert [item["days_left"] for item in await _ending(hr)] == [90]
    assert [item["days_left"] for item in await _ending(hr, within_days=400)] == [90, 91]


async def test_ending_contracts_come_page_by_page(hr: Running) -> None:
    for _ in range(3):
        await _agree(hr, await employed(hr), kind="temporary", until_on="2026-12-31")
    nurse, asked = await hr.nurse("hr"), {"team_id": str(TEAM), "as_of": DAY_ZERO, "limit": 2}
    first = (await nurse.get("/v1/contracts/ending", params=asked)).json()
    rest = (await nurse.get("/v1/contracts/ending", params=asked | {"cursor": first["next_cursor"]})).json()
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)


@pytest.mark.parametrize("days", [-1, 401])
async def test_the_days_looked_ahead_stay_within_bounds(hr: Running, days: int) -> None:
    nurse = await hr.nurse("hr")
    answer = await nurse.get("/v1/contracts/ending", params={"team_id": str(TEAM), "within_days": days})
    refused(answer, 422, "validation_failed", "/query/within_days")


async def test_a_day_before_the_rule_began_is_refused(hr: Running) -> None:
    nurse = await hr.nurse("hr")
    answer = await nurse.get("/v1/contracts/ending", params={"team_id": str(TEAM), "as_of": "2019-03-31"})
    refused(answer, 422, "no_rule_in_force", "/query/as_of")


@pytest.mark.parametrize("kind", ["fixed_term", "secondment", "temporary"])
async def test_what_is_agreed_for_a_time_needs_its_last_day(hr: Running, kind: str) -> None:
    contract = a_contract(await employed(hr), kind=kind, home_employer="Westmere community nursing")
    refused(await (await office(hr)).post("/v1/contracts", json=contract), 422, "end_required", "/body/until_on")
    assert await hr.published("hr") == []


async def test_a_contract_that_cannot_be_right_is_refused(hr: Running) -> None:
    hr_office, employee = await office(hr), await employed(hr)
    unknown = await hr_office.post("/v1/contracts", json=a_contract(uuid7()))
    refused(unknown, 422, "unknown_employee", "/body/employee_id")
    backwards = await hr_office.post("/v1/contracts", json=a_contract(employee, until_on="2025-05-31"))
    refused(backwards, 422, "ends_before_it_starts", "/body/until_on")
    homeless = a_contract(employee, kind="secondment", until_on="2026-12-25")
    refused(await hr_office.post("/v1/contracts", json=homeless), 422, "home_employer_required", "/body/home_employer")
    too_long = await hr_office.post("/v1/contracts", json=a_contract(employee, minutes_per_week=10081))
    refused(too_long, 422, "validation_failed", "/body/minutes_per_week")
    assert await hr.published("hr") == []


async def test_hr_lists_contracts_by_team_and_by_person(hr: Running) -> None:
    ruth, tom = await employed(hr), await employed(hr)
    mine = await _agree(hr, ruth, kind="bank", minutes_per_week=0)
    await _agree(hr, tom, team_id=str(OTHER_TEAM))
    hr_office = await office(hr)
    assert len((await hr_office.get("/v1/contracts")).json()["items"]) == 2
    for asked in ({"team_id": str(TEAM)}, {"employee_id": ruth}):
        assert (await hr_office.get("/v1/contracts", params=asked)).json()["items"] == [mine]
    assert mine["employment_contract_type"] == "01"


async def test_another_teams_contracts_are_not_shown(hr: Running) -> None:
    nurse = await hr.nurse("hr")
    hidden = await nurse.get("/v1/contracts/ending", params={"team_id": str(OTHER_TEAM)})
    absent = await nurse.get("/v1/contracts/ending", params={"team_id": str(uuid7())})
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}


@pytest.mark.parametrize("persona", [Persona.HR, *AROUND_THE_TEAM])
async def test_those_around_the_team_see_what_ends_by_ids_alone(hr: Running, persona: Persona) -> None:
    await _agree(hr, await employed(hr), kind="temporary", until_on="2026-12-31")
    (item,) = await _ending(hr, persona)
    assert set(item) == {"contract_id", "employee_id", "kind", "until_on", "days_left"}


async def test_contracts_are_hrs_and_what_ends_is_not_everybodys(hr: Running) -> None:
    for persona in (Persona.NURSE, Persona.FINANCE, *AROUND_THE_TEAM, *OUTSIDERS):
        other = await hr.client("hr", NURSE, persona)
        assert (await other.post("/v1/contracts", json=a_contract(NURSE))).status_code == 403
        assert (await other.get("/v1/contracts")).status_code == 403
    for persona in (Persona.FINANCE, *OUTSIDERS):
        other = await hr.client("hr", NURSE, persona)
        assert (await other.get("/v1/contracts/ending", params={"team_id": str(TEAM)})).status_code == 403
