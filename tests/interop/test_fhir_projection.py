"""The record as FHIR: valid under UK Core, kept up to date by events, the newest state of its owner."""

import json
from typing import Any

import fhirkit
import pytest
from uuid6 import uuid7

from tests.interop.answers import BASE, resources
from tests.interop.bars_message import a_message, ids
from tests.interop.council import agree, connect, settled, support
from tests.interop.records import Caseload, a_record, a_referral
from tests.interop.telling import be_late, hand_over, plan_visit, tell
from tests.running import Running

TYPES = (
    "Appointment",
    "CarePlan",
    "CareTeam",
    "Communication",
    "Condition",
    "Consent",
    "DocumentReference",
    "Encounter",
    "EpisodeOfCare",
    "Flag",
    "Goal",
    "Observation",
    "Patient",
    "QuestionnaireResponse",
    "ServiceRequest",
    "Task",
)


NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"


async def test_the_whole_record_is_valid_fhir_under_uk_core(system: Running, caseload: Caseload) -> None:
    trust = await system.client("interop", "trust-tie", "integrator")
    record = a_record()
    client_id = await tell(system, caseload, record)
    await plan_visit(system, visit_id=record["care_contact"][0]["visit_id"], client_id=client_id)
    await be_late(system, client_id)
    await hand_over(system, client_id)
    await agree(system, client_id, await connect(system))
    await support(system, client_id)
    await settled(system, "sent")
    seen: dict[str, int] = {}
    for kind in TYPES:
        asked = f"_id={client_id}" if kind == "Patient" else f"patient=Patient/{client_id}"
        for found in resources(await trust.get(f"{BASE}/{kind}?{asked}")):
            assert fhirkit.validate(json.dumps(found)) == []
            of_uk = f"https://fhir.hl7.org.uk/StructureDefinition/UKCore-{kind}"
            # UK Core has no profile of Goal.
            profile = "http://hl7.org/fhir/StructureDefinition/Goal" if kind == "Goal" else of_uk
            assert found["meta"]["profile"] == [profile]
            assert found["meta"]["versionId"] == "1"
            assert found["meta"]["lastUpdated"]
            seen[kind] = seen.get(kind, 0) + 1
            assert "A private" not in json.dumps(found)
    assert seen == dict.fromkeys(TYPES, 1) | {"Observation": 3}


async def test_an_episode_that_ended_says_when(interop: Running, caseload: Caseload, trust: Any) -> None:
    record = a_record()
    record["episode_of_care"][0] |= {"status": "finished", "ended_on": "2026-11-20"}
    await tell(interop, caseload, record)
    answer = await trust.get(f"{BASE}/EpisodeOfCare/{record['episode_of_care'][0]['id']}")
    assert (answer.json()["status"], answer.json()["period"]["end"]) == ("finished", "2026-11-20")


