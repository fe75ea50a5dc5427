"""What interop's own audit trail says of a patient, as AuditEvents for those who may read the record."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import fhirkit
import pytest

from tests.common.audited import newest
from tests.interop.answers import BASE, refused_once, resources
from tests.interop.records import Caseload, a_record
from tests.interop.telling import tell
from tests.running import NURSE, STRANGER, Running


async def events(trust: Any, client_id: str, **asked: Any) -> list[Any]:
    return resources(await trust.get(f"{BASE}/AuditEvent", params={"patient": client_id, **asked}))


async def test_anonymous_is_refused(interop: Running) -> None:
    nobody = await interop.client("interop", None)
    refused_once(await nobody.get(f"{BASE}/AuditEvent"), 401, "login")


@pytest.mark.parametrize("persona", ["nurse", "coach", "council", "ops", "service"])
async def test_only_integrators_read_it(interop: Running, persona: str) -> None:
    somebody = await interop.client("interop", str(uuid4()), persona)
    refused_once(await somebody.get(f"{BASE}/AuditEvent", params={"patient": str(uuid4())}), 403, "forbidden")


async def test_reads_and_searches_are_told_and_so_is_what_was_refused(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    client_id = await tell(interop, caseload, a_record())
    other_id = await tell(interop, caseload, a_record())
    nurse, stranger = await interop.nurse("interop"), await interop.client("interop", STRANGER)
    await nurse.get(f"{BASE}/Patient/{client_id}", headers={"x-forwarded-for": "192.0.2.7"})
    assert len(resources(await trust.get(f"{BASE}/Patient"))) == 2
    await stranger.get(f"{BASE}/Patient/{client_id}")
    searched, read = await events(trust, client_id)
    for event in (searched, read):
        assert fhirkit.validate(json.dumps(event)) == []
    assert (read["action"], read["subtype"][0]["code"], read["outcome"]) == ("R", "read", "0")
    assert read["agent"][0]["who"]["identifier"]["value"] == str(NURSE)
    assert read["agent"][0]["network"] == {"address": "192.0.2.7", "type": "2"}
    assert read["purposeOfEvent"][0]["coding"][0]["code"] == "TREAT"
    assert (searched["action"], searched["subtype"][0]["code"]) == ("E", "search-type")
    assert searched["agent"][0]["who"]["identifier"]["value"] == "trust-tie"
    assert searched["entity"][0]["what"] == {"reference": f"Patient/{client_id}"}
    assert other_id not in str(searched)


async def test_the_trail_of_a_patient_is_counted(interop: Running, caseload: Caseload, trust: Any) -> None:
    client_id = await tell(interop, caseload, a_record())
    for _ in range(3):
        await trust.get(f"{BASE}/Patient/{client_id}")
    answer = (await trust.get(f"{BASE}/AuditEvent", params={"patient": client_id, "_count": "0"})).json()
    assert (answer["type"], answer["total"], answer.get("entry")) == ("searchset", 3, None)
    asked = {"patient": client_id, "_count": "0", "date": "lt2020"}
    assert (await trust.get(f"{BASE}/AuditEvent", params=asked)).json()["total"] == 0


async def test_a_page_of_a_search_is_on_record_with_whom_it_gave_and_no_other(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    for _ in range(3):
        await tell(interop, caseload, a_record())
    given = resources(await trust.get(f"{BASE}/Patient", params={"_count": "2"}))
    row = await newest(interop.databases["interop"])
    assert (row.entity_type, row.client_ids) == ("Patient", sorted(UUID(one["id"]) for one in given))
    await trust.get(f"{BASE}/Patient", params={"_count": "0"})
    assert (await newest(interop.databases["interop"])).client_ids is None


async def test_a_count_is_on_record_with_whom_it_tells_of(interop: Running, caseload: Caseload, trust: Any) -> None:
    record = a_record()
    client_id = await tell(interop, caseload, record)
    await tell(interop, caseload, a_record(nhs_number=None, nhs_number_status="07"))
    episode = record["episode_of_care"][0]["id"]
    of_number = {"identifier": "9990000204", "_summary": "count"}
    assert (await trust.post(f"{BASE}/Patient/_search", data=of_number)).json()["total"] == 1
    assert (await newest(interop.databases["interop"])).client_ids == [UUID(client_id)]
    chained = {"patient.identifier": "9990000204", "_summary": "count"}
    assert (await trust.post(f"{BASE}/Observation/_search", data=chained)).json()["total"] == 3
    assert (await newest(interop.databases["interop"])).client_ids == [UUID(client_id)]
    for asked in (
        f"Observation?patient={client_id}&code=0&_summary=count",
        f"Observation?subject=Patient/{client_id}&code=0&_summary=count",
        f"Patient?_has:Observation:patient:patient={client_id}&active=false",
        f"Encounter?episode-of-care={episode}&_count=0",
    ):
        assert (await trust.get(f"{BASE}/{asked}")).status_code == 200
        assert (await newest(interop.databases["interop"])).client_ids == [UUID(client_id)], asked


@pytest.mark.parametrize("asked", ["Patient?_id={}", "Encounter?patient={}", "Encounter?patient._id={}"])
async def test_a_search_for_somebody_that_finds_nothing_is_on_record_with_them(
    interop: Running, trust: Any, asked: str
) -> None:
    somebody = uuid4()
    assert resources(await trust.get(f"{BASE}/{asked.format(somebody)}")) == []
    assert (await newest(interop.databases["interop"])).client_ids == [somebody]


async def test_a_type_that_is_not_served_is_not_written_down(interop: Running, trust: Any) -> None:
    await trust.get(f"{BASE}/Zzcanary")
    row = await newest(interop.databases["interop"])
    assert (row.entity_type, row.outcome, row.operation) == ("resource", 8, "GET /fhir/R4/{resource_type}")
    assert "Zzcanary" not in str(row)


async def test_they_come_by_day_and_page_by_page(interop: Running, caseload: Caseload, trust: Any) -> None:
    client_id = await tell(interop, caseload, a_record())
    for _ in range(3):
        await trust.get(f"{BASE}/Patient/{client_id}")
    now = datetime.now(UTC)
    assert len(await events(trust, client_id, date=f"le{(now + timedelta(days=1)).date()}")) == 3
    assert await events(trust, client_id, date=f"lt{(now - timedelta(days=1)).date()}") == []
    answer = await trust.get(f"{BASE}/AuditEvent", params={"patient": client_id, "_count": "2"})
    first = resources(answer)
    (link,) = (one["url"] for one in answer.json()["link"] if one["relation"] == "next")
    second = resources(await trust.get(link))
    assert len(first) == len(second) == 2
    assert not {one["id"] for one in first} & {one["id"] for one in second}


@pytest.mark.parametrize("asked", [{}, {"patient": "a,b"}, {"patient": f"{uuid4()},{uuid4()}"}])
async def test_a_search_needs_one_patient(trust: Any, asked: dict[str, str]) -> None:
    refused_once(await trust.get(f"{BASE}/AuditEvent", params=asked), 400, "invalid")


async def test_the_reading_of_the_trail_is_on_record(interop: Running, trust: Any) -> None:
    client_id = uuid4()
    await events(trust, str(client_id))
    row = await newest(interop.databases["interop"])
    assert (row.operation, row.client_ids) == ("GET /fhir/R4/AuditEvent", [client_id])


async def test_the_server_says_that_it_has_them(interop: Running) -> None:
    said = (await (await interop.client("interop", None)).get(f"{BASE}/metadata")).json()
    (kind,) = [one for one in said["rest"][0]["resource"] if one["type"] == "AuditEvent"]
    assert kind["interaction"] == [{"code": "search-type"}]
    assert {one["name"] for one in kind["searchParam"]} == {"patient", "date"}
