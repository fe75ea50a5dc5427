"""Where the mission asks for more than one member or for the team's decision, one member alone gets nowhere."""

from typing import Any

import pytest
from uuid6 import uuid7

from services.governance.main import SERVICE
from tests.access.operations import operations
from tests.access.world import world_of
from tests.governance.deciding import a_decision, an_adoption
from tests.governance.test_ground_rules import a_rule
from tests.running import DEPUTY, NURSE, TEAM, Databases, Running, running

# Mission rows 2.06, 5.03 and 5.04, and 5.11. Rows 4.01, 5.45, 5.46, 6.10 and 7.11 ask for it of what is not built yet.
BY_MORE_THAN_ONE = {
    "caseload": "POST /v1/referrals/{referral_id}/accept",
    "governance": "POST /v1/decisions/{decision_id}/adopt",
}


@pytest.mark.parametrize(("name", "operation"), BY_MORE_THAN_ONE.items())
def test_what_needs_more_than_one_is_there(name: str, operation: str) -> None:
    assert operation in {one.name for one in operations(name)}


async def team_of_two(system: Running) -> Any:
    for member in (NURSE, DEPUTY):
        await system.join("governance", employee=member)
    return await system.nurse("governance")


async def test_one_member_cannot_adopt_for_the_other(databases: Databases) -> None:
    async with running(databases, SERVICE) as system:
        nurse, decision = await team_of_two(system), a_decision()
        path = f"/v1/decisions/{decision['id']}"
        await nurse.post("/v1/decisions", json=decision)
        await nurse.post(f"{path}/positions", json={"position": "agree"})
        theirs = {"position": "agree", "employee_id": str(DEPUTY)}
        assert (await nurse.post(f"{path}/positions", json=theirs)).status_code == 422
        assert (await nurse.post(f"{path}/positions", json={**theirs, "recorded_at_meeting": True})).status_code == 201
        alone = await nurse.post(f"{path}/adopt", json=an_adoption())
        assert (alone.status_code, alone.json()["code"]) == (409, "too_few_in_person")
        deputy = await system.client("governance", DEPUTY)
        await deputy.post(f"{path}/positions", json={"position": "agree"})
        assert (await nurse.post(f"{path}/adopt", json=an_adoption())).status_code == 200


async def test_one_member_cannot_take_a_rule_of_the_team_away(databases: Databases) -> None:
    async with running(databases, SERVICE) as system:
        nurse, rule, decision = await team_of_two(system), a_rule(), a_decision()
        for path, body in (("/v1/ground-rules", rule), ("/v1/decisions", decision)):
            assert (await nurse.post(path, json=body)).status_code == 201
        answers = [
            await nurse.post("/v1/ground-rules", json=a_rule(replaces=rule["id"], decision_id=decision_id))
            for decision_id in (None, decision["id"], str(uuid7()))
        ]
        assert {(one.status_code, one.json()["code"]) for one in answers} == {(409, "decision_not_adopted")}


async def test_one_nurse_takes_nobody_on_but_urgently(databases: Databases) -> None:
    """What she does urgently says why, and is ratified by the team's decision about this very referral."""
    async with world_of("caseload", databases) as world:
        path = f"/v1/referrals/{world.ids['referral_id']}/accept"
        nurse, body = await world.system.nurse("caseload"), world.bodies["POST /v1/referrals/{referral_id}/accept"]
        quietly = await nurse.post(path, json={**body, "urgent_reason": None})
        assert quietly.status_code == 422
        unknown = {**body, "urgent_reason": None, "decision_id": str(uuid7())}
        refused = await nurse.post(path, json=unknown)
        assert (refused.status_code, refused.json()["code"]) == (409, "decision_not_adopted")
        assert (await nurse.post(path, json=body)).status_code == 201
        decision = {"decision_id": str(uuid7()), "team_id": str(TEAM), "adopted_on": "2026-11-25"}
        about = [{"kind": "referral", "id": world.ids["referral_id"]}]
        await world.system.deliver("caseload", "governance.decision.adopted.v1", {**decision, "subjects": about})
        read = await nurse.get(f"/v1/referrals/{world.ids['referral_id']}")
        assert read.json()["decision_id"] == decision["decision_id"]
