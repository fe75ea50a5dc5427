"""The report of social care by type includes what networks and the village do (mission row 1.20)."""

from typing import Any

import pytest

from services.common.auth import Persona
from tests.caseload.around import a_neighbour, an_action, an_asset, an_introduction
from tests.caseload.story import OnCaseload, a_contact, new_id, take_on
from tests.running import NURSE, TEAM, Running

OCTOBER = {"team_id": str(TEAM), "from_on": "2026-10-01", "to_on": "2026-10-31"}
MINUTES = {"nursing": 30, "personal_care": 20, "wider_support": 45}


async def in_october(client: OnCaseload, asset_id: str) -> None:
    segments = [{"id": new_id(), "activity_type": kind, "minutes": minutes} for kind, minutes in MINUTES.items()]
    contact = a_contact(client.episode_id, started_at="2026-10-05T10:00:00Z", segments=segments)
    await client.post("/v1/care-contacts", contact)
    person = await client.post("/v1/network-people", a_neighbour(client.client_id))
    task = an_action(client.client_id, network_person_id=person["id"], agreed_on="2026-10-06")
    await client.post("/v1/actions", task)
    await client.post("/v1/actions", an_action(client.client_id, employee_id=str(NURSE)))
    await client.post("/v1/introductions", an_introduction(client.client_id, asset_id, offered_on="2026-10-07"))


@pytest.fixture
async def client(caseload: Running) -> OnCaseload:
    made = await take_on(caseload)
    made.kept["asset"] = await made.post("/v1/assets", an_asset())
    await in_october(made, made.kept["asset"]["id"])
    return made


async def read(nurse: Any) -> Any:
    return (await nurse.get("/v1/social-care/summary", params=OCTOBER)).json()


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.get("/v1/social-care/summary", params=OCTOBER)).status_code == 401


async def test_minutes_by_type_stand_beside_network_and_assets(client: OnCaseload) -> None:
    assert await read(client.nurse) == {
        "minutes": 65,
        "minutes_by_type": {"personal_care": 20, "reablement": 0, "wider_support": 45, "coordination": 0},
        "network_tasks": 1,
        "network_tasks_by_tie": {"neighbour": 1},
        "introductions": 1,
        "introductions_by_kind": {"befriending": 1},
    }


async def test_few_are_hidden_outside_the_team(caseload: Running, client: OnCaseload) -> None:
    coach = await caseload.client("caseload", new_id(), Persona.COACH)
    few = await read(coach)
    assert (few["minutes"], few["network_tasks"], few["introductions"]) == (None, None, None)
    for number in range(4):
        another = await take_on(caseload, nhs_number=None, given_name=f"Client {number}")
        await in_october(another, client.kept["asset"]["id"])
    told = await read(coach)
    assert (told["minutes"], told["network_tasks_by_tie"]) == (325, {"neighbour": 5})
