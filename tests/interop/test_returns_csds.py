"""CSDS from the record: its tables hang together, its rows add up to the facts, and each fault says its way out."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from services.interop.returns.csds.fill import Course
from services.interop.returns.csds.tables import BY_NAME, STAFF, TABLES
from services.interop.returns.rows import Fact, local_id
from tests.interop.answers import BASE
from tests.interop.records import Caseload
from tests.interop.returning import OCTOBER, add_contact, in_october, made, returning, tables
from tests.interop.telling import tell
from tests.running import OTHER_TEAM, TEAM, Databases, Running


@pytest.fixture
async def system(databases: Databases, caseload: Caseload) -> AsyncIterator[Running]:
    async with returning(databases, caseload) as started:
        yield started


@pytest.fixture
async def loader(system: Running) -> Any:
    return await system.client("interop", "trust-loader", "integrator", scope="returns:read")


async def test_the_rows_add_up_to_the_facts_and_hang_together(system: Running, caseload: Caseload, loader: Any) -> None:
    first, second = in_october(), in_october(team_id=OTHER_TEAM, nhs_number=None, nhs_number_status="07")
    # By the clocks of England the second is of 1 October and the third of its last minute.
    out, *within = ("2026-09-30T22:59:00Z", "2026-09-30T23:00:00Z", "2026-10-31T23:59:00Z")
    meant = {add_contact(first, started_at)["id"] for started_at in within}
    for started_at in (out, "2026-11-01T00:00:00Z"):
        add_contact(first, started_at)
    meant |= {add_contact(second, "2026-10-11T10:00:00Z", channel="phone")["id"]}
    meant |= {first["care_contact"][0]["id"], second["care_contact"][0]["id"]}
    second["referral"][0] |= {"urgency": "stat", "received_at": "2026-10-09T20:00:00Z"}
    second["episode_of_care"][0] |= {"status": "finished", "ended_on": "2026-10-30", "end_reason": "goals_met"}
    for record in (first, second):
        await tell(system, caseload, record)
    told = await made(system, loader, period=OCTOBER)
    assert (told["primary_by_on"], told["refresh_by_on"]) == ("2026-11-14", "2026-12-14")
    assert (told["refused"], told["faults"]) == (0, [])
    found = await tables(loader, told)
    contacts = {row["CareContactID"]: row for row in found["CYP201CareContact"]}
    assert set(contacts) == {local_id(one) for one in meant}
    assert sum(int(row["CareContact_Duration"]) for row in contacts.values()) == 65 * len(meant)
    done = [one for one in (*first["activities"], *second["activities"]) if one["care_contact_id"] in meant]
    assert {row["CareActivityID"] for row in found["CYP202CareActivity"]} == {local_id(one["id"]) for one in done}
    assert {row["ConsMechanism"] for row in contacts.values()} == {"01", "02"}
    _hang_together(found)
    waited, service = found["CYP104RTT"][0], {row["Referral_ClosureReason"] for row in found[TABLES[5].name]}
    assert (waited["WaitingTime_MeasurementType"], waited["RTT_StartTime"], service) == ("05", "21:00:00", {"", "02"})
    assert (waited["RTT_EndDate"], waited["RTT_EndTime"]) == ("2026-10-10", "10:00:00")
    await _lead_back(system, found, sum(len(found[table.name]) for table in (*TABLES, STAFF)))


async def test_a_number_that_no_trace_confirmed_is_not_told_and_keeps_nobody_out(
    system: Running, caseload: Caseload, loader: Any
) -> None:
    for number, status in (("9990000018", "04"), ("9990000026", "01")):
        await tell(system, caseload, in_october(nhs_number=number, nhs_number_status=status))
    told = await made(system, loader, period=OCTOBER)
    assert (told["refused"], told["faults"]) == (0, [])
    people = (await tables(loader, told))["CYP001MPI"]
    assert {(row["NHSNumber"], row["NHSNumber_Status"]) for row in people} == {("", "04"), ("9990000026", "01")}


def _hang_together(found: dict[str, Any]) -> None:
    for table in (*TABLES, STAFF):
        rows = found[table.name]
        assert rows, f"nothing fills {table.name}"
        for parent, column in table.parents:
            assert {row[column] for row in rows} <= {row[BY_NAME[parent].key or ""] for row in found[parent]}
        for one in table.fields:
            assert not one.codes or {row[one.name] for row in rows} <= one.codes | {""}, one.name
    professionals = {row["CareProfessionalID_Local"] for row in found["CYP202CareActivity"]}
    assert {row["CareProfessionalID_Local"] for row in found["CYP901StaffDetails"]} == professionals
    assert len(found["CYP000Header"]) == 1


async def _lead_back(system: Running, found: dict[str, Any], rows: int) -> None:
    """Every row has its facts, and each of these is there to be read as it was."""
    traced = {(one["table"], one["key"]) for one in found["trace"]}
    assert len(traced) == rows
    trust = await system.client("interop", "trust-tie", "integrator")
    for one in {(one["resource_type"], one["resource_id"], one["version"]) for one in found["trace"]}:
        answer = await trust.get("{}/{}/{}/_history/{}".format(BASE, *one))
        assert answer.status_code == 200, one


def test_a_stay_in_hospital_is_no_contact_of_the_team() -> None:
    """Nor does a partner's Encounter that says less than ours keep the return from being made."""
    told = {"episodeOfCare": [{"reference": f"EpisodeOfCare/{TEAM}"}], "class": {"code": "IMP"}}
    stay = Fact("Encounter", TEAM, TEAM, TEAM, 1, told)
    assert Course.of([stay]).contacts == []
    assert Course.of([replace(stay, content=told | {"class": {"code": "HH"}})]).contacts != []