async def test_a_patient_has_the_nhs_number_with_its_status(interop: Running, caseload: Caseload, trust: Any) -> None:
    client_id = await tell(interop, caseload, a_record())
    answer = await trust.get(f"{BASE}/Patient/{client_id}")
    assert answer.headers["etag"] == 'W/"1"'
    patient = answer.json()
    assert patient["identifier"] == [
        {
            "extension": [
                {
                    "url": "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
                    "valueCodeableConcept": {
                        "coding": [
                            {
                                "system": "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland",
                                "code": "01",
                            }
                        ]
                    },
                }
            ],
            "system": NHS_NUMBER,
            "value": "9990000204",
        }
    ]
    assert patient["name"] == [{"use": "official", "family": "Tabor", "given": ["Maureen"]}]
    assert (patient["birthDate"], patient["gender"]) == ("1936-06-06", "female")
    assert patient["address"] == [{"use": "home", "line": ["7 Chapel Row"], "postalCode": "LA14 1AA"}]
    unchanged = await trust.get(f"{BASE}/Patient/{client_id}", headers={"If-None-Match": 'W/"1"'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")


async def test_a_patient_of_whom_little_is_known_is_valid_too(interop: Running, caseload: Caseload, trust: Any) -> None:
    unknown = {"nhs_number": None, "nhs_number_status": "07", "birth_on": None, "address_line": None}
    record = a_record(**unknown, postcode=None, phone=None, sex="unknown")
    client_id = await tell(interop, caseload, record)
    answer = await trust.get(f"{BASE}/Patient/{client_id}")
    assert fhirkit.validate(answer.text) == []
    assert not {"identifier", "birthDate", "address", "telecom"} & set(answer.json())


async def test_a_rating_is_one_observation_with_three_parts(interop: Running, caseload: Caseload, trust: Any) -> None:
    record = a_record()
    await tell(interop, caseload, record)
    answer = await trust.get(f"{BASE}/Observation/{record['ratings'][1]['id']}")
    observation = answer.json()
    oms = "http://terminology.hl7.org/CodeSystem/oms"
    assert observation["code"]["coding"] == [{"system": oms, "version": "2005", "code": "26", "display": "Skin"}]
    parts = {part["code"]["coding"][0]["code"]: part["valueInteger"] for part in observation["component"]}
    assert parts == {"knowledge": 3, "behaviour": 3, "status": 3}
    scales = "https://heatshield.uk/CodeSystem/omaha-rating-scale"
    assert {part["code"]["coding"][0]["system"] for part in observation["component"]} == {scales}
    condition = (await trust.get(f"{BASE}/Condition/{record['client_problem'][0]['id']}")).json()
    ratings = [evidence["detail"][0]["reference"] for evidence in condition["evidence"] if "detail" in evidence]
    assert ratings == [f"Observation/{rating['id']}" for rating in record["ratings"]]


async def test_a_wound_is_measured_in_millimetres(interop: Running, caseload: Caseload, trust: Any) -> None:
    record = a_record()
    await tell(interop, caseload, record)
    (observation,) = resources(
        await trust.get(f"{BASE}/Observation?identifier=https://heatshield.uk/Id/wound|{record['wound'][0]['id']}")
    )
    sizes = [(part["valueQuantity"]["value"], part["valueQuantity"]["code"]) for part in observation["component"]]
    assert sizes == [(42, "mm"), (18, "mm"), (756, "mm2")]
    assert {part["valueQuantity"]["system"] for part in observation["component"]} == {"http://unitsofmeasure.org"}
    assert observation["bodySite"]["text"] == "Left lower leg"


async def test_an_encounter_counts_minutes_by_kind(interop: Running, caseload: Caseload, trust: Any) -> None:
    record = a_record()
    client_id = await tell(interop, caseload, record)
    (encounter,) = resources(await trust.get(f"{BASE}/Encounter?patient={client_id}"))
    assert [kind["text"] for kind in encounter["type"]] == ["Nursing, 45 minutes", "Personal care, 20 minutes"]
    assert encounter["length"]["value"] == 65
    assert encounter["period"]["end"] == "2026-11-10T10:05:00.000+00:00"
    assert encounter["basedOn"] == [{"reference": f"ServiceRequest/{record['referral'][0]['id']}"}]


async def test_only_a_newer_state_of_the_owner_replaces_what_is_shown(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    record = a_record(version=3)
    client_id = await tell(interop, caseload, record)
    await tell(interop, caseload, a_record(client_id, version=2, family_name="Old"))
    assert (await trust.get(f"{BASE}/Patient/{client_id}")).json()["name"][0]["family"] == "Tabor"
    await tell(interop, caseload, a_record(client_id, version=4, family_name="New"))
    answer = await trust.get(f"{BASE}/Patient/{client_id}")
    assert answer.json()["name"][0]["family"] == "New"
    assert (answer.headers["etag"], answer.json()["meta"]["versionId"]) == ('W/"2"', "2")


async def test_an_event_delivered_twice_has_one_effect(interop: Running, caseload: Caseload, trust: Any) -> None:
    record = a_record()
    client_id = await tell(interop, caseload, record)
    await tell(interop, caseload, record)
    assert (await trust.get(f"{BASE}/Patient/{client_id}")).headers["etag"] == 'W/"1"'
    assert len(resources(await trust.get(f"{BASE}/Observation?patient={client_id}"))) == 3


@pytest.mark.parametrize(
    "name",
    [
        "caseload.episode_of_care.opened.v1",
        "caseload.assessment.completed.v1",
        "caseload.omaha_rating.recorded.v1",
        "caseload.care_plan.agreed.v1",
        "caseload.wound.measured.v1",
        "caseload.photo.attached.v1",
    ],
)
async def test_every_change_of_the_record_is_shown(interop: Running, caseload: Caseload, trust: Any, name: str) -> None:
    record = a_record()
    client_id = record["client"]["id"]
    caseload.clients[client_id] = record
    await interop.deliver("interop", name, {"client_id": client_id})
    assert (await trust.get(f"{BASE}/Patient/{client_id}")).status_code == 200


async def test_a_referral_has_no_patient_until_the_person_is_taken_on(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    referral = a_referral()
    caseload.referrals[referral["id"]] = referral
    told = {"referral_id": referral["id"], "inbound_referral_id": None}
    await interop.deliver("interop", "caseload.referral.received.v1", told)
    answer = await trust.get(f"{BASE}/ServiceRequest/{referral['id']}")
    assert fhirkit.validate(answer.text) == []
    waiting = answer.json()
    assert waiting["status"] == "active"
    assert waiting["subject"]["identifier"]["value"] == "9990000204"
    assert not {"reference", "display"} & set(waiting["subject"])
    assert resources(await trust.get(f"{BASE}/Patient")) == []
    record = a_record()
    record["referral"] = [referral | {"version": 2, "status": "accepted", "client_id": record["client"]["id"]}]
    caseload.clients[record["client"]["id"]] = record
    accepted = told | {"client_id": record["client"]["id"], "accepted_at": "2026-11-20T09:00:00Z"}
    await interop.deliver("interop", "caseload.referral.accepted.v1", accepted)
    found = (await trust.get(f"{BASE}/ServiceRequest/{referral['id']}")).json()
    assert found["subject"] == {"reference": f"Patient/{record['client']['id']}"}
    assert found["meta"]["versionId"] == "2"


async def test_a_referral_about_nobody_known_is_named_by_itself(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    referral = a_referral(nhs_number=None, nhs_number_status="07", referrer=None, referrer_ods_code=None)
    caseload.referrals[referral["id"]] = referral
    told = {"referral_id": referral["id"], "inbound_referral_id": None}
    await interop.deliver("interop", "caseload.referral.received.v1", told)
    answer = await trust.get(f"{BASE}/ServiceRequest/{referral['id']}")
    assert fhirkit.validate(answer.text) == []
    assert answer.json()["subject"]["identifier"]["value"] == f"urn:uuid:{referral['id']}"


async def test_a_partner_finds_its_referral_by_the_reference_it_was_given(
    interop: Running, caseload: Caseload, bars: Any
) -> None:
    taken = await bars.post(f"{BASE}/$process-message", json=a_message(), headers=ids())
    encounters = [entry["resource"] for entry in taken.json()["entry"]]
    planned = [item for item in encounters if item["resourceType"] == "Encounter" and item["status"] == "planned"]
    reference = planned[0]["identifier"][0]
    inbound_id = planned[0]["id"]
    referral = a_referral(
        id=inbound_id,
        inbound_referral_id=inbound_id,
        version=2,
        status="not_taken",
        not_taken_reason="no_capacity",
        signpost="Ring.",
    )
    caseload.referrals[referral["id"]] = referral
    told = {"referral_id": referral["id"], "inbound_referral_id": inbound_id}
    said = {"reason": "no_capacity", "decided_at": "2026-11-20T09:00:00Z"}
    await interop.deliver("interop", "caseload.referral.not_taken.v1", told | said)
    await interop.deliver("interop", "caseload.referral.received.v1", told)
    (found,) = resources(await bars.get(f"{BASE}/ServiceRequest?identifier={reference['system']}|{reference['value']}"))
    assert (found["status"], found["note"]) == ("revoked", [{"text": "No capacity. Ring."}])


async def test_a_planned_visit_is_an_appointment_that_moves_and_ends(interop: Running, trust: Any) -> None:
    visit = await plan_visit(interop)
    path = f"{BASE}/Appointment/{visit['visit_id']}"
    answer = await trust.get(path)
    assert fhirkit.validate(answer.text) == []
    assert (answer.json()["status"], answer.json()["start"]) == ("booked", "2026-11-24T09:00:00.000+00:00")
    await plan_visit(interop, **visit | {"starts_at": "2026-11-24T08:00:00Z"}, version=2)
    await plan_visit(interop, **visit, version=1)
    assert (await trust.get(path)).json()["start"] == "2026-11-24T08:00:00.000+00:00"
    done = {name: value for name, value in visit.items() if name != "status"}
    await interop.deliver("interop", "roster.visit.done.v1", done, version=3)
    ended = (await trust.get(path)).json()
    assert ended["status"] == "fulfilled"
    assert ended["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "In-person"
    cancelled = await plan_visit(interop, status="cancelled", channel="letter")
    gone = await trust.get(f"{BASE}/Appointment/{cancelled['visit_id']}")
    assert gone.json()["status"] == "cancelled"
    assert fhirkit.validate(gone.text) == []


@pytest.mark.parametrize(("became", "shown"), [("no_reply", "noshow"), ("missed", "cancelled")])
async def test_a_visit_that_did_not_take_place_is_an_appointment_that_did_not(
    interop: Running, trust: Any, became: str, shown: str
) -> None:
    visit = await plan_visit(interop)
    await interop.deliver("interop", f"roster.visit.{became}.v1", visit | {"status": became}, version=2)
    answer = await trust.get(f"{BASE}/Appointment/{visit['visit_id']}")
    assert answer.json()["status"] == shown


async def test_a_visit_known_only_when_done_is_shown(interop: Running, trust: Any) -> None:
    visit = await plan_visit(interop)
    done = {name: value for name, value in visit.items() if name != "status"}
    done["visit_id"] = str(uuid7())
    await interop.deliver("interop", "roster.visit.done.v1", done, version=2)
    answer = await trust.get(f"{BASE}/Appointment/{done['visit_id']}")
    assert answer.json()["status"] == "fulfilled"
    assert fhirkit.validate(answer.text) == []
