"""Competence is signed off by the registered nurse who saw it, for a while, and told to caseload (row 6.29)."""

from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from services.hr.events import CompetencySignedOff, CompetencyWithdrawn
from tests.hr.office import OUTSIDERS, a_competency, employed, office, refused
from tests.running import NURSE, OTHER_TEAM, STRANGER, Running


@pytest.fixture
async def assistant(hr: Running) -> str:
    await employed(hr, id=str(NURSE))
    found = await employed(hr, role="assistant_practitioner", title="Assistant practitioner")
    await hr.join("hr", employee=UUID(found))
    return found


async def _sign_off(hr: Running, assistant: str, by: Any = None, **changes: Any) -> Any:
    body = a_competency(assistant, NURSE) | changes
    return await (by or await hr.nurse("hr")).post("/v1/competencies", json=body)


async def test_anonymous_is_refused(hr: Running) -> None:
    nobody = await hr.client("hr", None)
    assert (await nobody.post("/v1/competencies", json={})).status_code == 401


async def test_the_nurse_who_saw_it_signs_it_off_and_the_others_are_told(hr: Running, assistant: str) -> None:
    made = await _sign_off(hr, assistant)
    assert made.status_code == 201, made.text
    (told,) = await hr.published("hr", CompetencySignedOff)
    sent = a_competency(assistant, NURSE)
    del sent["id"]
    assert told.data == sent | {"competency_id": made.json()["id"]}
    nurse = await hr.nurse("hr")
    listed = (await nurse.get("/v1/competencies", params={"employee_id": assistant})).json()["items"]
    assert [one["id"] for one in listed] == [made.json()["id"]]


async def test_anybody_of_the_team_withdraws_it_once(hr: Running, assistant: str) -> None:
    path = f"/v1/competencies/{(await _sign_off(hr, assistant)).json()['id']}/withdraw"
    colleague = await hr.client("hr", assistant)
    assert (await colleague.post(path, headers={"If-Match": '"9"'})).status_code == 412
    withdrawn = await colleague.post(path)
    assert withdrawn.status_code == 200, withdrawn.text
    (told,) = await hr.published("hr", CompetencyWithdrawn)
    assert told.data["withdrawn_at"] == withdrawn.json()["withdrawn_at"]
    assert told.aggregateversion == 2
    refused(await colleague.post(path), 409, "competency_already_withdrawn", "/path/competency_id")


async def test_nobody_signs_off_what_another_saw_but_hr_from_paper(hr: Running, assistant: str) -> None:
    colleague = await hr.client("hr", assistant)
    other = await employed(hr, role="assistant_practitioner")
    await hr.join("hr", employee=UUID(other))
    refused(await _sign_off(hr, other, by=colleague), 403, "signed_off_by_another", "/body/assessed_by")
    by_themselves = await _sign_off(hr, assistant, by=colleague, assessed_by=assistant)
    refused(by_themselves, 422, "competency_assessed_by_oneself", "/body/assessed_by")
    unregistered = await _sign_off(hr, other, by=colleague, assessed_by=assistant)
    refused(unregistered, 422, "assessor_not_registered", "/body/assessed_by")
    assert (await _sign_off(hr, other, by=await office(hr))).status_code == 201


async def test_what_cannot_be_signed_off_is_refused_by_its_field(hr: Running, assistant: str) -> None:
    wrong = [
        (422, "/body/employee_id", {"employee_id": str(uuid7())}),
        (422, "/body/assessed_on", {"assessed_on": "2199-01-01"}),
        (422, "/body/until_on", {"until_on": "2026-11-03"}),
        (422, "/body/until_on", {"until_on": "2027-11-03"}),
        (409, "/body/employee_id", {"employee_id": await employed(hr)}),
        (422, "/body/assessed_by", {"assessed_by": str(uuid7())}),
        (404, "/path", {"team_id": str(OTHER_TEAM)}),
    ]
    for status, pointer, changes in wrong:
        answer = await _sign_off(hr, assistant, **changes)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (status, pointer), answer.text


async def test_it_is_between_the_team_and_hr(hr: Running, assistant: str) -> None:
    path = f"/v1/competencies/{(await _sign_off(hr, assistant)).json()['id']}"
    stranger = await hr.client("hr", STRANGER)
    assert (await stranger.get(path)).status_code == 404
    assert (await stranger.post(f"{path}/withdraw")).status_code == 404
    assert (await stranger.get("/v1/competencies")).json()["items"] == []
    for persona in OUTSIDERS:
        outsider = await hr.client("hr", "somebody", persona)
        assert (await outsider.get(path)).status_code == 403
