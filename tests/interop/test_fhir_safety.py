"""What is late, who has a client for a night, what was found, wanted and pictured: each from the fact behind it."""

import json
from typing import Any

import fhirkit

from tests.interop.answers import BASE, refused_once, resources
from tests.interop.records import Caseload, a_goal, a_record, an_assessment
from tests.interop.telling import be_late, hand_over, tell
from tests.running import Running

ACCEPTED = {"accepted_at": "2026-11-24T17:00:00Z"}
RETURNED = {"returned_at": "2026-11-25T07:00:00Z"}


async def test_what_is_late_is_a_flag_until_somebody_knows(interop: Running, caseload: Caseload, trust: Any) -> None:
    client_id = await tell(interop, caseload, a_record())
    alert_id = await be_late(interop, client_id)
    (flag,) = resources(
        await trust.get(f"{BASE}/Flag?patient={client_id}&status=active&category=safety&date=ge2026-11")
    )
    assert (flag["id"], flag["code"]["coding"][0]["code"]) == (alert_id, "late_dose")
    known = {"alert_id": alert_id, "acknowledged_at": "2026-11-24T09:50:00Z"}
    await be_late(interop, client_id, "acknowledged", 3, **known)
    await be_late(interop, client_id, "escalated", 2, alert_id=alert_id)
    answer = await trust.get(f"{BASE}/Flag/{alert_id}")
    assert (answer.json()["status"], answer.json()["meta"]["versionId"]) == ("inactive", "2")
    assert answer.json()["period"] == {"start": "2026-11-24T09:40:00.000+00:00", "end": "2026-11-24T09:50:00.000+00:00"}
    assert fhirkit.validate(answer.text) == []
    await be_late(interop, client_id, "raised", 4, alert_id=alert_id)
    assert (await trust.get(f"{BASE}/Flag/{alert_id}")).json()["status"] == "active"


async def test_what_is_the_teams_own_concern_is_no_flag(interop: Running, caseload: Caseload, trust: Any) -> None:
    client_id = await tell(interop, caseload, a_record())
    for kind in ("break_glass_not_reviewed", "dose_in_conflict", "dose_to_review", "handover_not_accepted", "new"):
        alert_id = await be_late(interop, client_id, kind=kind)
        refused_once(await trust.get(f"{BASE}/Flag/{alert_id}"), 404, "not-found")
    assert resources(await trust.get(f"{BASE}/Flag?patient={client_id}")) == []


