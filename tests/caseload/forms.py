"""The team's own forms, assessments in parts and what belongs to them, as bodies to send and for the access matrix."""

from typing import Any

from tests.access.world import World
from tests.caseload.around import today
from tests.caseload.story import OnCaseload, a_problem, an_assessment, new_id
from tests.running import TEAM

FALLS = {"code": "falls", "kind": "number", "words": "How many falls since we last asked?", "least": 0, "most": 50}
STAIRS = {"code": "stairs", "kind": "yes_no", "words": "Do you manage the stairs?", "required": True}
CAT = {"code": "cat", "kind": "text", "words": "Who feeds the cat if you are away?", "required": True}
MOOD = {
    "code": "mood",
    "kind": "choice",
    "words": "How was the week?",
    "choices": [{"code": "good", "words": "Good"}, {"code": "bad", "words": "Not so good"}],
}
OUTCOMES = "nutrition hygiene toilet clothing home_safety habitable_home relationships work_and_learning community"


def a_template(**changes: Any) -> dict[str, Any]:
    template = {
        "id": new_id(),
        "team_id": str(TEAM),
        "kind": "form",
        "from_on": "2026-01-01",
        "title": "At the first visit",
        "questions": [STAIRS, FALLS, MOOD],
    }
    return template | changes


def a_version(**changes: Any) -> dict[str, Any]:
    return {"from_on": str(today()), "title": "At the first visit", "questions": [STAIRS, FALLS, MOOD, CAT], **changes}


def an_answer(client_id: str, template_version_id: str, **changes: Any) -> dict[str, Any]:
    answer = {
        "id": new_id(),
        "client_id": client_id,
        "template_version_id": template_version_id,
        "answered_on": str(today()),
        "answers": {"stairs": False, "falls": 2, "mood": "bad"},
    }
    return answer | changes


def the_care_act(**changes: Any) -> dict[str, Any]:
    """All ten outcomes looked at, two of them not achieved."""
    unable = {"hygiene": "only_with_help", "community": "with_pain_or_distress"}
    every = [*OUTCOMES.split(), "caring_for_a_child"]
    findings = [{"outcome": one, "ability": unable.get(one, "able")} for one in every]
    return {"needs_from_impairment": True, "significant_impact": True, "findings": findings, **changes}


PARTS: dict[str, dict[str, Any]] = {
    "what_matters": {"words": "To walk to the village hall on Thursdays"},
    "carer": {"words": "Her sister, by phone"},
    "home": {"words": "A low bath with no rail"},
    "money": {"words": "Asked; her son sees to it"},
    "capacity": {"words": "No doubt about it"},
}


async def write_forms(made: World, client: OnCaseload) -> None:
    template = await client.post("/v1/templates", a_template())
    answer = an_answer(client.client_id, template["asked"], answers={"stairs": True})
    draft = {"id": new_id(), "episode_of_care_id": client.episode_id}
    await client.post("/v1/form-answers", answer)
    await client.post("/v1/assessment-drafts", draft)
    written = await put_part(client, draft["id"], "home", PARTS["home"])
    assert written.status_code == 200, written.text
    made.ids |= {
        "template_id": template["id"],
        "form_answer_id": answer["id"],
        "draft_id": draft["id"],
        "part": "home",
    }
    parts = "/v1/assessment-drafts/{draft_id}/parts"
    problems = [a_problem("24", ())]
    form = {"id": new_id(), "template_version_id": template["asked"], "answers": {"stairs": True}}
    made.bodies |= {
        "POST /v1/templates": a_template(),
        "POST /v1/templates/{template_id}/versions": a_version(),
        "POST /v1/form-answers": an_answer(client.client_id, template["asked"]),
        "POST /v1/form-answers/{form_answer_id}/amend": {"answers": {"stairs": False}, "reason": "She meant the attic"},
        "POST /v1/assessment-drafts": {"id": new_id(), "episode_of_care_id": client.episode_id},
        f"PUT {parts}/omaha": {"problems": problems},
        f"PUT {parts}/care_act": the_care_act(),
        f"PUT {parts}/forms": {"forms": [form]},
        f"PUT {parts}/{{part}}": PARTS["home"],
    }
    made.secrets["words"] |= {"manage the stairs", "A low bath with no rail"}


async def put_part(client: OnCaseload, draft_id: str, part: str, body: Any, **headers: str) -> Any:
    """Write a part, on the version that it has, or as a new one."""
    at = f"/v1/assessment-drafts/{draft_id}/parts/{part}"
    if not headers:
        read = await client.nurse.get(at)
        headers = {"If-Match": read.headers["ETag"]} if read.is_success else {"If-None-Match": "*"}
    return await client.nurse.put(at, json=body, headers=headers)


async def a_draft(client: OnCaseload, **parts: Any) -> str:
    """A draft with these parts."""
    draft = await client.post("/v1/assessment-drafts", {"id": new_id(), "episode_of_care_id": client.episode_id})
    for part, body in parts.items():
        written = await put_part(client, draft["id"], part, body)
        assert written.status_code == 200, written.text
    draft_id: str = draft["id"]
    return draft_id


def every_part(episode_id: str) -> dict[str, Any]:
    return {**PARTS, "omaha": {"problems": an_assessment(episode_id)["problems"]}, "care_act": the_care_act()}
