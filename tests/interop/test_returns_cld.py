"""CLD for one council: of whoever shares, what they share; an open service is the same in the next file."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from services.interop.returns.cld import rules
from services.interop.returns.cld.fields import FIELDS, MANDATORY
from services.interop.returns.cld.fill import TABLE
from services.interop.returns.rows import Period, Row
from tests.interop.council import a_share, connect
from tests.interop.records import Caseload, a_record
from tests.interop.returning import made, returning, tables
from tests.interop.telling import tell
from tests.running import Databases, Running

SHARED = ["council_ref", "started_on", "personal_care_minutes", "ended_on"]


@pytest.fixture
async def system(databases: Databases, caseload: Caseload) -> AsyncIterator[Running]:
    async with returning(databases, caseload) as started:
        yield started


def since_july(**about: Any) -> dict[str, Any]:
    """A client taken on in July, reabled from August, with personal care in September."""
    record = a_record(**about)
    record["episode_of_care"][0]["opened_on"] = "2026-07-06"
    record["care_plan"][0] |= {"agreed_on": "2026-08-03", "reablement_from": "2026-08-03", "ends_on": "2026-12-24"}
    record["care_contact"][0]["started_at"] = "2026-09-10T09:00:00Z"
    return record


async def share(system: Running, client_id: str, connection_id: str, **changes: Any) -> dict[str, Any]:
    about = {"consented_on": "2026-07-01", "fields": SHARED, **changes}
    nurse = await system.nurse("interop")
    answer = await nurse.post("/v1/shares", json=a_share(client_id, connection_id, **about))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_what_is_shared_is_told_and_an_open_service_stays_the_same(system: Running, caseload: Caseload) -> None:
    loader = await system.client("interop", "council-loader", "integrator", scope="returns:read")
    connection_id, other_council = await connect(system), await connect(system, "https://other.example/events")
    dying = await _agreed(system, caseload, connection_id, other_council)
    told = await made(system, loader, kind="cld", period="2026-Q3", connection_id=connection_id)
    assert (told["from_on"], told["to_on"], told["primary_by_on"]) == ("2025-10-01", "2026-09-30", None)
    # Whom the council knows by no id is left out, as DHSC would drop the row.
    (fault,) = told["faults"]
    assert (fault["rule"], fault["field"], told["refused"]) == ("cld_no_person", "LA_Person_Unique_Identifier", 1)
    rows = (await tables(loader, told))[TABLE]
    assert (list(rows[0]), len(FIELDS)) == (list(FIELDS), 48)
    services = {(row["LA_Person_Unique_Identifier"], row["Service_Component"]): row for row in rows}
    helped = "Home support or domiciliary care"
    assert set(services) == {
        ("LAS-1", "Reablement"),
        ("LAS-1", helped),
        ("LAS-2", "Reablement"),
        ("LAS-6", "Reablement"),
    }
    assert all(rules.result(name, Row(TABLE, "", row, ())) >= 0 for row in rows for name in FIELDS)
    began = {row["Service_Type"]: row["Event_Start_Date"] for row in rows}
    assert began == {"Short term support: ST-Max": "2026-08-03", "Long term support: Community": "2026-07-06"}
    assert {row["Event_End_Date"] for row in rows} == {row["NHS_Number"] for row in rows} == {""}
    await _two_die_and_the_second_withdraws(system, caseload, dying)
    await _is_not_given_out(loader, told)
    again = await made(system, loader, kind="cld", period="2026-Q4", connection_id=connection_id)
    counts = {(one["rule"], one["count"], one["refuses"]) for one in again["faults"]}
    assert counts == {("cld_no_person", 1, True), ("cld_open_service_absent", 1, False)}
    later = (await tables(loader, again))[TABLE]
    ends = {row["LA_Person_Unique_Identifier"]: (row["Event_End_Date"], row["Event_Outcome"]) for row in later}
    # Cropped at the death, and not at the end that was planned; who does not share that care ended has none.
    assert ends == {"LAS-1": ("2026-11-09", "NFA: Deceased"), "LAS-6": ("", "")}
    assert {row["Event_Start_Date"] for row in later} == set(began.values())


async def _agreed(system: Running, caseload: Caseload, connection_id: str, other_council: str) -> list[dict[str, Any]]:
    """Seven clients with the same record, of whom each shares something else; the records of the two who die."""
    records = {name: since_july() for name in ("all", "part", "late", "nobody", "open", "elsewhere", "not")}
    clients = {name: await tell(system, caseload, record) for name, record in records.items()}
    for name, reference, changes in (
        ("all", "LAS-1", {}),
        ("part", "LAS-2", {"fields": SHARED[:2]}),
        ("late", "LAS-3", {"consented_on": "2026-11-02"}),
        ("nobody", "LAS-4", {"fields": SHARED[1:2]}),
        ("open", "LAS-6", {"fields": SHARED[:2]}),
    ):
        await share(system, clients[name], connection_id, council_ref=reference, **changes)
    await share(system, clients["elsewhere"], other_council, council_ref="LAS-5")
    return [records["all"], records["open"]]


async def _two_die_and_the_second_withdraws(system: Running, caseload: Caseload, dying: list[dict[str, Any]]) -> None:
    died = {"version": 2, "status": "finished", "ended_on": "2026-11-09", "end_reason": "died"}
    for record in dying:
        record["episode_of_care"][0] |= died
        await tell(system, caseload, record)
    nurse = await system.nurse("interop")
    (second,) = [one for one in (await nurse.get("/v1/shares")).json()["items"] if one["council_ref"] == "LAS-2"]
    path = f"/v1/shares/{second['id']}/withdraw"
    assert (await nurse.post(path, headers={"If-Match": f'"{second["version"]}"'})).status_code == 200


async def _is_not_given_out(loader: Any, told: dict[str, Any]) -> None:
    refused = await loader.get(f"/v1/returns/{told['id']}/files/{told['files'][0]['name']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "share_withdrawn_since")


def a_row(event: str = "Service", **changes: str) -> Row:
    """A row that DHSC would pass, but for what is changed."""
    told = dict.fromkeys(MANDATORY[event], "2026-09-01")
    told |= {"LA_Code": "102", "LA_Person_Unique_Identifier": "LAS-1", "Client_Type": "Service user"}
    told |= {"Event_Type": event, "Service_Type": "Short term support: ST-Max", "Service_Component": "Reablement"}
    review = {"Event_Outcome": "Continuation of support or services", "Review_Reason": "Review of short term support"}
    told |= review if event == "Review" else {}
    return Row(TABLE, str(uuid7()), told | changes, (), UUID(int=1))


def test_each_of_dhscs_failures_is_told_by_its_name() -> None:
    cases = {
        "cld_blank": a_row(Service_Type=""),
        "cld_invalid": a_row(Service_Component="Tea"),
        "cld_release_1": a_row("Review", Review_Reason="Planned"),
        "cld_no_person": a_row(LA_Person_Unique_Identifier=""),
        "cld_ends_before_start": a_row(Event_End_Date="2026-08-31", Event_Outcome="NFA: Deceased"),
    }
    period = Period(date(2025, 10, 1), date(2026, 9, 30))
    for code, row in cases.items():
        ((_, faults, stays),) = rules.Checker(period).looked_at([row])
        assert ([fault.rule.code for fault in faults], stays) == ([code], False)
    # Open or over, a service is one by its start, and the spelling of a capital is no fault.
    over = a_row(Event_End_Date="2026-09-09", Event_Outcome="nfa: deceased")
    (_, (_, faults, stays)) = rules.Checker(period).looked_at([a_row(), over])
    assert ([fault.rule.code for fault in faults], stays) == (["cld_twice"], False)
    without_outcome = a_row(Event_End_Date="2026-09-09")
    ((_, (fault,), _),) = rules.Checker(period).looked_at([without_outcome])
    assert (fault.rule.code, fault.field) == ("cld_blank", "Event_Outcome")
    ((_, faults, stays),) = rules.Checker(period).looked_at([a_row("Review")])
    assert (faults, stays) == ([], True)
