"""How many clients there are for each member, and for each whole-time equivalent."""

from typing import Any

import pytest
from uuid6 import uuid7

from tests.roster.facts import EDITH, RUTH, SANDRA, TOM, acuity_review, code, contract, episode, hear, pointer
from tests.running import OTHER_TEAM, TEAM, Running


async def ratio(client: Any, **params: str) -> Any:
    answer = await client.get("/v1/team-ratio", params={"team_id": str(TEAM), "as_of": "2026-11-24", **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.get("/v1/team-ratio", params={"team_id": str(TEAM)})).status_code == 401


async def test_nine_clients_are_three_for_each_of_three_members(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    for _ in range(7):
        await hear(roster, episode(uuid7()))
    await hear(roster, episode(EDITH))
    await hear(roster, episode(EDITH))
    await hear(roster, episode(uuid7(), opened_on="2026-11-25"))
    await hear(roster, episode(uuid7(), team_id=OTHER_TEAM))
    for employee, minutes in ((RUTH, 1800), (TOM, 2250), (SANDRA, 900)):
        await hear(roster, contract(employee, minutes))
    await hear(roster, contract(TOM, 2250, until_on="2026-11-23"))
    await hear(roster, contract(TOM, 2250, from_on="2026-11-25"))
    assert await ratio(nurse) == {
        "team_id": str(TEAM),
        "as_of": "2026-11-24",
        "clients": 9,
        "members": 3,
        "contracted_minutes": 4950,
        "full_time_minutes": 2250,
        "wte": 2.2,
        "clients_per_member": {"numerator": 9.0, "denominator": 3.0, "value": 3.0},
        "clients_per_wte": {"numerator": 9.0, "denominator": 2.2, "value": 4.1},
        "caution_above_clients_per_wte": 150,
        "acuity_reviewed_on": None,
        "acuity_total": None,
        "acuity_per_wte": None,
    }


async def test_how_heavy_the_clients_are_stands_beside_the_teams_time(roster: Running) -> None:
    nurse, coach = await roster.nurse("roster"), await roster.client("roster", str(uuid7()), "coach")
    await hear(roster, contract(RUTH, 2250))
    for changes in (
        {"reviewed_on": "2026-10-20", "total": 40},
        {"reviewed_on": "2026-11-20", "total": 31},
        {"reviewed_on": "2026-11-25", "total": 50},
        {"reviewed_on": "2026-11-22", "total": 90, "team_id": str(OTHER_TEAM)},
    ):
        await hear(roster, acuity_review(**changes))
    found = await ratio(nurse)
    assert (found["acuity_reviewed_on"], found["acuity_total"]) == ("2026-11-20", 31)
    assert found["acuity_per_wte"] == {"numerator": 31.0, "denominator": 1.0, "value": 31.0}
    assert (await ratio(coach, as_of="2026-10-31"))["acuity_total"] == 40
    await hear(roster, acuity_review(reviewed_on="2026-10-31", clients=4))
    assert (await ratio(coach, as_of="2026-10-31"))["acuity_total"] is None
    assert (await ratio(nurse, as_of="2026-10-31"))["acuity_total"] == 27


async def test_a_team_of_nobody_has_no_ratio(roster: Running) -> None:
    found = await ratio(await roster.nurse("roster"), as_of="2024-01-01")
    nothing = {"numerator": 0.0, "denominator": 0.0, "value": None}
    assert (found["members"], found["clients_per_member"], found["clients_per_wte"]) == (0, nothing, nothing)


async def test_before_the_full_time_week_was_agreed_there_is_no_equivalent(roster: Running) -> None:
    found = await ratio(await roster.nurse("roster"), as_of="2004-09-30")
    assert (found["full_time_minutes"], found["wte"], found["clients_per_wte"]) == (None, None, None)


@pytest.mark.parametrize("persona", ["coach", "heatshield", "steering", "commissioner", "finance", "hr"])
async def test_those_around_the_team_see_its_ratio_at_a_months_end_unless_clients_are_few(
    roster: Running, persona: str
) -> None:
    other = await roster.client("roster", "somebody", persona)
    for _ in range(5):
        few = await ratio(other, as_of="2026-06-30")
        assert (few["members"], few["clients"], few["clients_per_member"], few["clients_per_wte"]) == (3, *[None] * 3)
        await hear(roster, episode(uuid7(), opened_on="2026-06-02"))
    assert (await ratio(other, as_of="2026-06-30"))["clients"] == 5
    refused = await other.get("/v1/team-ratio", params={"team_id": str(TEAM), "as_of": "2026-06-29"})
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "not_a_months_end", "/query/as_of")


@pytest.mark.parametrize("persona", ["council", "integrator", "social_worker", "ops", "service"])
async def test_others_do_not(roster: Running, persona: str) -> None:
    other = await roster.client("roster", "somebody", persona)
    assert (await other.get("/v1/team-ratio", params={"team_id": str(TEAM)})).status_code == 403


async def test_another_teams_ratio_does_not_exist_for_a_nurse(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    assert (await nurse.get("/v1/team-ratio", params={"team_id": str(OTHER_TEAM)})).status_code == 404
