"""Trusts write over FHIR: a referral and a stay in hospital become facts, with who wrote them."""

import json
from typing import Any

import fhirkit
from uuid6 import uuid7

from services.interop.domain.inbound import InboundMessage, InboundReferral
from tests.interop.answers import BASE, refused_once, resources, stored
from tests.interop.records import Caseload, a_record, a_referral
from tests.interop.telling import tell
from tests.interop.writes import FHIR, THEIRS, a_request, a_stay
from tests.running import OTHER_TEAM, STRANGER, Running, written


async def told(system: Running, name: str) -> list[Any]:
    return [one for one in await written(system.databases["interop"]) if one.type == name]


async def test_a_referral_is_created_kept_and_told(interop: Running, bars: Any) -> None:
    answer = await bars.post(f"{BASE}/ServiceRequest", json=a_request(), headers=FHIR)
    assert answer.status_code == 201, answer.text
    assert fhirkit.validate(answer.text) == []
    made = answer.json()
    assert answer.headers["location"] == f"http://interop:8000{BASE}/ServiceRequest/{made['id']}/_history/1"
    assert answer.headers["etag"] == 'W/"1"'
    assert "last-modified" in answer.headers
    assert made["reasonCode"] == a_request()["reasonCode"]
    read = await bars.get(f"{BASE}/ServiceRequest/{made['id']}")
    assert read.json() == made
    (referral,) = await stored(interop, InboundReferral)
    assert (str(referral.id), referral.family_name, referral.urgency) == (made["id"], "Tabor", "urgent")
    assert (referral.referrer, referral.referrer_ods_code) == ("Ward 7, Royal Infirmary", "RRV00")
    (event,) = await told(interop, "interop.referral.received.v1")
    assert event.data["inbound_referral_id"] == made["id"]
    (message,) = await stored(interop, InboundMessage)
    assert (message.outcome, message.status, message.sender) == ("accepted", 201, "trust-tie")
    (who,) = resources(await bars.get(f"{BASE}/Provenance?target=ServiceRequest/{made['id']}"))
    assert who["agent"][0]["who"]["identifier"]["value"] == "trust-tie"
    assert who["agent"][0]["onBehalfOf"]["identifier"]["value"] == "RRV00"
    assert who["entity"][0]["what"]["identifier"]["value"] == f"urn:uuid:{message.id}"


