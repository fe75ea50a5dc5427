"""An assessment is done over three visits, and counts when it is complete (mission row 3.09)."""

from datetime import timedelta
from typing import Any

import pytest

from services.caseload.events import AssessmentCompleted, OmahaRatingRecorded
from services.common.auth import SYSTEM
from tests.caseload.forms import PARTS, a_draft, a_template, a_version, every_part, put_part, the_care_act
from tests.caseload.story import OnCaseload, a_problem, new_id, take_on
from tests.running import DEPUTY, NURSE, STRANGER, TEAM, Running


@pytest.fixture
async def client(caseload: Running) -> OnCaseload:
    return await take_on(caseload)


async def read(client: OnCaseload, draft_id: str) -> Any:
    return (await client.nurse.get(f"/v1/assessment-drafts/{draft_id}")).json()


async def completed(client: OnCaseload, draft_id: str) -> Any:
    return await client.nurse.post(f"/v1/assessment-drafts/{draft_id}/complete")


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    for path in ("assessment-drafts", f"assessment-drafts/{new_id()}", f"assessment-drafts/{new_id()}/parts/home"):
        assert (await nobody.get(f"/v1/{path}")).status_code == 401


async def test_an_assessment_is_done_over_three_visits_by_two_nurses(caseload: Running, client: OnCaseload) -> None:
    parts = every_part(client.episode_id)
    draft_id = await a_draft(client, what_matters=parts["what_matters"])
    await let_days_pass(caseload, 4)
    joel = OnCaseload(await caseload.client("caseload", DEPUTY), client.client_id, client.episode_id, "")
    await put_part(joel, draft_id, "omaha", parts["omaha"])
    await put_part(joel, draft_id, "care_act", parts["care_act"])
    await let_days_pass(caseload, 2)
    for part in ("carer", "home", "money", "capacity"):
        assert (await put_part(client, draft_id, part, parts[part])).status_code == 200
    whole = await read(client, draft_id)
    assert (whole["status"], whole["missing"]) == ("draft", [])
    assert [(one["part"], one["written_by"]) for one in whole["parts"][:3]] == [
        ("what_matters", str(NURSE)),
        ("omaha", str(DEPUTY)),
        ("care_act", str(DEPUTY)),
    ]
    assert len({one["written_at"][:10] for one in whole["parts"]}) == 3
    made = (await completed(client, draft_id)).json()
    assert (made["assessment"]["id"], made["assessment"]["status"]) == (draft_id, "complete")
    assert {one["rating"]["rated_by"] for one in made["found"]} == {str(DEPUTY)}
    nursing = (await client.nurse.get(f"/v1/assessments/{draft_id}/nursing-view")).json()
    care_act = (await client.nurse.get(f"/v1/assessments/{draft_id}/care-act-view")).json()
    assert [one["problem"]["code"] for one in nursing["found"]] == ["07", "26"]
    assert (care_act["eligible"], care_act["money"]) == (True, "Asked; her son sees to it")


async def let_days_pass(caseload: Running, days: int) -> None:
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        part = tx.metadata.tables["assessment_part"]
        await tx.session.execute(part.update().values(written_at=part.c.written_at - timedelta(days=days)))


async def test_a_draft_does_not_count_until_it_is_complete(caseload: Running, client: OnCaseload) -> None:
    draft_id = await a_draft(client, **every_part(client.episode_id))
    assert (await client.nurse.get(f"/v1/assessments/{draft_id}")).status_code == 404
    assert (await client.nurse.get(f"/v1/clients/{client.client_id}")).json()["client_problem"] == []
    assert (await client.nurse.get(f"/v1/outcomes?team_id={TEAM}")).json()["all"] == []
    assert await caseload.published("caseload", OmahaRatingRecorded) == []
    assert (await completed(client, draft_id)).status_code == 200
    assert len(await caseload.published("caseload", OmahaRatingRecorded)) == 2
    assert len(await caseload.published("caseload", AssessmentCompleted)) == 1
    again = await completed(client, draft_id)
    assert (again.status_code, again.json()["code"]) == (409, "draft_already_complete")
    late = await put_part(client, draft_id, "home", PARTS["home"])
    assert (late.status_code, late.json()["code"]) == (409, "draft_already_complete")


