"""What the professions agree on for one client reaches the client's tasks (mission row 3.04)."""

import pytest

from tests.caseload.around import a_discussion, a_neighbour, ahead
from tests.caseload.story import OnCaseload, new_id, take_on
from tests.running import NURSE, STRANGER, Running


@pytest.fixture
async def maureen(caseload: Running) -> OnCaseload:
    return await take_on(caseload)


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.post("/v1/mdt-discussions", json=a_discussion(new_id()))).status_code == 401
    assert (await nobody.get(f"/v1/mdt-discussions/{new_id()}")).status_code == 401


async def test_the_actions_of_a_discussion_are_among_the_clients_tasks(maureen: OnCaseload) -> None:
    jean = await maureen.post("/v1/network-people", a_neighbour(maureen.client_id))
    actions = [
        {"id": new_id(), "words": "Order the rail", "employee_id": str(NURSE), "due_on": ahead(7)},
        {"id": new_id(), "words": "Review the benefits", "outside": "Social worker, county council"},
        {"id": new_id(), "words": "Have a key", "network_person_id": jean["id"], "agreed_on": "2026-11-05"},
    ]
    held = await maureen.post("/v1/mdt-discussions", a_discussion(maureen.client_id, actions=actions))
    assert held["lead"] == "Social worker, county council"
    tasks = (await maureen.nurse.get("/v1/actions", params={"client_id": maureen.client_id})).json()["items"]
    assert [one["words"] for one in tasks] == ["Order the rail", "Review the benefits", "Have a key"]
    assert {one["mdt_discussion_id"] for one in tasks} == {held["id"]}
    await maureen.post(f"/v1/actions/{actions[0]['id']}/finish", {"done_on": "2026-11-10"})
    read = (await maureen.nurse.get(f"/v1/mdt-discussions/{held['id']}")).json()
    assert [one["status"] for one in read["actions"]] == ["done", "open", "open"]
    listed = (await maureen.nurse.get("/v1/mdt-discussions", params={"client_id": maureen.client_id})).json()
    assert [one["outcome"] for one in listed["items"]] == ["Stays at home with equipment for the stairs"]


async def test_nothing_is_kept_of_a_discussion_whose_action_nobody_can_take_on(maureen: OnCaseload) -> None:
    for action, pointer in (
        ({"employee_id": str(STRANGER)}, "/body/actions/0/employee_id"),
        ({"network_person_id": new_id(), "agreed_on": "2026-11-05"}, "/body/actions/0/network_person_id"),
    ):
        body = a_discussion(maureen.client_id, actions=[{"id": new_id(), "words": "Order the rail", **action}])
        refused = await maureen.nurse.post("/v1/mdt-discussions", json=body)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (409, pointer)
    lead = a_discussion(maureen.client_id, lead_employee_id=str(STRANGER))
    assert (await maureen.nurse.post("/v1/mdt-discussions", json=lead)).json()["code"] == "not_in_the_team"
    assert (await maureen.nurse.get("/v1/mdt-discussions")).json()["items"] == []
    assert (await maureen.nurse.get("/v1/actions")).json()["items"] == []


async def test_each_action_of_a_discussion_has_an_id_of_its_own(maureen: OnCaseload) -> None:
    same = {"id": new_id(), "words": "Order the rail", "employee_id": str(NURSE)}
    body = a_discussion(maureen.client_id, actions=[same, same])
    assert (await maureen.nurse.post("/v1/mdt-discussions", json=body)).status_code == 422
