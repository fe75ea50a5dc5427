"""The client's copy, loneliness and independence, as something of each for the tests that ask everybody."""

from typing import Any

from tests.access.world import World
from tests.caseload.around import ago
from tests.caseload.night import SISTER
from tests.caseload.story import OnCaseload, new_id


def a_day_sheet_share(care_id: str, **changes: Any) -> dict[str, Any]:
    share = {
        "id": new_id(),
        "other_care_id": care_id,
        "agency_ref": "SHC-114",
        "fields": ["our_visits", "agency_calls", "who_to_ring"],
        "who_to_ring": [{"name": "Barrow nurses", "role": "Nurse on call", "phone": "01632 960100"}],
        "consent": {"agreed_how": "in_person", "agreed_on": ago(2)},
    }
    return share | changes


async def write_copies(made: World, client: OnCaseload) -> None:
    plan_id, episode_id = made.ids["care_plan_id"], client.episode_id
    goal = {"id": new_id(), "care_plan_id": plan_id, "words": "To put my own stockings on", "set_on": ago(3)}
    score = {"id": new_id(), "episode_of_care_id": episode_id, "scale": "ucla_3", "asked_on": ago(3), "score": 8}
    step_down = {"steps": [{"from_on": ago(0), "visits_per_week": 2}]}
    share = await client.post("/v1/plan-copy-shares", {"id": new_id(), "client_id": client.client_id})
    await client.post("/v1/independence-goals", goal)
    await client.post("/v1/loneliness-scores", {**score, "occasion": "admission"})
    planned = await client.nurse.put(f"/v1/care-plans/{plan_id}/step-down", json=step_down)
    assert planned.status_code == 200, planned.text
    sheet = await client.post("/v1/day-sheet-shares", a_day_sheet_share(made.ids["other_care_id"]))
    made.ids |= {"plan_copy_share_id": share["share"]["id"], "goal_id": goal["id"]}
    made.ids |= {"day_sheet_share_id": sheet["share"]["id"]}
    a_goal = "/v1/independence-goals/{goal_id}"
    made.bodies |= {
        "PUT /v1/care-plans/{care_plan_id}/who-to-call": {"who_to_call": [SISTER]},
        "PUT /v1/care-plans/{care_plan_id}/step-down": step_down,
        "POST /v1/plan-copy-shares": {"id": new_id(), "client_id": client.client_id},
        "POST /v1/day-sheet-shares": a_day_sheet_share(made.ids["other_care_id"]),
        "POST /open/day-sheets/look": {"secret": "x" * 43},
        "POST /v1/loneliness-scores": {**score, "id": new_id(), "occasion": "interim"},
        "POST /v1/independence-goals": {**goal, "id": new_id()},
        f"POST {a_goal}/met": {"met_on": ago(0)},
        f"POST {a_goal}/not-possible": {"because": "not_able", "reason": "Her hands shake", "said_on": ago(0)},
    }
    made.secrets["words"] |= {"my own stockings"}