async def test_a_handover_is_a_task_that_is_taken_and_given_back(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    client_id = await tell(interop, caseload, a_record())
    cases: list[tuple[str, dict[str, Any], str, set[str]]] = [
        ("sent", {}, "requested", set()),
        ("accepted", ACCEPTED, "accepted", {"start"}),
        ("expired", {"expired_at": "2026-11-24T18:00:00Z"}, "failed", set()),
        ("returned", ACCEPTED | RETURNED, "completed", {"start", "end"}),
        ("returned", {"accepted_at": None} | RETURNED, "cancelled", set()),
    ]
    for became, told, status, known in cases:
        handover_id = await hand_over(interop, client_id)
        await hand_over(interop, client_id, became, 2, handover_id=handover_id, **told)
        answer = await trust.get(f"{BASE}/Task/{handover_id}")
        assert (answer.json()["status"], set(answer.json().get("executionPeriod", {}))) == (status, known), became
        assert fhirkit.validate(answer.text) == []
    found = resources(await trust.get(f"{BASE}/Task?patient={client_id}&status=completed&modified=2026-11-25"))
    assert [one["code"]["coding"][0]["code"] for one in found] == ["handover"]
    assert len(resources(await trust.get(f"{BASE}/Task?subject={client_id}&authored-on=2026-11-24"))) == len(cases)


async def test_a_goal_is_shown_as_it_stands_and_not_why_it_was_given_up(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    record = a_record()
    client_id, plan_id = record["client"]["id"], record["care_plan"][0]["id"]
    ended = {"settled_on": "2026-11-20", "reason": "A private reason"}
    shown = {
        "working": ("active", "in-progress"),
        "met": ("completed", "achieved"),
        "not_able": ("cancelled", "not-attainable"),
        "not_wanted": ("cancelled", None),
    }
    goals = {status: a_goal(client_id, plan_id, status=status, **ended) for status in shown}
    record["goal"] = list(goals.values())
    caseload.clients[client_id] = record
    await interop.deliver("interop", "caseload.goal.changed.v1", {"client_id": client_id})
    for status, (lifecycle, achieved) in shown.items():
        answer = await trust.get(f"{BASE}/Goal/{goals[status]['id']}")
        goal = answer.json()
        found = goal.get("achievementStatus", {"coding": [{"code": None}]})["coding"][0]["code"]
        assert (goal["lifecycleStatus"], found) == (lifecycle, achieved), status
        assert goal["description"] == {"text": "Put my own stockings on"}
        assert "A private" not in answer.text
        assert fhirkit.validate(answer.text) == []
    asked = f"{BASE}/Goal?patient={client_id}&lifecycle-status=active&start-date=2026-11-04"
    assert [one["id"] for one in resources(await trust.get(asked))] == [goals["working"]["id"]]


async def test_an_assessment_tells_what_the_care_act_asks_and_no_more(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    record = a_record()
    begun = an_assessment("started")
    record["assessment"].append(begun)
    client_id = await tell(interop, caseload, record)
    asked = f"{BASE}/QuestionnaireResponse?patient={client_id}&status=completed&authored=2026-11-03"
    (response,) = resources(await trust.get(asked))
    assert response["id"] == record["assessment"][0]["id"]
    assert fhirkit.validate(json.dumps(response)) == []
    answered = {one["linkId"]: one for one in response["item"]}
    assert answered["what_matters"]["answer"] == [{"valueString": "To walk to chapel"}]
    assert answered["eligible"]["answer"] == [{"valueBoolean": False}]
    outcomes = {one["linkId"]: one["answer"][0]["valueCoding"]["code"] for one in answered["outcomes"]["item"]}
    assert outcomes == {"hygiene": "only_with_help", "clothing": "able"}
    assert "A private" not in json.dumps(response)
    refused_once(await trust.get(f"{BASE}/QuestionnaireResponse/{begun['id']}"), 404, "not-found")


async def test_a_picture_of_a_wound_is_known_and_not_shown(interop: Running, caseload: Caseload, trust: Any) -> None:
    record = a_record()
    await tell(interop, caseload, record)
    wound = f"https://heatshield.uk/Id/wound|{record['wound'][0]['id']}"
    answer = await trust.get(f"{BASE}/DocumentReference?identifier={wound}&period=2026-11-10&contenttype=image/jpeg")
    (document,) = resources(answer)
    assert fhirkit.validate(json.dumps(document)) == []
    (content,) = document["content"]
    assert set(content["attachment"]) == {"contentType", "size", "creation"}
    refused_once(await trust.get(f"{BASE}/Binary/{document['id']}"), 404, "not-found")


async def test_a_token_reads_of_these_what_its_scope_says(interop: Running, caseload: Caseload) -> None:
    client_id = await tell(interop, caseload, a_record())
    await be_late(interop, client_id)
    token = interop.issuer.token("trust-tie", "integrator", "interop", scope="system/Goal.rs")
    narrow = await interop.client("interop", "trust-tie", "integrator")
    narrow.headers["Authorization"] = f"Bearer {token}"
    assert len(resources(await narrow.get(f"{BASE}/Goal?patient={client_id}"))) == 1
    for kind in ("Flag", "Task", "Consent", "Communication", "QuestionnaireResponse", "DocumentReference"):
        assert (await narrow.get(f"{BASE}/{kind}?patient={client_id}")).status_code == 403, kind