async def test_a_stay_in_hospital_is_told_from_admission_to_discharge(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    client_id = await tell(interop, caseload, a_record())
    answer = await trust.post(f"{BASE}/Encounter", json=a_stay(), headers=FHIR)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["subject"]["reference"] == f"Patient/{client_id}"
    home = a_stay(client_id, id=made["id"], status="finished")
    home["period"]["end"] = "2026-11-24T10:00:00Z"
    changed = await trust.put(f"{BASE}/Encounter/{made['id']}", json=home, headers=FHIR | {"If-Match": 'W/"1"'})
    assert changed.status_code == 200, changed.text
    assert changed.headers["etag"] == 'W/"2"'
    first, second = await told(interop, "interop.hospital_stay.told.v1")
    common = {"hospital_stay_id": made["id"], "client_id": client_id, "starts_on": "2026-11-20"}
    assert common.items() <= first.data.items()
    assert (first.data["status"], first.data["is_in_hospital"], first.data["ends_on"]) == ("in-progress", True, None)
    assert (second.data["status"], second.data["is_in_hospital"]) == ("finished", False)
    assert (second.data["ends_on"], second.data["hospital_ods_code"]) == ("2026-11-24", "RRV00")
    assert (first.aggregateversion, second.aggregateversion) == (1, 2)
    found = resources(await trust.get(f"{BASE}/Provenance?patient={client_id}"))
    assert [one["activity"]["coding"][0]["code"] for one in found] == ["CREATE", "UPDATE"]


async def test_a_reference_to_what_is_not_here_does_not_end_a_search(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    await tell(interop, caseload, a_record())
    stay = a_stay(episodeOfCare=[{"reference": "EpisodeOfCare/abc"}])
    assert (await trust.post(f"{BASE}/Encounter", json=stay, headers=FHIR)).status_code == 201
    found = await trust.get(f"{BASE}/Encounter?_include=Encounter:episode-of-care&class=IMP")
    assert found.status_code == 200, found.text


async def test_what_the_owner_tells_later_keeps_what_the_trust_wrote(
    interop: Running, caseload: Caseload, bars: Any
) -> None:
    made = (await bars.post(f"{BASE}/ServiceRequest", json=a_request(), headers=FHIR)).json()
    record = a_record()
    record["referral"][0] |= {"id": made["id"], "inbound_referral_id": made["id"], "status": "accepted"}
    client_id = await tell(interop, caseload, record)
    shown = (await bars.get(f"{BASE}/ServiceRequest/{made['id']}")).json()
    assert shown["subject"] == {"reference": f"Patient/{client_id}"}
    assert shown["identifier"][0] == a_request()["identifier"][0]
    assert shown["code"] == {"text": "Community nursing"}
    assert "contained" not in shown


async def test_a_stay_goes_with_its_client_to_another_team(interop: Running, caseload: Caseload, trust: Any) -> None:
    client_id = await tell(interop, caseload, a_record())
    made = (await trust.post(f"{BASE}/Encounter", json=a_stay(client_id), headers=FHIR)).json()
    await tell(interop, caseload, a_record(client_id, OTHER_TEAM, version=2))
    nurse, stranger = await interop.nurse("interop"), await interop.client("interop", STRANGER)
    path = f"{BASE}/Encounter/{made['id']}"
    assert ((await nurse.get(path)).status_code, (await stranger.get(path)).status_code) == (404, 200)


async def test_prefer_says_what_is_answered(bars: Any) -> None:
    async def created(wanted: str, number: str) -> Any:
        return await bars.post(
            f"{BASE}/ServiceRequest", json=a_request(number), headers=FHIR | {"Prefer": f"return={wanted}"}
        )

    minimal = await created("minimal", "R-1")
    assert (minimal.status_code, minimal.content) == (201, b"")
    assert "location" in minimal.headers
    assert (await created("representation", "R-2")).json()["resourceType"] == "ServiceRequest"
    said = (await created("OperationOutcome", "R-3")).json()
    assert [one["severity"] for one in said["issue"]] == ["information"]


async def test_what_is_there_already_is_not_made_again(interop: Running, bars: Any) -> None:
    once = FHIR | {"If-None-Exist": f"identifier={THEIRS}|R-1"}
    first = await bars.post(f"{BASE}/ServiceRequest", json=a_request(), headers=once)
    again = await bars.post(f"{BASE}/ServiceRequest", json=a_request(), headers=once)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["id"] == first.json()["id"]
    assert len(await stored(interop, InboundReferral)) == 1
    assert (await bars.post(f"{BASE}/ServiceRequest", json=a_request(), headers=FHIR)).status_code == 201
    many = await bars.post(f"{BASE}/ServiceRequest", json=a_request(), headers=once)
    refused_once(many, 412, "multiple-matches")
    for loose in ("", "_count=1", "colour=red"):
        answer = await bars.post(f"{BASE}/ServiceRequest", json=a_request(), headers=FHIR | {"If-None-Exist": loose})
        assert answer.status_code == 400, loose


async def test_a_request_that_is_sent_again_with_its_key_has_one_effect(interop: Running, bars: Any) -> None:
    headers = FHIR | {"Idempotency-Key": str(uuid7())}
    first = await bars.post(f"{BASE}/ServiceRequest", json=a_request(), headers=headers)
    again = await bars.post(f"{BASE}/ServiceRequest", json=a_request(), headers=headers)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert len(await stored(interop, InboundReferral)) == 1


async def test_a_referral_is_put_right_until_the_team_has_answered(
    interop: Running, caseload: Caseload, bars: Any
) -> None:
    made = (await bars.post(f"{BASE}/ServiceRequest", json=a_request(), headers=FHIR)).json()
    path = f"{BASE}/ServiceRequest/{made['id']}"
    patch = [{"op": "replace", "path": "/priority", "value": "stat"}]
    to_patch = {"Content-Type": "application/json-patch+json"}
    patched = await bars.patch(path, content=json.dumps(patch), headers=to_patch | {"If-Match": 'W/"1"'})
    assert (patched.status_code, patched.headers["etag"]) == (200, 'W/"2"'), patched.text
    stale = await bars.patch(path, content=json.dumps(patch), headers=to_patch | {"If-Match": 'W/"1"'})
    refused_once(stale, 412, "conflict")
    (event,) = await told(interop, "interop.referral.changed.v1")
    assert (event.data["inbound_referral_id"], event.data["urgency"]) == (made["id"], "stat")
    somebody = {**made["contained"][0], "birthDate": "1950-01-01"}
    put = await bars.put(path, json=patched.json() | {"contained": [somebody]}, headers=FHIR)
    refused_once(put, 422, "business-rule")
    for bad in (
        [{"op": "test", "path": "/priority", "value": "urgent"}],
        [{"op": "remove", "path": "/nothing"}],
        {},
        [],
    ):
        answer = await bars.patch(path, content=json.dumps(bad), headers=to_patch)
        refused_once(answer, 400, "invalid")
    away = await bars.patch(path, content=json.dumps([{"op": "remove", "path": "/performer"}]), headers=to_patch)
    refused_once(away, 422, "required")
    fact = {"referral_id": made["id"], "inbound_referral_id": made["id"], "reason": "no_capacity"}
    referral = a_referral(id=made["id"], inbound_referral_id=made["id"], status="not_taken", signpost="Ring 111")
    caseload.referrals[made["id"]] = referral | {"not_taken_reason": "no_capacity"}
    await interop.deliver("interop", "caseload.referral.not_taken.v1", fact | {"decided_at": "2026-11-21T09:00:00Z"})
    read = (await bars.get(path)).json()
    refused_once(await bars.put(path, json=read, headers=FHIR), 409, "conflict")


async def test_the_one_that_a_search_finds_is_updated(interop: Running, caseload: Caseload, trust: Any) -> None:
    client_id = await tell(interop, caseload, a_record())
    path = f"{BASE}/Encounter?identifier=https://trust.example/Id/spell|S-1"
    first = await trust.put(path, json=a_stay(client_id, status="planned"), headers=FHIR)
    then = await trust.put(path, json=a_stay(client_id), headers=FHIR)
    assert (first.status_code, then.status_code) == (201, 200), (first.text, then.text)
    assert first.json()["id"] == then.json()["id"]
    refused_once(await trust.put(f"{BASE}/Encounter", json=a_stay(client_id), headers=FHIR), 400, "invalid")
    back = await trust.put(path, json=a_stay(client_id, status="cancelled"), headers=FHIR)
    refused_once(back, 409, "conflict")


async def test_a_number_keeps_its_digits(bars: Any, interop: Running, caseload: Caseload) -> None:
    client_id = await tell(interop, caseload, a_record())
    sent = json.dumps(a_stay(client_id, length={"value": 5, "unit": "d"})).replace('"value": 5', '"value": 72.50')
    made = await bars.post(f"{BASE}/Encounter", content=sent, headers=FHIR)
    assert made.status_code == 201, made.text
    path = f"{BASE}/Encounter/{made.json()['id']}"
    assert '"value":72.50' in (await bars.get(path)).text
    patch = json.dumps([{"op": "replace", "path": "/length/unit", "value": "day"}])
    changed = await bars.patch(path, content=patch, headers={"Content-Type": "application/json-patch+json"})
    assert '"value":72.50' in changed.text
