"""A position is its member's own: a meeting may record it, an objection stands until it is theirs to lift."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.common.auth import SYSTEM
from tests.governance.conftest import THIRD
from tests.governance.deciding import adopts, proposed, takes
from tests.running import DEPUTY, NURSE, STRANGER, TEAM, Running


async def test_an_objection_needs_its_reason(nurse: Any) -> None:
    decision_id = await proposed(nurse)
    refused = await takes(nurse, decision_id, "cannot_live_with")
    assert refused.status_code == 422
    assert refused.json()["code"] == "objection_needs_reason"
    assert refused.json()["errors"][0]["pointer"] == "/body/reason"


async def test_a_changed_position_replaces_the_old_one_and_the_old_one_is_kept(governance: Running, nurse: Any) -> None:
    decision_id = await proposed(nurse)
    before = (await takes(nurse, decision_id, "cannot_live_with", reason="Not on a Friday")).json()
    after = (await takes(nurse, decision_id, "can_live_with")).json()
    assert [position["position"] for position in after["positions"]] == ["can_live_with"]
    assert [position["position"] for position in after["history"]] == ["cannot_live_with", "can_live_with"]
    assert after["history"][0] == before["positions"][0]
    assert {position["recorded_by"] for position in after["history"]} == {str(NURSE)}
    assert after["version"] > before["version"]


@pytest.mark.parametrize("statement", ["update position_taken set reason = 'x'", "delete from position_taken"])
async def test_the_history_of_positions_cannot_be_changed(governance: Running, nurse: Any, statement: str) -> None:
    await takes(nurse, await proposed(nurse), "agree")
    with pytest.raises(DBAPIError, match="kept as they were written"):
        async with governance.databases["governance"].transaction(SYSTEM) as tx:
            await tx.session.execute(text(statement))


async def test_a_meeting_records_the_positions_of_those_present(nurse: Any) -> None:
    decision_id = await proposed(nurse)
    about = {"employee_id": str(DEPUTY), "recorded_at_meeting": True}
    recorded = await takes(nurse, decision_id, "agree", **about)
    assert recorded.status_code == 201, recorded.text
    (position,) = recorded.json()["positions"]
    assert (position["employee_id"], position["recorded_by"]) == (str(DEPUTY), str(NURSE))
    assert position["recorded_at_meeting"] is True


async def test_nobody_speaks_for_another_outside_a_meeting(nurse: Any) -> None:
    refused = await takes(nurse, await proposed(nurse), "agree", employee_id=str(DEPUTY))
    assert refused.status_code == 422
    assert refused.json()["code"] == "position_is_ones_own"
    assert refused.json()["errors"][0]["pointer"] == "/body/recorded_at_meeting"


async def test_only_a_current_member_has_a_position(governance: Running, nurse: Any) -> None:
    decision_id = await proposed(nurse)
    left = {"team_id": str(TEAM), "employee_id": str(THIRD), "from_on": "2025-01-01", "until_on": "2025-06-30"}
    await governance.deliver("governance", "hr.team_membership.changed.v1", left, version=2)
    for employee in (STRANGER, THIRD):
        refused = await takes(nurse, decision_id, "agree", employee_id=str(employee), recorded_at_meeting=True)
        assert refused.status_code == 422
        assert refused.json()["code"] == "not_a_member_today"
    assert (await nurse.get(f"/v1/decisions/{decision_id}")).json()["consent"]["members"] == 2


async def test_who_left_the_team_no_longer_objects_or_counts(governance: Running, nurse: Any) -> None:
    third, decision_id = await governance.client("governance", THIRD), await proposed(nurse)
    await takes(third, decision_id, "cannot_live_with", reason="I would rather not")
    await takes(nurse, decision_id, "agree")
    left = {"team_id": str(TEAM), "employee_id": str(THIRD), "from_on": "2025-01-01", "until_on": "2025-06-30"}
    await governance.deliver("governance", "hr.team_membership.changed.v1", left, version=2)
    alone = await adopts(nurse, decision_id)
    assert alone.json()["code"] == "quorum_not_met"
    await takes(await governance.client("governance", DEPUTY), decision_id, "agree")
    assert (await adopts(nurse, decision_id)).status_code == 200


async def test_an_objection_is_lifted_by_who_made_it_alone(governance: Running, nurse: Any) -> None:
    deputy, decision_id = await governance.client("governance", DEPUTY), await proposed(nurse)
    await takes(deputy, decision_id, "cannot_live_with", reason="The round is full")
    for position in ("agree", "not_here", "cannot_live_with"):
        more = {"employee_id": str(DEPUTY), "recorded_at_meeting": True, "reason": "As said"}
        refused = await takes(nurse, decision_id, position, **more)
        assert refused.status_code == 409
        assert refused.json()["code"] == "objection_is_theirs_to_lift"
    assert (await takes(deputy, decision_id, "can_live_with")).status_code == 201


async def test_an_objection_recorded_at_a_meeting_is_lifted_by_the_member_or_who_recorded_it(
    governance: Running, nurse: Any
) -> None:
    for lifts in (await governance.client("governance", DEPUTY), nurse):
        decision_id = await proposed(nurse)
        theirs = {"employee_id": str(DEPUTY), "recorded_at_meeting": True}
        await takes(nurse, decision_id, "cannot_live_with", reason="Said at the meeting", **theirs)
        third = await governance.client("governance", THIRD)
        for position in ("agree", "not_here", "cannot_live_with"):
            refused = await takes(third, decision_id, position, reason="As said", **theirs)
            assert (refused.status_code, refused.json()["code"]) == (409, "objection_is_theirs_to_lift")
            assert refused.json()["errors"][0]["pointer"] == "/body/employee_id"
        assert (await takes(lifts, decision_id, "can_live_with", **theirs)).status_code == 201


@pytest.mark.parametrize("said", ["agree", "can_live_with", "not_here"])
async def test_what_a_member_said_in_person_is_replaced_only_in_person(
    governance: Running, nurse: Any, said: str
) -> None:
    """Who is not here and asks the others to wait does not come to agree by somebody else's hand."""
    deputy, decision_id = await governance.client("governance", DEPUTY), await proposed(nurse)
    theirs = {"employee_id": str(DEPUTY), "recorded_at_meeting": True}
    assert (await takes(nurse, decision_id, "agree", **theirs)).status_code == 201
    assert (await takes(deputy, decision_id, said, reason="Wait for me")).status_code == 201
    for position in ("agree", "cannot_live_with", "not_here"):
        refused = await takes(nurse, decision_id, position, reason="As said", **theirs)
        assert (refused.status_code, refused.json()["code"]) == (409, "position_taken_in_person")
        assert refused.json()["errors"][0]["pointer"] == "/body/employee_id"
    whole = (await nurse.get(f"/v1/decisions/{decision_id}")).json()
    assert [(one["position"], one["reason"]) for one in whole["positions"]] == [(said, "Wait for me")]
    assert (await takes(deputy, decision_id, "can_live_with", **theirs)).status_code == 201


