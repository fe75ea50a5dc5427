"""What is not taken over FHIR: kept as it came, refused at its place with a way out, and never told to anybody."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from uuid6 import uuid7

from services.interop.domain.inbound import InboundMessage, InboundReferral
from tests.interop.answers import BASE, PATH, refused, refused_once, stored
from tests.interop.bars_message import ids
from tests.interop.records import Caseload, a_record
from tests.interop.telling import tell
from tests.interop.writes import FHIR, a_bundle, a_request, a_stay, an_entry
from tests.running import OTHER_TEAM, Running, written

Resource = dict[str, Any]
LATER = (datetime.now(UTC) + timedelta(days=2)).isoformat(timespec="seconds")
EARLY = {"start": "2026-11-20T10:00:00Z", "end": "2026-11-19T10:00:00Z"}


def without_name(request: Resource) -> None:
    del request["performer"][0]["identifier"]


# One fault each: what is done to a sound referral, where it is told, and as which issue.
FAULTS: dict[str, tuple[Callable[[Resource], Any], str, str]] = {
    "draft": (lambda it: it.update(status="draft"), "ServiceRequest.status", "business-rule"),
    "no status of FHIR": (lambda it: it.update(status="bogus"), "ServiceRequest.status", "code-invalid"),
    "an option": (lambda it: it.update(intent="option"), "ServiceRequest.intent", "business-rule"),
    "not to be done": (lambda it: it.update(doNotPerform=True), "ServiceRequest.doNotPerform", "business-rule"),
    "no service": (lambda it: it.pop("performer"), "ServiceRequest.performer", "required"),
    "a service without identifier": (without_name, "ServiceRequest.performer", "required"),
    "another's service": (
        lambda it: it["performer"][0]["identifier"].update(value="999999999"),
        "ServiceRequest.performer",
        "not-found",
    ),
    "no reason": (
        lambda it: [it.pop(name) for name in ("reasonCode", "code")],
        "ServiceRequest.reasonCode",
        "required",
    ),
    "nobody": (
        lambda it: it.update(subject={"display": "A man"}, contained=None),
        "ServiceRequest.subject",
        "required",
    ),
    "somebody unknown": (
        lambda it: it.update(subject={"reference": f"Patient/{uuid7()}"}, contained=None),
        "ServiceRequest.subject.reference",
        "not-found",
    ),
    "a loose reference": (
        lambda it: it["subject"].update(reference="#nobody"),
        "ServiceRequest.subject.reference",
        "not-found",
    ),
    "a wrong check digit": (
        lambda it: it["contained"][0]["identifier"][0].update(value="9990000203"),
        "ServiceRequest.contained[0].identifier[0].value",
        "value",
    ),
    "an unknown element": (lambda it: it.update(colour="red"), "ServiceRequest", "structure"),
    "a circle": (
        lambda it: it["contained"].extend(
            [
                {"resourceType": "Organization", "id": "a", "name": "A", "partOf": {"reference": "#b"}},
                {"resourceType": "Organization", "id": "b", "name": "B", "partOf": {"reference": "#a"}},
            ]
        ),
        "ServiceRequest.contained[1]",
        "business-rule",
    ),
    "an address of a Bundle": (
        lambda it: it["requester"].update(reference="urn:uuid:6f2b7c1a-0000-4000-8000-000000000001"),
        "ServiceRequest.requester.reference",
        "not-found",
    ),
    "another type": (lambda it: it.update(resourceType="DeviceRequest"), "DeviceRequest.performer", "structure"),
}
STAYS: dict[str, tuple[Callable[[Resource], Any], str, str]] = {
    "an outpatient": (lambda it: it["class"].update(code="AMB"), "Encounter.class", "business-rule"),
    "triaged": (lambda it: it.update(status="triaged"), "Encounter.status", "business-rule"),
    "no beginning": (lambda it: it.pop("period"), "Encounter.period.start", "required"),
    "to come": (lambda it: it["period"].update(start=LATER), "Encounter.period.start", "value"),
    "no end": (lambda it: it.update(status="finished"), "Encounter.period.end", "required"),
    "the wrong way round": (lambda it: it.update(status="finished", period=EARLY), "Encounter.period", "invariant"),
    "nobody": (lambda it: it.pop("subject"), "Encounter.subject", "required"),
    "somebody unknown": (
        lambda it: it.update(subject={"reference": f"Patient/{uuid7()}"}),
        "Encounter.subject.reference",
        "not-found",
    ),
}


def spoiled(resource: Resource, spoil: Callable[[Resource], Any]) -> Resource:
    made: Resource = json.loads(json.dumps(resource))
    spoil(made)
    return {name: value for name, value in made.items() if value is not None}


async def test_a_referral_with_one_fault_is_refused_at_its_place(interop: Running, bars: Any) -> None:
    missed = {}
    for name, (spoil, at, code) in FAULTS.items():
        answer = await bars.post(f"{BASE}/ServiceRequest", json=spoiled(a_request(), spoil), headers=FHIR)
        assert answer.status_code in {400, 422}, (name, answer.text)
        issues = answer.json()["issue"]
        if (at, code) not in [(one["expression"][0], one["code"]) for one in issues]:
            missed[name] = issues
        assert all(one["severity"] == "error" and one["details"]["text"].endswith(".") for one in issues), name
        assert "9990000203" not in answer.text
    assert missed == {}
    kept = await stored(interop, InboundMessage)
    assert [one.outcome for one in kept] == ["refused"] * len(FAULTS)
    assert json.loads(kept[0].raw) == spoiled(a_request(), FAULTS["draft"][0])
    assert await stored(interop, InboundReferral) == []
    assert [one for one in await written(interop.databases["interop"]) if "referral" in one.type] == []


async def test_a_stay_with_one_fault_is_refused_at_its_place(interop: Running, caseload: Caseload, trust: Any) -> None:
    client_id = await tell(interop, caseload, a_record())
    for name, (spoil, at, code) in STAYS.items():
        answer = await trust.post(f"{BASE}/Encounter", json=spoiled(a_stay(client_id), spoil), headers=FHIR)
        assert answer.status_code == 422, (name, answer.text)
        issues = answer.json()["issue"]
        assert (at, code) in [(one["expression"][0], one["code"]) for one in issues], (name, issues)
    assert [one for one in await written(interop.databases["interop"]) if "stay" in one.type] == []


async def test_what_is_not_written_here_is_refused_saying_what_is(interop: Running, trust: Any) -> None:
    for send, path in (
        (trust.post, "Patient"),
        (trust.put, f"Patient/{uuid7()}"),
        (trust.patch, f"Observation/{uuid7()}"),
        (trust.post, "Medication"),
    ):
        told = refused_once(await send(f"{BASE}/{path}", json={}, headers=FHIR), 405, "not-supported")
        assert "ServiceRequest" in told["details"]["text"]
    refused_once(await trust.post(f"{BASE}/Nothing", json={}, headers=FHIR), 404, "not-found")
    refused_once(
        await trust.post(f"{BASE}/ServiceRequest", content="<a/>", headers={"Content-Type": "text/plain"}),
        415,
        "not-supported",
    )
    refused_once(await trust.post(f"{BASE}/ServiceRequest", content="{", headers=FHIR), 400, "invalid")
    refused_once(await trust.post(f"{BASE}/ServiceRequest", content="", headers=FHIR), 400, "invalid")
    refused_once(await trust.put(f"{BASE}/ServiceRequest/{uuid7()}", json=a_request(), headers=FHIR), 400, "invalid")
    own = str(uuid7())
    refused_once(
        await trust.put(f"{BASE}/ServiceRequest/{own}", json=a_request(id=own), headers=FHIR), 405, "not-supported"
    )


async def test_what_is_declared_in_another_character_set_is_refused_and_kept(interop: Running, bars: Any) -> None:
    """Read as UTF-8, a name in another may well be another name."""
    raw = json.dumps(a_request()).encode()
    for kind in (
        "application/fhir+json; charset=latin-1",
        'application/json;charset="UTF-16"',
        "text/xml; charset=cp037",
    ):
        answer = await bars.post(f"{BASE}/ServiceRequest", content=raw, headers={"Content-Type": kind})
        told = refused_once(answer, 415, "not-supported")
        assert told["expression"] == ["http.Content-Type"]
        assert "UTF-8" in told["details"]["text"]
    message = ids() | {"Content-Type": "application/fhir+json; version=1.1.0; charset=utf-16"}
    assert (
        "UTF-8"
        in refused_once(await bars.post(PATH, content=raw, headers=message), 415, "not-supported")["details"]["text"]
    )
    kept = await stored(interop, InboundMessage)
    assert [(one.raw, one.outcome) for one in kept] == [(raw, "refused")] * 4
    plain = {"Content-Type": 'application/fhir+json; charset="UTF-8"; fhirVersion=4.0'}
    assert (await bars.post(f"{BASE}/ServiceRequest", content=raw, headers=plain)).status_code == 201


async def test_a_patch_that_is_none_and_what_cannot_be_found_again_are_refused(bars: Any) -> None:
    made = (await bars.post(f"{BASE}/ServiceRequest", json=a_request(), headers=FHIR)).json()
    patch = {"Content-Type": "application/json-patch+json"}
    for operations in ([{"op": [], "path": "/x"}], [{"op": {}, "path": "/x"}], [1], {}, [{"op": "test", "path": 1}]):
        answer = await bars.patch(f"{BASE}/ServiceRequest/{made['id']}", json=operations, headers=patch)
        refused_once(answer, 400, "invalid")
    random = "".join(str(uuid7()) for _ in range(150))
    long = await bars.post(f"{BASE}/ServiceRequest", json=a_request(random), headers=FHIR)
    refused_once(long, 422, "too-long")


async def test_what_is_done_on_a_condition_needs_the_rights_of_the_search(interop: Running) -> None:
    """Whether it is met tells of whoever is searched for."""
    scope = "system/ServiceRequest.crus"
    writer = await interop.client("interop", "trust-tie", "integrator", scope=scope)
    condition = FHIR | {"If-None-Exist": "patient.birthdate=1941-02-03"}
    refused_once(await writer.post(f"{BASE}/ServiceRequest", json=a_request(), headers=condition), 403, "forbidden")


@pytest.mark.parametrize("persona", ["nurse", "council", "ops", "coach", "service"])
async def test_nobody_else_writes(interop: Running, persona: str) -> None:
    somebody = await interop.client("interop", str(uuid7()), persona)
    for send in (somebody.post, somebody.put):
        assert (await send(f"{BASE}/ServiceRequest?identifier=x", json=a_request(), headers=FHIR)).status_code == 403
    assert (await somebody.post(BASE, json={}, headers=FHIR)).status_code == 403
    nobody = await interop.client("interop", None)
    assert (await nobody.post(f"{BASE}/ServiceRequest", json=a_request(), headers=FHIR)).status_code == 401
    assert await stored(interop, InboundMessage) == []


async def test_a_scope_is_needed_before_anything_is_kept(interop: Running) -> None:
    reader = await interop.client("interop", "trust-tie", "integrator", scope="system/ServiceRequest.rs")
    refused(await reader.post(f"{BASE}/ServiceRequest", json=a_request(), headers=FHIR), 403, "REC_FORBIDDEN")
    assert await stored(interop, InboundMessage) == []
    only = await interop.client("interop", "trust-tie", "integrator", scope="system/Encounter.cu")
    # Whether somebody is known here by a number is not told to whom may not search for people.
    refused(await only.post(f"{BASE}/Encounter", json=a_stay(), headers=FHIR), 403, "REC_FORBIDDEN")
    refused(
        await only.post(f"{BASE}/Encounter", json=a_stay(), headers=FHIR | {"If-None-Exist": "status=planned"}),
        403,
        "REC_FORBIDDEN",
    )


async def test_a_client_of_one_team_is_not_told_of_to_another(interop: Running, caseload: Caseload, bars: Any) -> None:
    client_id = await tell(interop, caseload, a_record(team_id=OTHER_TEAM))
    request = a_request(subject={"reference": f"Patient/{client_id}"}, contained=None)
    told = refused_once(await bars.post(f"{BASE}/ServiceRequest", json=request, headers=FHIR), 422, "not-found")
    assert told["expression"] == ["ServiceRequest.subject"]


async def test_only_the_system_that_wrote_it_changes_it(interop: Running, caseload: Caseload, bars: Any) -> None:
    client_id = await tell(interop, caseload, a_record())
    another = await interop.client("interop", "other-trust", "integrator")
    made = (await bars.post(f"{BASE}/ServiceRequest", json=a_request(), headers=FHIR)).json()
    stay = (await bars.post(f"{BASE}/Encounter", json=a_stay(client_id), headers=FHIR)).json()
    for one in (made, stay):
        path = f"{BASE}/{one['resourceType']}/{one['id']}"
        refused_once(await another.put(path, json=one, headers=FHIR), 403, "forbidden")
    ours = (await bars.get(f"{BASE}/Encounter?patient={client_id}")).json()["entry"]
    contact = next(one["resource"] for one in ours if one["resource"]["status"] == "finished")
    put = await bars.put(f"{BASE}/Encounter/{contact['id']}", json=contact, headers=FHIR)
    refused_once(put, 403, "forbidden")


async def test_of_whom_may_write_nothing_nothing_is_kept(interop: Running, caseload: Caseload) -> None:
    client_id = await tell(interop, caseload, a_record())
    reader = await interop.client("interop", "trust-tie", "integrator", scope="system/Patient.rs")
    stranger, own = {"resourceType": "Patient"}, str(uuid7())
    refused_once(await reader.post(f"{BASE}/Patient", json=stranger, headers=FHIR), 405, "not-supported")
    refused_once(await reader.put(f"{BASE}/Patient/{own}", json=stranger, headers=FHIR), 405, "not-supported")
    refused_once(await reader.patch(f"{BASE}/Patient/{own}", json=[], headers=FHIR), 405, "not-supported")
    patch = {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": "W10="}
    bundle = a_bundle(
        an_entry(None, "GET", f"Patient/{client_id}"),
        an_entry(a_request()),
        an_entry(patch, "PATCH", f"ServiceRequest/{own}"),
        an_entry(a_stay(client_id), url=f"Encounter/{own}", method="PUT"),
        kind="batch",
    )
    answer = await reader.post(BASE, json=bundle, headers=FHIR)
    found = [entry["response"]["status"][:3] for entry in answer.json()["entry"]]
    assert found == ["200", "403", "403", "403"]
    whole = a_bundle(an_entry(None, "GET", f"Patient/{client_id}"))
    assert (await reader.post(BASE, json=whole, headers=FHIR)).status_code == 200
    refused(await reader.post(BASE, json=a_bundle(an_entry(a_request())), headers=FHIR), 403, "REC_FORBIDDEN")
    refused_once(await reader.post(BASE, content="{", headers=FHIR), 400, "invalid")
    assert await stored(interop, InboundMessage) == []
    writer = await interop.client("interop", "trust-tie", "integrator", scope="system/Encounter.u")
    refused_once(await writer.post(f"{BASE}/Patient", json=stranger, headers=FHIR), 405, "not-supported")
    assert [one.outcome for one in await stored(interop, InboundMessage)] == ["refused"]
