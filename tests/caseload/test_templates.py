"""The team changes its own forms, visit types and checklists, and old answers keep (mission row 1.21)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from services.caseload.domain.template import TemplateVersion
from services.common.auth import SYSTEM
from tests.caseload.around import ago, ahead
from tests.caseload.forms import CAT, FALLS, STAIRS, a_template, a_version, an_answer
from tests.caseload.story import OnCaseload, a_contact, new_id, take_on
from tests.running import NURSE, STRANGER, TEAM, Running


@pytest.fixture
async def client(caseload: Running) -> OnCaseload:
    made = await take_on(caseload)
    made.kept["template"] = await made.post("/v1/templates", a_template())
    return made


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    for path in ("templates", f"templates/{new_id()}", "form-answers", f"form-answers/{new_id()}"):
        assert (await nobody.get(f"/v1/{path}")).status_code == 401


async def test_a_question_added_on_monday_is_asked_on_tuesday_and_old_answers_keep(
    caseload: Running, client: OnCaseload
) -> None:
    first = client.kept["template"]
    at = f"/v1/templates/{first['id']}"
    monday = await client.post("/v1/form-answers", an_answer(client.client_id, first["asked"]))
    changed = await client.post(f"{at}/versions", a_version(from_on=ahead(1), title="First visit"))
    assert (changed["asked"], [one["number"] for one in changed["versions"]]) == (first["asked"], [1, 2])
    tomorrow = (await client.nurse.get(at, params={"as_of": ahead(1)})).json()
    assert tomorrow["asked"] == changed["versions"][1]["id"]
    await let_a_day_pass(caseload)
    assert (await client.nurse.get(at)).json()["asked"] == tomorrow["asked"]
    late = await client.nurse.post("/v1/form-answers", json=an_answer(client.client_id, first["asked"]))
    assert (late.status_code, late.json()["code"]) == (409, "version_not_in_force")
    unasked = await client.nurse.post("/v1/form-answers", json=an_answer(client.client_id, tomorrow["asked"]))
    assert unasked.json()["errors"][0]["pointer"] == "/body/answers/cat"
    given = {"stairs": True, "cat": "Jean next door"}
    tuesday = await client.post("/v1/form-answers", an_answer(client.client_id, tomorrow["asked"], answers=given))
    assert [one["code"] for one in tuesday["answers"]] == ["stairs", "falls", "mood", "cat"]
    read = (await client.nurse.get(f"/v1/form-answers/{monday['id']}")).json()
    assert (read["title"], [one["code"] for one in read["answers"]]) == (
        "At the first visit",
        ["stairs", "falls", "mood"],
    )
    assert [one["value"] for one in read["answers"]] == [False, 2, "bad"]
    assert read["answers"][0]["words"] == "Do you manage the stairs?"


async def let_a_day_pass(caseload: Running) -> None:
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        earlier = update(TemplateVersion).values(from_on=TemplateVersion.from_on - timedelta(days=1))
        await tx.session.execute(earlier)


@pytest.mark.parametrize(
    ("answers", "code", "pointer"),
    [
        ({"falls": 1}, "answer_missing", "stairs"),
        ({"stairs": "no"}, "answer_does_not_fit", "stairs"),
        ({"stairs": True, "falls": "two"}, "answer_does_not_fit", "falls"),
        ({"stairs": True, "falls": True}, "answer_does_not_fit", "falls"),
        ({"stairs": True, "falls": -1}, "answer_does_not_fit", "falls"),
        ({"stairs": True, "falls": 51}, "answer_does_not_fit", "falls"),
        ({"stairs": True, "mood": "so_so"}, "answer_does_not_fit", "mood"),
        ({"stairs": True, "born": "01/02/2026"}, "answer_does_not_fit", "born"),
        ({"stairs": True, "born": "2026-02-30"}, "answer_does_not_fit", "born"),
        ({"stairs": True, "born": 20260201}, "answer_does_not_fit", "born"),
        ({"stairs": True, "cats": 2}, "question_unknown", "cats"),
    ],
)
async def test_each_answer_is_checked_by_its_question(
    client: OnCaseload, answers: dict[str, Any], code: str, pointer: str
) -> None:
    born = {"code": "born", "kind": "date", "words": "When was the cat born?"}
    made = await client.post("/v1/templates", a_template(questions=[*a_template()["questions"], born]))
    body = an_answer(client.client_id, made["asked"], answers=answers)
    refused = await client.nurse.post("/v1/form-answers", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    (error,) = refused.json()["errors"]
    assert (error["pointer"], bool(error["way_out"])) == (f"/body/answers/{pointer}", True)


async def test_answers_are_amended_and_never_overwritten(client: OnCaseload) -> None:
    given = await client.post("/v1/form-answers", an_answer(client.client_id, client.kept["template"]["asked"]))
    at = f"/v1/form-answers/{given['id']}/amend"
    amended = await client.post(at, {"answers": {"stairs": True, "falls": 0.5}, "reason": "She meant the attic"})
    assert [one["value"] for one in amended["answers"]] == [True, 0.5, None]
    assert [(one["number"], one["answers"].get("mood"), one["reason"]) for one in amended["written"]] == [
        (1, "bad", None),
        (2, None, "She meant the attic"),
    ]
    assert {one["written_by"] for one in amended["written"]} == {str(NURSE)}
    wrong = await client.nurse.post(at, json={"answers": {"falls": 1}, "reason": "A slip"})
    assert wrong.json()["errors"][0]["pointer"] == "/body/answers/stairs"
    stale = await client.nurse.post(
        at, json={"answers": {"stairs": True}, "reason": "A slip"}, headers={"If-Match": '"1"'}
    )
    assert stale.status_code == 412


async def test_answers_belong_to_one_client(caseload: Running, client: OnCaseload) -> None:
    other = await take_on(caseload, given_name="Bernard", nhs_number="999 000 0212")
    contact, mine = a_contact(other.episode_id), a_contact(client.episode_id)
    for one, body in ((other, contact), (client, mine)):
        await one.post("/v1/care-contacts", body)
    asked = client.kept["template"]["asked"]
    wrong = an_answer(client.client_id, asked, care_contact_id=contact["id"])
    refused = await client.nurse.post("/v1/form-answers", json=wrong)
    assert (refused.status_code, refused.json()["code"]) == (409, "of_another_client")
    kept = await client.post("/v1/form-answers", an_answer(client.client_id, asked, care_contact_id=mine["id"]))
    assert kept["care_contact_id"] == mine["id"]
    listed = (await client.nurse.get("/v1/form-answers", params={"client_id": client.client_id})).json()["items"]
    assert [one["id"] for one in listed] == [kept["id"]]


async def test_a_template_is_of_its_own_team(caseload: Running, client: OnCaseload) -> None:
    stranger = await caseload.client("caseload", STRANGER)
    assert (await stranger.get(f"/v1/templates/{client.kept['template']['id']}")).status_code == 404
    assert (await stranger.post("/v1/templates", json=a_template())).status_code == 404
    assert (await stranger.get("/v1/templates")).json()["items"] == []


async def test_what_was_asked_on_a_day_that_is_over_stays(client: OnCaseload) -> None:
    at = f"/v1/templates/{client.kept['template']['id']}"
    early = await client.nurse.post(f"{at}/versions", json=a_version(from_on=ago(1)))
    assert (early.status_code, early.json()["code"]) == (422, "version_begins_too_early")
    await client.post(f"{at}/versions", a_version(from_on=ahead(5)))
    before = await client.nurse.post(f"{at}/versions", json=a_version(from_on=ahead(4)))
    assert before.json()["code"] == "version_begins_too_early"
    await client.post(f"{at}/retire", None)
    late = await client.nurse.post(f"{at}/versions", json=a_version(from_on=ahead(9)))
    assert (late.status_code, late.json()["code"]) == (409, "template_retired")
    body = an_answer(client.client_id, client.kept["template"]["asked"])
    assert (await client.nurse.post("/v1/form-answers", json=body)).json()["code"] == "template_retired"


async def test_a_visit_type_says_how_long_it_takes_and_a_form_does_not(client: OnCaseload) -> None:
    visit = await client.post("/v1/templates", a_template(kind="visit_type", minutes=45, title="Leg ulcer"))
    assert visit["versions"][0]["minutes"] == 45
    refused = await client.nurse.post("/v1/templates", json=a_template(minutes=45))
    assert (refused.status_code, refused.json()["code"]) == (422, "minutes_of_no_visit")
    listed = (await client.nurse.get("/v1/templates", params={"kind": "visit_type", "team_id": str(TEAM)})).json()
    assert [one["id"] for one in listed["items"]] == [visit["id"]]


@pytest.mark.parametrize(
    "questions",
    [
        [],
        [STAIRS, STAIRS],
        [FALLS | {"least": 9, "most": 3}],
        [CAT | {"least": 1}],
        [CAT | {"choices": [{"code": "a", "words": "A"}]}],
        [{"code": "mood", "kind": "choice", "words": "How was the week?"}],
        [CAT | {"code": "The Cat"}],
    ],
)
async def test_a_question_that_cannot_be_asked_is_refused(client: OnCaseload, questions: Any) -> None:
    refused = await client.nurse.post("/v1/templates", json=a_template(questions=questions))
    assert refused.status_code == 422
