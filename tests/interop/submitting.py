"""What a social worker does about a change, beside a council that says what it makes of it."""

from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse

from tests.interop.council import agree, change_plan, connect, eventually, take_on
from tests.interop.records import Caseload
from tests.running import Running

SUBMITTED = "uk.heatshield.social_care.care_plan_change_submitted.v1"
FIELDS = ["council_ref", "intervention", "changed_at"]
TAKEN = JSONResponse({"outcome": "acknowledged"})
VIEW = {
    "assessed_on": "2026-11-03",
    "what_matters": "To walk to the village hall on Thursdays",
    "care_act": {"findings": [{"outcome": "hygiene", "ability": "only_with_help"}]},
    "eligible": True,
    "carer": None,
    "home": None,
    "money": None,
    "capacity": None,
}


def verdicts(*answers: dict[str, Any]) -> list[Response]:
    """The webhook that tells of the change at once is answered before those about submissions."""
    return [Response(status_code=204), *(JSONResponse(answer) for answer in answers)]


async def changed(system: Running, caseload: Caseload, **share: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A client with a share and a seat, one line of whose plan changed."""
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    agreed = await agree(system, client_id, connection_id, **{"fields": FIELDS} | share)
    change = await change_plan(system, client_id)
    line = {"id": change["line_id"], "intervention": "02.05", "words": "Help to wash, evenings"}
    caseload.seat(client_id, care_act_view=VIEW, social_care_lines=[line])
    return client_id, agreed, change


async def changes(guest: Any, **asked: Any) -> list[dict[str, Any]]:
    answer = await guest.get("/v1/care-plan-changes", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def reviewed(guest: Any) -> dict[str, Any]:
    (change,) = await changes(guest)
    answer = await guest.post(f"/v1/care-plan-changes/{change['submission']['id']}/review")
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def standing(guest: Any, submission: dict[str, Any], state: str) -> dict[str, Any]:
    """The submission once it has come to this state."""

    async def read() -> Any:
        return (await guest.get(f"/v1/social-care/submissions/{submission['id']}")).json()

    found: dict[str, Any] = await eventually(read, lambda one: one["state"] == state)
    return found


async def tried(guest: Any, submission: dict[str, Any], what: str, version: int | None = None, **body: Any) -> Any:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    path = f"/v1/social-care/submissions/{submission['id']}/{what}"
    return await guest.post(path, json=body or None, headers=headers)


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]
