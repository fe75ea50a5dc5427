"""The trust's HR system pulls who works for the teams, in the words of the National Workforce Data Set."""

import csv
import io
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.common.auth import Persona
from services.hr.main import SERVICE
from services.hr.settings import HrSettings
from tests.hr.office import (
    AROUND_THE_TEAM,
    OUTSIDERS,
    a_contract,
    an_employee,
    employed,
    ended,
    joined,
    office,
    refused,
)
from tests.running import NURSE, Databases, Running, running

DAY = "2026-11-27"
Rows = list[dict[str, str]]


async def told(caller: Any, **asked: Any) -> tuple[Rows, str]:
    """The file's rows, and from when on to ask for the next changes."""
    answer = await caller.get("/v1/staff-file", params={"on": DAY} | asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text, newline=""))), answer.headers["next-since"]


async def agreed(hr: Running, employee_id: str, **changes: Any) -> str:
    answer = await (await office(hr)).post("/v1/contracts", json=a_contract(employee_id, **changes))
    assert answer.status_code == 201, answer.text
    found: str = answer.json()["id"]
    return found


async def test_the_trust_pulls_who_works_here_and_then_what_changed(hr: Running) -> None:
    caller = await office(hr)
    ruth, sam = await joined(hr), await joined(hr)
    contract = await agreed(hr, ruth["employee_id"])
    await agreed(hr, sam["employee_id"], kind="fixed_term", minutes_per_week=2250, until_on="2026-12-31")
    gone = await joined(hr)
    await agreed(hr, gone["employee_id"], kind="bank", minutes_per_week=0, until_on="2026-10-31")
    rows, _ = await told(caller)
    assert len(rows) == 2
    row = next(one for one in rows if one["POSITION IDENTIFIER"] == UUID(contract).hex)
    assert row == {
        "POSITION IDENTIFIER": UUID(contract).hex,
        "ORGANISATION IDENTIFIER (EMPLOYER)": "",
        "EMPLOYEE LOCAL IDENTIFIER": UUID(ruth["employee_id"]).hex,
        "PERSON FAMILY NAME": "Adeyemi",
        "PERSON GIVEN NAME (FIRST)": "Ruth",
        "JOB ROLE TITLE (POSITION)": "District nurse",
        "PAYSCALE DESCRIPTION": "Band 6",
        "PROFESSIONAL REGISTRATION BODY CODE": "09",
        "PROFESSIONAL REGISTRATION EXPIRY DATE": "2027-09-29",
        "ASSIGNMENT STATUS": "02",
        "ASSIGNMENT TYPE": "02",
        "ASSIGNMENT CONTRACTED FTE": "0.80",
        "ASSIGNMENT LAST WORKING DATE": "",
        "EMPLOYMENT CONTRACT TYPE": "05",
        "EMPLOYMENT CONTRACT WORKING HOURS": "30.00",
        "EMPLOYMENT CONTRACT START DATE": "2025-06-01",
        "EMPLOYMENT CONTRACT END DATE": "",
        "STAFF GROUP STANDARD HOURS": "37.50",
    }
    other = next(one for one in rows if one is not row)
    told_of = (other["ASSIGNMENT TYPE"], other["EMPLOYMENT CONTRACT TYPE"], other["EMPLOYMENT CONTRACT END DATE"])
    assert told_of == ("01", "02", "2026-12-31")
    # As if all of this had been told long ago.
    for kind in ("employee", "contract", "team_membership"):
        await hr.alter("hr", f"update {kind} set changed_at = now() - interval '1 day'")
    _, since = await told(caller)
    assert await told(caller, changed_since=since, on="2026-11-28") != ([], since)
    assert (await told(caller, changed_since=since))[0] == []
    assert (await ended(hr, ruth, "2027-01-31")).status_code == 200
    (changed,) = (await told(caller, changed_since=since))[0]
    assert changed["ASSIGNMENT LAST WORKING DATE"] == "2027-01-31"
    # Time passes too: a contract that ends is told without anybody writing anything.
    over, _ = await told(caller, changed_since=since, on="2027-01-01")
    standing = {one["EMPLOYMENT CONTRACT END DATE"]: one["ASSIGNMENT STATUS"] for one in over}
    assert standing == {"": "02", "2026-12-31": ""}, "what is over is no active assignment"
    assert (await hr.published("hr"))[-1].type == "hr.team_membership.changed.v1"


async def test_what_is_left_out_is_told_with_its_way_out(hr: Running) -> None:
    caller = await office(hr)
    broken: dict[str, dict[str, Any]] = {
        "staff_secondee": {"contract": {"kind": "secondment", "home_employer": "Westmere", "until_on": "2027-12-31"}},
        "staff_too_long": {"employee": {"family_name": "A" * 36}},
        "staff_formula": {"employee": {"title": "=HYPERLINK(1)"}},
        "staff_member_without_contract": {"no_contract": True},
        "staff_contract_without_membership": {"no_membership": True},
        "staff_registration_without_end": {"employee": {"revalidation_due_on": None}},
    }
    wanted = set()
    for code, case in broken.items():
        who = await employed(hr, **case.get("employee", {}))
        if not case.get("no_membership"):
            await joined(hr, employee_id=who)
        if not case.get("no_contract"):
            await agreed(hr, who, **case.get("contract", {}))
        wanted.add((code, who))
    answer = await caller.get("/v1/staff-file/faults", params={"on": DAY})
    found = answer.json()
    assert {(one["rule"], one["employee_id"]) for one in found["items"]} == wanted
    assert all(one["way_out"] and one["element"] for one in found["items"])
    assert found["rows"] == len((await told(caller))[0]) == 2
    assert "Adeyemi" not in answer.text


async def test_who_may_not_pull_it_is_refused(hr: Running) -> None:
    for path in ("/v1/staff-file", "/v1/staff-file/faults"):
        assert (await (await hr.client("hr", None)).get(path)).status_code == 401
        for persona in (Persona.NURSE, Persona.FINANCE, *AROUND_THE_TEAM, *OUTSIDERS):
            answer = await (await hr.client("hr", NURSE, persona)).get(path)
            refused(answer, 403, "forbidden", "/header/Authorization")
    caller = await office(hr)
    refused(await caller.get("/v1/staff-file", params={"on": "27.11.2026"}), 422, "validation_failed", "/query/on")
    answer = await caller.get("/v1/staff-file", params={"on": "1999-01-01"})
    refused(answer, 422, "no_rule_in_force", "/query/on")


async def test_the_layout_is_the_customers_own(databases: Databases) -> None:
    layout = {"Payroll no": "EMPLOYEE LOCAL IDENTIFIER", "Employer": "ORGANISATION IDENTIFIER (EMPLOYER)"}
    async with running(databases, SERVICE, staff_file_columns=layout, staff_file_employer="RNN") as hr:
        await hr.join("hr")
        who = await employed(hr, **an_employee())
        await joined(hr, employee_id=who)
        await agreed(hr, who)
        rows, _ = await told(await office(hr))
        assert rows == [{"Payroll no": UUID(who).hex, "Employer": "RNN"}]
    with pytest.raises(ValidationError, match="name columns of these elements alone"):
        HrSettings(staff_file_columns={"Pin": "PROFESSIONAL REGISTRATION ENTRY IDENTIFIER"})