async def test_what_is_missing_is_told_and_keeps_it_from_being_completed(client: OnCaseload) -> None:
    few = the_care_act(findings=[{"outcome": "hygiene", "ability": "able"}])
    draft_id = await a_draft(client, home=PARTS["home"], care_act=few, omaha={"problems": [a_problem("26")]})
    whole = await read(client, draft_id)
    missing = {one["part"]: one["of"] for one in whole["missing"]}
    assert list(missing) == ["what_matters", "carer", "money", "capacity", "care_act"]
    assert len(missing["care_act"]) == 9
    assert whole["domains_without_problem"] == ["environmental", "psychosocial", "health_related_behaviors"]
    refused = await completed(client, draft_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "assessment_incomplete")
    assert "what_matters, carer, money, capacity, care_act" in refused.json()["detail"]


async def test_two_nurses_do_not_write_over_one_another(caseload: Running, client: OnCaseload) -> None:
    draft_id = await a_draft(client, home=PARTS["home"])
    at = f"/v1/assessment-drafts/{draft_id}/parts/home"
    shown = (await client.nurse.get(at)).headers["ETag"]
    first = await put_part(client, draft_id, "home", {"words": "A rail now"}, **{"If-Match": shown})
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    joel = OnCaseload(await caseload.client("caseload", DEPUTY), client.client_id, client.episode_id, "")
    second = await put_part(joel, draft_id, "home", {"words": "No rail"}, **{"If-Match": shown})
    assert second.status_code == 412
    twice = await put_part(joel, draft_id, "home", {"words": "No rail"}, **{"If-None-Match": "*"})
    assert twice.status_code == 412
    none = await put_part(joel, draft_id, "carer", {"words": "A son"}, **{"If-Match": '"1"'})
    assert none.status_code == 412
    other = await put_part(joel, draft_id, "money", PARTS["money"], **{"If-None-Match": "*"})
    assert other.status_code == 200, "another part is nobody else's"
    unsaid = await joel.nurse.put(at, json={"words": "No rail"}, auth=None)
    assert (unsaid.status_code, (await client.nurse.get(at)).json()["content"]["words"]) == (428, "A rail now")


async def test_the_teams_own_form_is_a_part_and_is_asked_as_it_is_now(client: OnCaseload) -> None:
    template = await client.post("/v1/templates", a_template(in_assessments=True))
    draft_id = await a_draft(client, **every_part(client.episode_id))
    assert (await read(client, draft_id))["missing"] == [{"part": "forms", "of": [template["asked"]]}]
    wrong = {"id": new_id(), "template_version_id": template["asked"], "answers": {"stairs": "no"}}
    refused = await put_part(client, draft_id, "forms", {"forms": [wrong]})
    assert refused.json()["errors"][0]["pointer"] == "/body/forms/0/answers/stairs"
    await put_part(client, draft_id, "forms", {"forms": [wrong | {"answers": {"stairs": True}}]})
    assert (await read(client, draft_id))["missing"] == []
    changed = await client.post(f"/v1/templates/{template['id']}/versions", a_version())
    assert (await read(client, draft_id))["missing"] == [{"part": "forms", "of": [changed["asked"]]}]
    answers = {"stairs": True, "cat": "Jean next door"}
    form = {"id": new_id(), "template_version_id": changed["asked"], "answers": answers}
    await put_part(client, draft_id, "forms", {"forms": [form]})
    assert (await completed(client, draft_id)).status_code == 200
    kept = (await client.nurse.get(f"/v1/form-answers/{form['id']}")).json()
    assert (kept["assessment_id"], kept["answers"][-1]["value"]) == (draft_id, "Jean next door")


async def test_a_problem_that_the_client_has_already_is_not_found_again(client: OnCaseload) -> None:
    for status in (200, 409):
        draft_id = await a_draft(client, **every_part(client.episode_id))
        answer = await completed(client, draft_id)
        assert answer.status_code == status, answer.text
    assert answer.json()["code"] == "problem_already_found"


async def test_a_draft_of_another_team_is_not_there(caseload: Running, client: OnCaseload) -> None:
    draft_id = await a_draft(client)
    stranger = OnCaseload(await caseload.client("caseload", STRANGER), client.client_id, client.episode_id, "")
    assert (await stranger.nurse.get(f"/v1/assessment-drafts/{draft_id}")).status_code == 404
    assert (await put_part(stranger, draft_id, "home", PARTS["home"])).status_code == 404
