"""A decision is adopted by consent: enough of the team took a position, and nobody objects."""

import asyncio
from typing import Any

import pytest
from uuid6 import uuid7

from services.governance.events import DecisionAdopted
from tests.governance.conftest import THIRD
from tests.governance.deciding import a_decision, adopts, day_from_now, proposed, takes
from tests.running import DEPUTY, NURSE, OTHER_TEAM, TEAM, Running


async def test_anonymous_is_refused(governance: Running) -> None:
    nobody = await governance.client("governance", None)
    assert (await nobody.post("/v1/decisions", json=a_decision())).status_code == 401


@pytest.mark.parametrize("persona", ["coach", "heatshield", "steering", "social_worker", "commissioner", "service"])
async def test_only_the_team_itself_decides(governance: Running, nurse: Any, persona: str) -> None:
    decision_id = await proposed(nurse)
    other = await governance.client("governance", NURSE, persona)
    for path in ("/v1/decisions", f"/v1/decisions/{decision_id}"):
        assert (await other.get(path)).status_code == 403
    assert (await takes(other, decision_id, "agree")).status_code == 403
    assert (await adopts(other, decision_id)).status_code == 403


async def test_another_team_cannot_tell_a_hidden_decision_from_none(nurse: Any, stranger: Any) -> None:
    decision_id = await proposed(nurse)
    hidden, absent = await stranger.get(f"/v1/decisions/{decision_id}"), await stranger.get(f"/v1/decisions/{uuid7()}")
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}
    assert (await takes(stranger, decision_id, "agree")).status_code == 404
    assert (await adopts(stranger, decision_id)).status_code == 404
    assert (await nurse.post("/v1/decisions", json=a_decision(team_id=str(OTHER_TEAM)))).status_code == 404
    assert (await stranger.get("/v1/decisions", params={"team_id": str(TEAM)})).json()["items"] == []


async def test_one_objection_stops_adoption_and_so_does_a_missing_quorum(governance: Running, nurse: Any) -> None:
    """Row 5.03: agree or can live with it; one cannot_live_with stops adoption; there is a quorum."""
    deputy, third = await governance.client("governance", DEPUTY), await governance.client("governance", THIRD)
    decision_id = await proposed(nurse)
    await takes(nurse, decision_id, "agree")
    await takes(third, decision_id, "not_here")
    too_few = await adopts(nurse, decision_id)
    assert too_few.status_code == 409
    assert too_few.json()["code"] == "quorum_not_met"
    await takes(deputy, decision_id, "cannot_live_with", reason="Wednesday is full already")
    objected = await adopts(nurse, decision_id)
    assert objected.status_code == 409
    assert objected.json()["code"] == "objection_stands"
    assert "Wednesday" not in objected.text
    assert await governance.published("governance", DecisionAdopted) == []
    await takes(deputy, decision_id, "can_live_with")
    adopted = await adopts(nurse, decision_id)
    assert adopted.status_code == 200, adopted.text
    assert adopted.json()["status"] == "adopted"
    assert adopted.json()["consent"] == {
        "members": 3,
        "needed": 2,
        "answered": 2,
        "agree": 1,
        "can_live_with": 1,
        "cannot_live_with": 0,
        "in_person": 2,
        "needed_in_person": 2,
    }


async def test_an_adopted_decision_is_told_with_its_subjects(governance: Running, nurse: Any) -> None:
    deputy = await governance.client("governance", DEPUTY)
    subject = {"kind": "referral", "id": str(uuid7())}
    decision_id = await proposed(nurse, subjects=[subject])
    await takes(nurse, decision_id, "agree")
    await takes(deputy, decision_id, "can_live_with")
    adopted = (await adopts(nurse, decision_id)).json()
    (told,) = await governance.published("governance", DecisionAdopted)
    assert told.data == {
        "decision_id": decision_id,
        "team_id": str(TEAM),
        "subjects": [subject],
        "adopted_on": adopted["adopted_on"],
        "agree": 1,
        "can_live_with": 1,
    }
    assert told.aggregateversion == adopted["version"]