async def test_one_member_cannot_adopt_by_recording_everybody(governance: Running, nurse: Any) -> None:
    deputy, decision_id = await governance.client("governance", DEPUTY), await proposed(nurse)
    await takes(nurse, decision_id, "agree")
    for employee in (DEPUTY, THIRD):
        await takes(nurse, decision_id, "agree", employee_id=str(employee), recorded_at_meeting=True)
    refused = await adopts(nurse, decision_id)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_few_in_person")
    assert "1 of the 2" in refused.json()["detail"]
    await takes(deputy, decision_id, "not_here")
    assert (await adopts(nurse, decision_id)).json()["code"] == "too_few_in_person", "not here is no position"
    await takes(deputy, decision_id, "can_live_with")
    adopted = await adopts(nurse, decision_id)
    assert adopted.status_code == 200, adopted.text
    assert (adopted.json()["consent"]["in_person"], adopted.json()["consent"]["needed_in_person"]) == (2, 2)


async def test_a_team_of_one_adopts_by_its_one_position(governance: Running, nurse: Any) -> None:
    decision_id = await proposed(nurse)
    for employee in (DEPUTY, THIRD):
        left = {"team_id": str(TEAM), "employee_id": str(employee), "from_on": "2025-01-01", "until_on": "2025-06-30"}
        await governance.deliver("governance", "hr.team_membership.changed.v1", left, version=2)
    await takes(nurse, decision_id, "agree")
    assert (await adopts(nurse, decision_id)).status_code == 200
