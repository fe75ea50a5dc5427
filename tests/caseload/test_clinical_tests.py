"""Tests are chased until somebody has acted on the result (mission row 3.12)."""

from typing import Any

import pytest

from services.caseload.events import ClinicalTestCancelled, ClinicalTestRequested, ClinicalTestTaken
from tests.caseload.around import a_test, ago, ahead
from tests.caseload.story import OnCaseload, new_id, take_on
from tests.running import DEPUTY, NURSE, STRANGER, TEAM, Running


@pytest.fixture
async def sylvia(caseload: Running) -> OnCaseload:
    client = await take_on(caseload, given_name="Sylvia", family_name="Rust")
    client.kept["test"] = await client.post("/v1/tests", a_test(client.client_id))
    return client


async def step(client: OnCaseload, name: str, **body: Any) -> Any:
    return await client.nurse.post(f"/v1/tests/{client.kept['test']['id']}/{name}", json=body)


async def listed(client: OnCaseload, **asked: Any) -> list[str]:
    return [one["id"] for one in (await client.nurse.get("/v1/tests", params=asked)).json()["items"]]


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.get("/v1/tests")).status_code == 401
    assert (await nobody.post("/v1/tests", json=a_test(new_id()))).status_code == 401


async def test_a_test_is_chased_from_request_to_what_was_done_about_it(sylvia: OnCaseload) -> None:
    test = sylvia.kept["test"]
    assert (test["status"], test["due_on"], test["chaser_id"]) == ("requested", ahead(1), str(NURSE))
    taken = (await step(sylvia, "take", taken_on=ago(4))).json()
    assert (taken["status"], taken["due_on"], taken["taken_by"]) == ("taken", ahead(1), str(NURSE))
    resulted = (await step(sylvia, "result", result_on=ago(2), result="INR 4.8", abnormal=True)).json()
    assert (resulted["status"], resulted["due_on"], resulted["abnormal"]) == ("resulted", ago(1), True)
    assert await listed(sylvia, due="overdue", chaser_id=str(NURSE)) == [test["id"]]
    acted = (await step(sylvia, "act", acted_on=ago(0), acted="Rang the GP; two doses left out")).json()
    assert (acted["status"], acted["due_on"], acted["acted_by"]) == ("acted_on", None, str(NURSE))
    assert await listed(sylvia, due="waiting") == []
    assert await listed(sylvia, client_id=sylvia.client_id, status="acted_on") == [test["id"]]


async def test_no_test_is_without_a_result_or_a_reason_after_five_days(sylvia: OnCaseload) -> None:
    test = sylvia.kept["test"]
    await step(sylvia, "take", taken_on=ago(6))
    assert await listed(sylvia, due="overdue") == [test["id"]]
    chased = (await step(sylvia, "chase", reason="The laboratory lost it", again_on=ahead(2))).json()
    assert (chased["reason"], chased["due_on"], chased["status"]) == ("The laboratory lost it", ahead(2), "taken")
    assert await listed(sylvia, due="overdue") == []
    for day in (ago(0), ahead(6)):
        refused = await step(sylvia, "chase", reason="Later", again_on=day)
        assert (refused.status_code, refused.json()["code"]) == (422, "looks_again_too_late")
    resulted = (await step(sylvia, "result", result_on=ago(0), result="2.4", abnormal=False)).json()
    assert resulted["reason"] is None


async def test_due_today_is_due_and_not_late(sylvia: OnCaseload) -> None:
    now = await sylvia.post("/v1/tests", a_test(sylvia.client_id, take_by=ago(0), chaser_id=str(DEPUTY)))
    late = await sylvia.post("/v1/tests", a_test(sylvia.client_id, take_by=ago(1)))
    assert await listed(sylvia, due="due") == [now["id"], late["id"]]
    assert await listed(sylvia, due="overdue") == [late["id"]]
    assert await listed(sylvia, due="due", chaser_id=str(DEPUTY)) == [now["id"]]


async def test_steps_are_taken_in_their_order(sylvia: OnCaseload) -> None:
    result = {"result_on": ago(0), "result": "2.4", "abnormal": False}
    for name, body in (("result", result), ("act", {"acted_on": ago(0), "acted": "Told her"})):
        early = await step(sylvia, name, **body)
        assert (early.status_code, early.json()["code"]) == (409, "clinical_test_out_of_step")
    before = await step(sylvia, "take", taken_on=ago(11))
    assert (before.status_code, before.json()["errors"][0]["pointer"]) == (422, "/body/taken_on")
    await step(sylvia, "take", taken_on=ago(1))
    assert (await step(sylvia, "take", taken_on=ago(1))).json()["code"] == "clinical_test_out_of_step"


async def test_a_result_that_is_in_cannot_be_cancelled_away(sylvia: OnCaseload) -> None:
    await step(sylvia, "take", taken_on=ago(1))
    await step(sylvia, "result", result_on=ago(0), result="2.4", abnormal=False)
    refused = await step(sylvia, "cancel", reason="Not needed")
    assert (refused.status_code, refused.json()["code"]) == (409, "clinical_test_out_of_step")
    other = await sylvia.post("/v1/tests", a_test(sylvia.client_id))
    gone = await sylvia.post(f"/v1/tests/{other['id']}/cancel", {"reason": "Done in hospital"})
    assert (gone["status"], gone["due_on"], gone["reason"]) == ("cancelled", None, "Done in hospital")
    ended = await sylvia.nurse.post(f"/v1/tests/{other['id']}/chase", json={"reason": "Later", "again_on": ahead(2)})
    assert ended.json()["code"] == "clinical_test_out_of_step"


async def test_a_member_of_the_team_chases(sylvia: OnCaseload) -> None:
    for change, status in (({"chaser_id": str(STRANGER)}, 409), ({"take_by": ago(11)}, 422), ({"kind": "tea"}, 422)):
        answer = await sylvia.nurse.post("/v1/tests", json=a_test(sylvia.client_id, **change))
        assert answer.status_code == status, answer.text


async def test_roster_is_told_what_is_to_be_taken_and_that_it_was(caseload: Running, sylvia: OnCaseload) -> None:
    await step(sylvia, "take", taken_on=ago(4))
    other = await sylvia.post("/v1/tests", a_test(sylvia.client_id))
    await sylvia.nurse.post(f"/v1/tests/{other['id']}/cancel", json={"reason": "Taken at the surgery"})
    (first, _), (taken,), (cancelled,) = [
        await caseload.published("caseload", event)
        for event in (ClinicalTestRequested, ClinicalTestTaken, ClinicalTestCancelled)
    ]
    told = {"test_id": sylvia.kept["test"]["id"], "client_id": sylvia.client_id, "team_id": str(TEAM)}
    assert first.data == told | {"kind": "blood", "take_by": sylvia.kept["test"]["take_by"]}
    assert taken.data == first.data | {"taken_on": ago(4)}
    assert (cancelled.data["test_id"], cancelled.aggregateversion) == (other["id"], 2)
