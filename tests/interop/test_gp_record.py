"""A nurse looks into the record of the client's surgery: what is there, from whom; and why it is not shown."""

import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import Response
from fastapi.responses import HTMLResponse, JSONResponse
from sqlalchemy import select

from demo.partners.gpconnect import (
    FHIR,
    HOST,
    SURGERY,
    SurgerySystem,
    a_structured_record,
    connected,
    refusal,
)
from services.common.audit.tables import EVENT
from services.common.auth import SYSTEM
from services.interop.main import SERVICE
from tests.interop.gp import OF_THE_NHS, a_shared_record
from tests.interop.records import Caseload
from tests.interop.staff import Staff, a_colleague
from tests.running import NURSE, OTHER_TEAM, STRANGER, Databases, Running, owner, running

NUMBER = "9990000204"


@pytest.fixture
def surgery() -> SurgerySystem:
    return SurgerySystem({NUMBER: a_structured_record(NUMBER)})


@pytest.fixture
async def beside(
    databases: Databases, caseload: Caseload, staff: Staff, surgery: SurgerySystem
) -> AsyncIterator[Running]:
    service = dataclasses.replace(SERVICE, background=())
    peers = {"caseload": caseload.app(), "hr": staff.app(), HOST: surgery.app()}
    async with running(databases, service, peers=peers, **(OF_THE_NHS | connected())) as system:
        await system.join("interop")
        await system.join("interop", team=OTHER_TEAM, employee=STRANGER)
        staff.colleagues[str(NURSE)] = a_colleague()
        yield system


def known(caseload: Caseload, **changes: Any) -> str:
    """A client whose care is shared with the surgery; the path of what it holds."""
    record = a_shared_record(**changes)
    caseload.clients[record["client"]["id"]] = record
    return f"/v1/clients/{record['client']['id']}/gp-record"


async def test_allergies_and_medicines_are_shown_with_who_wrote_them_and_nothing_is_kept(
    beside: Running, caseload: Caseload, surgery: SurgerySystem
) -> None:
    nurse, path = await beside.nurse("interop"), known(caseload)
    answer = await nurse.get(path)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["ods_code"], told["left_out"]) == (SURGERY, 0)
    assert told["warnings"] == ["The surgery holds back confidential entries."]
    by_doctor = {"by": "Dr Gill Okafor", "at": "The Surgery"}
    allergies = [(one["code"], one["name"], one["status"], one["reactions"]) for one in told["allergies"]]
    assert allergies == [
        ("91936005", "Allergy to penicillin", "active", ["Anaphylaxis"]),
        ("126485001", "Hives", "resolved", []),
    ]
    assert {str(one["written"]) for one in told["allergies"]} == {str({"on": "2019-05-06", **by_doctor})}
    (medicine,) = told["medicines"]
    assert (medicine["name"], medicine["kind"], medicine["dosage"]) == (
        "Amlodipine 5mg tablets",
        "Repeat",
        "One every morning",
    )
    dates = (medicine["from_on"], medicine["last_issued_on"], medicine["written"])
    assert dates == (None, "2026-11-02", {"on": "2025-03-04", **by_doctor}), "of a month no day is made up"
    (asker,) = surgery.askers
    assert (asker["reason_for_request"], asker["exp"] - asker["iat"]) == ("directcare", 300)
    assert asker["sub"] == asker["requesting_practitioner"]["id"] == str(NURSE)
    assert await _looked(beside) == 1
    held = "select count(*) from resource where content::text like '%penicillin%'"
    assert await _count(beside, held) == 0


async def _looked(system: Running) -> int:
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        table = tx.metadata.tables[EVENT]
        told = select(table.c.entity_id).where(table.c.operation.ilike("%gp%record%"))
        return len(await tx.all(told))


async def _count(system: Running, statement: str) -> int:
    async with owner(system.databases["interop"].url) as connection:
        return int(await connection.fetchval(statement))


async def test_why_a_record_is_not_shown_is_said_with_the_way_out(
    beside: Running, caseload: Caseload, surgery: SurgerySystem, caplog: pytest.LogCaptureFixture
) -> None:
    nurse, stranger = await beside.nurse("interop"), await beside.client("interop", STRANGER)
    nobody = await beside.client("interop", None)
    path = known(caseload)
    assert (await nobody.get(path)).status_code == 401
    assert (await stranger.get(path)).status_code == 404
    elsewhere = a_shared_record()
    elsewhere["surgery_share"][0]["ods_code"] = "B99999"
    unknown = a_shared_record() | {"surgery_share": []}
    for record, code in ((elsewhere, "surgery_not_connected"), (unknown, "surgery_not_known")):
        caseload.clients[record["client"]["id"]] = record
        answer = await nurse.get(f"/v1/clients/{record['client']['id']}/gp-record")
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    doubted = await nurse.get(known(caseload, nhs_number_status="02"))
    assert (doubted.status_code, doubted.json()["code"]) == (409, "number_not_verified")
    anothers = a_structured_record("9990000018")
    cases: list[tuple[Response, int, str]] = [
        (refusal(404, "PATIENT_NOT_FOUND"), 409, "surgery_refuses"),
        (refusal(403, "NO_PATIENT_CONSENT"), 409, "surgery_refuses"),
        (refusal(500, "INTERNAL_SERVER_ERROR"), 503, "surgery_away"),
        (HTMLResponse("<html>Tabor</html>"), 503, "surgery_away"),
        (JSONResponse(anothers, media_type=FHIR), 503, "surgery_away"),
        (JSONResponse({"resourceType": "Bundle"}, media_type=FHIR), 503, "surgery_away"),
        (Response(status_code=302, headers={"Location": "https://elsewhere.example"}), 503, "surgery_away"),
    ]
    for answered, status, code in cases:
        surgery.answers = [answered]
        answer = await nurse.get(path)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert "Tabor" not in answer.text
        assert NUMBER not in answer.text
    ops = await beside.client("interop", "ops-1", "ops")
    partners = {one["name"]: one for one in (await ops.get("/v1/partners")).json()["items"]}
    assert (partners["gpconnect"]["state"], partners["gpconnect"]["last_error"]) == ("failing", "http_302")
    assert not any(said in caplog.text for said in (NUMBER, "Tabor"))


async def test_an_entry_that_cannot_be_read_is_counted_and_hides_no_other(
    beside: Running, caseload: Caseload, surgery: SurgerySystem
) -> None:
    broken = {"resourceType": "MedicationStatement", "id": "x", "basedOn": "of nothing"}
    surgery.records[NUMBER] = a_structured_record(NUMBER, broken)
    told = (await (await beside.nurse("interop")).get(known(caseload))).json()
    assert (told["left_out"], len(told["medicines"]), len(told["allergies"])) == (1, 1, 2)