async def test_a_decision_is_settled_only_once(governance: Running, nurse: Any) -> None:
    deputy = await governance.client("governance", DEPUTY)
    decision_id = await proposed(nurse)
    await takes(nurse, decision_id, "agree")
    await takes(deputy, decision_id, "agree")
    both = await asyncio.gather(adopts(nurse, decision_id), adopts(deputy, decision_id))
    one, other = sorted(answer.status_code for answer in both)
    assert (one, other in {409, 412}) == (200, True)
    late = await takes(deputy, decision_id, "cannot_live_with", reason="Too late")
    ended = await nurse.post(f"/v1/decisions/{decision_id}/not-adopt", json={"reason": "Changed our minds"})
    for refused in (late, ended):
        assert refused.status_code == 409
        assert refused.json()["code"] == "decision_already_settled"
    assert len(await governance.published("governance", DecisionAdopted)) == 1


async def test_a_decision_not_adopted_says_why_and_is_not_told(governance: Running, nurse: Any) -> None:
    decision_id = await proposed(nurse)
    without = await nurse.post(f"/v1/decisions/{decision_id}/not-adopt", json={})
    assert without.status_code == 422
    ended = await nurse.post(f"/v1/decisions/{decision_id}/not-adopt", json={"reason": "Rule 6 protects us"})
    assert ended.status_code == 200, ended.text
    assert (ended.json()["status"], ended.json()["outcome_words"]) == ("not_adopted", "Rule 6 protects us")
    assert (await adopts(nurse, decision_id)).json()["code"] == "decision_already_settled"
    assert await governance.published("governance") == []


async def test_a_review_lies_ahead(governance: Running, nurse: Any) -> None:
    decision_id = await proposed(nurse)
    await takes(nurse, decision_id, "agree")
    await takes(await governance.client("governance", DEPUTY), decision_id, "agree")
    refused = await adopts(nurse, decision_id, review_on=day_from_now(-1))
    assert refused.status_code == 422
    assert refused.json()["code"] == "review_in_the_past"
    assert (await nurse.post(f"/v1/decisions/{decision_id}/adopt", json={})).status_code == 422
    assert (await adopts(nurse, decision_id, review_on=day_from_now(0))).status_code == 200


async def test_a_subject_is_named_once(nurse: Any) -> None:
    subject = {"kind": "rota", "id": str(uuid7())}
    refused = await nurse.post("/v1/decisions", json=a_decision(subjects=[subject, subject]))
    assert refused.status_code == 422


async def test_needs_me_lists_the_open_decisions_that_wait_for_the_caller(governance: Running, nurse: Any) -> None:
    answered, waiting, ended = [await proposed(nurse) for _ in range(3)]
    await takes(nurse, answered, "not_here")
    await nurse.post(f"/v1/decisions/{ended}/not-adopt", json={"reason": "No longer needed"})
    mine = (await nurse.get("/v1/decisions", params={"needs_me": "true", "team_id": str(TEAM)})).json()["items"]
    assert [decision["id"] for decision in mine] == [waiting]
    deputy = await governance.client("governance", DEPUTY)
    theirs = (await deputy.get("/v1/decisions", params={"needs_me": "true"})).json()["items"]
    assert [decision["id"] for decision in theirs] == [answered, waiting]
    closed = (await nurse.get("/v1/decisions", params={"status": "not_adopted"})).json()["items"]
    assert [decision["id"] for decision in closed] == [ended]


async def test_decisions_are_listed_page_by_page(nurse: Any) -> None:
    ids = [await proposed(nurse) for _ in range(3)]
    first = (await nurse.get("/v1/decisions", params={"limit": 2})).json()
    rest = (await nurse.get("/v1/decisions", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [decision["id"] for decision in first["items"] + rest["items"]] == ids
    assert rest["next_cursor"] is None


async def test_a_decision_sent_twice_is_kept_once(nurse: Any) -> None:
    decision, key = a_decision(), {"Idempotency-Key": str(uuid7())}
    first = await nurse.post("/v1/decisions", json=decision, headers=key)
    again = await nurse.post("/v1/decisions", json=decision, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    without = await nurse.post("/v1/decisions", json=decision)
    assert without.status_code == 409
    assert without.json()["code"] == "already_recorded"
