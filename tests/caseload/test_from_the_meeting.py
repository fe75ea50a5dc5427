"""What the team agreed at its weekly meeting is among the client's tasks (mission row 3.08)."""

from typing import Any

from uuid6 import uuid7

from tests.caseload.around import ahead
from tests.caseload.story import OnCaseload, take_on
from tests.running import NURSE, OTHER_TEAM, TEAM, Running

AGREED = "governance.meeting_action.agreed.v1"


def agreed(client: OnCaseload, **changes: Any) -> dict[str, Any]:
    told = {
        "meeting_action_id": str(uuid7()),
        "meeting_id": str(uuid7()),
        "team_id": str(TEAM),
        "client_id": client.client_id,
        "employee_id": str(NURSE),
        "task": "review_plan",
        "due_on": ahead(3),
        "agreed_by": str(NURSE),
    }
    return told | changes


async def test_a_task_of_the_meeting_is_among_the_clients_tasks_and_is_done_there(caseload: Running) -> None:
    client = await take_on(caseload)
    told = agreed(client)
    await caseload.deliver("caseload", AGREED, told)
    await caseload.deliver("caseload", AGREED, agreed(client, task="sing_to_them"))
    tasks = (await client.nurse.get("/v1/actions", params={"client_id": client.client_id})).json()["items"]
    assert {one["words"] for one in tasks} == {"Review the care plan with the client", "Sing to them"}
    (task,) = [one for one in tasks if one["id"] == told["meeting_action_id"]]
    assert (task["meeting_id"], task["due_on"], task["status"]) == (told["meeting_id"], told["due_on"], "open")
    done = await client.post(f"/v1/actions/{task['id']}/finish", {"done_on": ahead(0)})
    assert done["status"] == "done"


async def test_a_task_for_a_client_of_another_team_waits_for_somebody_to_look_at_it(caseload: Running) -> None:
    client = await take_on(caseload)
    await caseload.deliver("caseload", AGREED, agreed(client, team_id=str(OTHER_TEAM)))
    assert (await client.nurse.get("/v1/actions")).json()["items"] == []
