"""Who may read the record as FHIR, and what the server says of itself."""

from typing import Any
from uuid import uuid4

import fhirkit
import pytest
from uuid6 import uuid7

from services.interop.fhir.systems import WOUND
from tests.interop.answers import BASE, refused_once, resources
from tests.interop.council import agree, connect, settled, support
from tests.interop.network import a_person
from tests.interop.records import Caseload, a_record
from tests.interop.staff import Staff, a_colleague, tell_of
from tests.interop.telling import be_late, hand_over, plan_visit, tell
from tests.interop.writes import FHIR, a_stay
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running

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
    "Organization",
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Provenance",
    "RelatedPerson",
    "QuestionnaireResponse",
    "ServiceRequest",
    "Task",
)


@pytest.mark.parametrize("path", ["/Patient", f"/Patient/{TEAM}", "/Nothing", "/no/such/path"])
async def test_anonymous_is_refused(interop: Running, path: str) -> None:
    nobody = await interop.client("interop", None)
    answer = await nobody.get(BASE + path)
    if path != "/no/such/path":
        refused_once(answer, 401, "login")
        refused_once(await nobody.post(f"{BASE}/Patient/_search"), 401, "login")
    else:
        refused_once(answer, 404, "not-found")


@pytest.mark.parametrize(
    "persona",
    ["coach", "heatshield", "steering", "commissioner", "hr", "finance", "ops", "service", "council", "social_worker"],
)
async def test_nobody_else_reads_about_a_client(interop: Running, persona: str) -> None:
    somebody = await interop.client("interop", str(uuid4()), persona)
    refused_once(await somebody.get(f"{BASE}/Patient"), 403, "forbidden")
    refused_once(await somebody.get(f"{BASE}/Patient/{uuid4()}"), 403, "forbidden")
    refused_once(await somebody.post(f"{BASE}/Patient/_search"), 403, "forbidden")


async def test_another_team_cannot_tell_a_hidden_client_from_none(interop: Running, caseload: Caseload) -> None:
    client_id = await tell(interop, caseload, a_record())
    nurse, stranger = await interop.nurse("interop"), await interop.client("interop", STRANGER)
    assert (await nurse.get(f"{BASE}/Patient/{client_id}")).status_code == 200
    hidden = await stranger.get(f"{BASE}/Patient/{client_id}")
    absent = await stranger.get(f"{BASE}/Patient/{uuid7()}")
    refused_once(hidden, 404, "not-found")
    assert hidden.json() == absent.json()
    for kind in TYPES:
        assert resources(await stranger.get(f"{BASE}/{kind}")) == []
        assert resources(await stranger.get(f"{BASE}/{kind}?patient={client_id}")) == []
    assert len(resources(await nurse.get(f"{BASE}/Observation"))) == 3


async def test_a_client_whose_team_changes_is_seen_by_the_new_team(interop: Running, caseload: Caseload) -> None:
    client_id = await tell(interop, caseload, a_record())
    await tell(interop, caseload, a_record(client_id, OTHER_TEAM, version=2))
    nurse, stranger = await interop.nurse("interop"), await interop.client("interop", STRANGER)
    assert (await nurse.get(f"{BASE}/Patient/{client_id}")).status_code == 404
    assert (await stranger.get(f"{BASE}/Patient/{client_id}")).status_code == 200


@pytest.mark.parametrize("wanted", ["not-an-id", "%00", "a b"])
async def test_an_id_that_is_none_of_ours_is_not_found(trust: Any, wanted: str) -> None:
    refused_once(await trust.get(f"{BASE}/Patient/{wanted}"), 404, "not-found")


async def test_a_type_that_is_not_served_is_not_found(trust: Any) -> None:
    refused_once(await trust.get(f"{BASE}/Medication"), 404, "not-found")
    refused_once(await trust.get(f"{BASE}/Medication/{uuid4()}"), 404, "not-found")
    refused_once(await trust.post(f"{BASE}/Medication/_search"), 404, "not-found")
    refused_once(await trust.delete(f"{BASE}/Patient/{uuid4()}"), 405, "not-supported")


async def test_everybody_may_read_what_the_server_can_do(interop: Running) -> None:
    nobody = await interop.client("interop", None)
    answer = await nobody.get(f"{BASE}/metadata")
    assert answer.status_code == 200
    assert fhirkit.validate(answer.text) == []
    said = answer.json()
    assert said["implementation"]["url"] == "http://interop:8000/fhir/R4"
    assert [served["type"] for served in said["rest"][0]["resource"]] == [*TYPES, "AuditEvent", "Group", "Subscription"]


async def test_what_the_server_says_it_can_do_is_true(system: Running, caseload: Caseload, staff: Staff) -> None:
    trust = await system.client("interop", "trust-tie", "integrator")
    client_id = await tell(system, caseload, a_record() | {"network_person": [a_person()]})
    await tell_of(system, staff, a_colleague())
    assert (await trust.post(f"{BASE}/Encounter", json=a_stay(client_id), headers=FHIR)).status_code == 201
    await plan_visit(system, client_id=client_id)
    await be_late(system, client_id)
    await hand_over(system, client_id)
    await agree(system, client_id, await connect(system))
    await support(system, client_id)
    await settled(system, "sent")
    strict = {"Prefer": "handling=strict"}
    own = {"_id": client_id, "patient": client_id, "subject": client_id, "identifier": f"{WOUND}|1"}
    by_type = {"token": "x", "reference": client_id, "date": "ge2020", "quantity": "gt5", "string": "x"}
    everything = (await trust.get(f"{BASE}/metadata")).json()["rest"][0]["resource"]
    # Who read a record is asked for patient by patient (test_fhir_audit_events.py).
    for served in (one for one in everything if one["type"] not in {"AuditEvent", "Group", "Subscription"}):
        for parameter in served["searchParam"]:
            asked = {parameter["name"]: own.get(parameter["name"], by_type[parameter["type"]])}
            answer = await trust.post(f"{BASE}/{served['type']}/_search", data=asked, headers=strict)
            assert answer.status_code == 200, answer.text
        for control in ("searchInclude", "searchRevInclude"):
            for value in served.get(control, []):
                asked = {{"searchInclude": "_include", "searchRevInclude": "_revinclude"}[control]: value}
                assert (await trust.get(f"{BASE}/{served['type']}", params=asked, headers=strict)).status_code == 200
        first = resources(await trust.get(f"{BASE}/{served['type']}"))[0]
        assert (await trust.get(f"{BASE}/{served['type']}/{first['id']}")).json() == first
