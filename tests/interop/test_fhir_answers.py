"""A service outside answers a handover by its own system: the status of a Task, and nothing else of it."""

from typing import Any

import fhirkit
import pytest
from uuid6 import uuid7

from services.interop.domain.inbound import InboundMessage
from tests.interop.answers import BASE, refused_once, resources, stored
from tests.interop.records import Caseload, a_record
from tests.interop.telling import hand_over, tell
from tests.interop.test_fhir_writing import told
from tests.interop.writes import FHIR, an_entry
from tests.running import Running

ANSWERED = "interop.handover.answered.v1"
PATCH = {"Content-Type": "application/json-patch+json"}
OWNER = {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "RRV00"}
# Far from now, so that no deadline passes while this is read.
ASKED = {"ods_code": "RRV00", "accept_by": "2099-01-01T18:00:00Z"}


def to(status: str) -> list[dict[str, Any]]:
    return [{"op": "replace", "path": "/status", "value": status}]


SCOPES = "system/*.cruds handovers:rrv00"


@pytest.fixture
async def trust(interop: Running) -> Any:
    return await interop.client("interop", "trust-tie", "integrator", scope=SCOPES)


@pytest.fixture
async def handover_id(interop: Running, caseload: Caseload) -> str:
    return await hand_over(interop, await tell(interop, caseload, a_record()), **ASKED)


async def test_a_handover_is_accepted_and_completed_by_the_others_own_system(
    interop: Running, trust: Any, handover_id: str
) -> None:
    path = f"{BASE}/Task/{handover_id}"
    asked = f"{BASE}/Task?status=requested&owner:identifier={OWNER['system']}|{OWNER['value']}"
    (task,) = resources(await trust.get(asked))
    assert (task["owner"]["identifier"], task["restriction"]["period"]["end"][:10]) == (OWNER, "2099-01-01")
    accepted = await trust.patch(path, json=to("accepted"), headers=PATCH | {"If-Match": 'W/"1"'})
    assert (accepted.status_code, accepted.headers["etag"]) == (200, 'W/"2"'), accepted.text
    assert fhirkit.validate(accepted.text) == []
    again = await trust.patch(path, json=to("accepted"), headers=PATCH)
    assert (again.status_code, again.headers["etag"]) == (200, 'W/"2"'), "the same once more changes nothing"
    done = accepted.json() | {"status": "completed", "note": [{"text": "Settled by two"}]}
    assert (await trust.put(path, json=done, headers=FHIR)).status_code == 200
    first, second = await told(interop, ANSWERED)
    assert (first.data["handover_id"], first.data["status"], second.data["status"]) == (
        handover_id,
        "accepted",
        "completed",
    )
    assert {one.data["sent_at"] for one in (first, second)} == {"2026-11-24T16:00:00Z"}
    assert "Settled" not in str(second.data), "what is written with it is in no event"
    who = resources(await trust.get(f"{BASE}/Provenance?target=Task/{handover_id}"))
    assert {one["agent"][0]["onBehalfOf"]["identifier"]["value"] for one in who} == {"RRV00"}
    assert {one.outcome for one in await stored(interop, InboundMessage)} == {"accepted"}


async def test_what_the_team_tells_later_counts_again(
    interop: Running, caseload: Caseload, trust: Any, handover_id: str
) -> None:
    await trust.patch(f"{BASE}/Task/{handover_id}", json=to("rejected"), headers=PATCH)
    (task,) = resources(await trust.get(f"{BASE}/Task?status=rejected"))
    about = {"handover_id": handover_id, "ods_code": "RRV00"}
    client_id = task["for"]["reference"].removeprefix("Patient/")
    cases = {
        "declined": ({"declined_at": "2026-11-24T17:00:00Z"}, "rejected"),
        "accepted": ({"accepted_at": "2026-11-24T17:00:00Z"}, "accepted"),
        "done": ({"accepted_at": "2026-11-24T17:00:00Z", "done_at": "2026-11-25T06:00:00Z"}, "completed"),
    }
    for version, (became, (fact, status)) in enumerate(cases.items(), 2):
        await hand_over(interop, client_id, became, version, **about, **fact)
        shown = await trust.get(f"{BASE}/Task/{handover_id}")
        assert (shown.json()["status"], shown.json()["owner"]["identifier"]) == (status, OWNER)
        assert fhirkit.validate(shown.text) == []


async def test_an_answer_that_does_not_fit_is_refused_at_its_place(
    interop: Running, caseload: Caseload, trust: Any, handover_id: str
) -> None:
    path = f"{BASE}/Task/{handover_id}"
    task = (await trust.get(path)).json()
    client_id = task["for"]["reference"].removeprefix("Patient/")
    cases: list[tuple[dict[str, Any], int, str, str]] = [
        ({"status": "cancelled"}, 422, "business-rule", "Task.status"),
        ({"status": "completed"}, 409, "conflict", "Task.status"),
        ({"status": "accepted", "authoredOn": "2026-11-24T15:00:00Z"}, 422, "business-rule", "Task.authoredOn"),
        ({"status": "accepted", "description": "A private reason"}, 422, "business-rule", "Task.description"),
    ]
    for changes, status, code, at in cases:
        issue = refused_once(await trust.put(path, json=task | changes, headers=FHIR), status, code)
        assert issue["expression"] == [at]
        assert "A private" not in str(issue)
    late = await hand_over(interop, client_id, ods_code="RRV00", accept_by="2026-11-24T18:00:00Z")
    refused_once(await trust.patch(f"{BASE}/Task/{late}", json=to("accepted"), headers=PATCH), 409, "conflict")
    by_link = await hand_over(interop, client_id)
    refused_once(await trust.patch(f"{BASE}/Task/{by_link}", json=to("accepted"), headers=PATCH), 403, "forbidden")
    made = {name: value for name, value in task.items() if name not in ("id", "meta")}
    refused_once(await trust.post(f"{BASE}/Task", json=made, headers=FHIR), 405, "not-supported")
    unknown = await trust.put(f"{BASE}/Task/{uuid7()}", json=task, headers=FHIR)
    refused_once(unknown, 400, "invalid")
    stale = await trust.patch(path, json=to("accepted"), headers=PATCH | {"If-Match": 'W/"7"'})
    refused_once(stale, 412, "conflict")
    assert await told(interop, ANSWERED) == []


async def test_whoever_was_not_granted_it_answers_nothing(interop: Running, handover_id: str) -> None:
    path = f"{BASE}/Task/{handover_id}"
    reader = await interop.client("interop", "trust-tie", "integrator", scope="system/Task.rs system/Encounter.cu")
    refused_once(await reader.patch(path, json=to("accepted"), headers=PATCH), 403, "forbidden")
    others = await interop.client("interop", "trust-two", "integrator", scope="system/*.cruds handovers:rrv01")
    refused_once(await others.patch(path, json=to("accepted"), headers=PATCH), 403, "forbidden")
    nurse = await interop.nurse("interop")
    assert (await nurse.patch(path, json=to("accepted"), headers=PATCH)).status_code == 403
    assert await told(interop, ANSWERED) == []


async def test_an_answer_in_a_batch(interop: Running, trust: Any, handover_id: str) -> None:
    task = (await trust.get(f"{BASE}/Task/{handover_id}")).json() | {"status": "accepted"}
    entries = [an_entry(task, "PUT", f"Task/{handover_id}")]
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": entries}
    answer = await trust.post(BASE, json=bundle, headers=FHIR)
    assert answer.json()["entry"][0]["response"]["status"][:3] == "200", answer.text
    assert len(await told(interop, ANSWERED)) == 1
