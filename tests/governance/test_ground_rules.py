"""A team has few ground rules: a ninth replaces one of the eight."""

import asyncio
from typing import Any

import pytest
from uuid6 import uuid7

from tests.governance.test_decisions import adopts, proposed, takes
from tests.running import DEPUTY, OTHER_TEAM, TEAM, Running


def a_rule(**changes: Any) -> dict[str, Any]:
    return {
        "id": str(uuid7()),
        "team_id": str(TEAM),
        "words": "We speak with each other, not about each other",
    } | changes


async def with_rules(nurse: Any, count: int = 8) -> list[dict[str, Any]]:
    answers = [await nurse.post("/v1/ground-rules", json=a_rule(words=f"Rule {place}")) for place in range(count)]
    assert [answer.status_code for answer in answers] == [201] * count
    return [answer.json() for answer in answers]


async def adopted(governance: Running, nurse: Any, *subjects: tuple[str, str]) -> str:
    about = [{"kind": kind, "id": subject_id} for kind, subject_id in subjects]
    decision_id = await proposed(nurse, subjects=about)
    await takes(nurse, decision_id, "agree")
    await takes(await governance.client("governance", DEPUTY), decision_id, "agree")
    assert (await adopts(nurse, decision_id)).status_code == 200
    return decision_id


async def in_force(nurse: Any) -> list[dict[str, Any]]:
    return list((await nurse.get("/v1/ground-rules", params={"team_id": str(TEAM)})).json()["items"])


async def test_anonymous_is_refused(governance: Running) -> None:
    nobody = await governance.client("governance", None)
    assert (await nobody.post("/v1/ground-rules", json=a_rule())).status_code == 401


@pytest.mark.parametrize("persona", ["coach", "heatshield", "steering", "social_worker"])
async def test_only_the_team_gives_itself_rules(governance: Running, persona: str) -> None:
    other = await governance.client("governance", uuid7(), persona)
    assert (await other.post("/v1/ground-rules", json=a_rule())).status_code == 403
    assert (await other.get("/v1/ground-rules")).status_code == 403


async def test_another_teams_rules_are_not_seen_or_made(nurse: Any, stranger: Any) -> None:
    await with_rules(nurse, 1)
    assert (await stranger.get("/v1/ground-rules", params={"team_id": str(TEAM)})).json()["items"] == []
    assert (await nurse.post("/v1/ground-rules", json=a_rule(team_id=str(OTHER_TEAM)))).status_code == 404


async def test_a_ninth_rule_has_to_replace_one(governance: Running, nurse: Any) -> None:
    """Row 5.04: when they create a new one, they have to lose one."""
    rules = await with_rules(nurse)
    ninth = await nurse.post("/v1/ground-rules", json=a_rule())
    assert ninth.status_code == 409
    assert ninth.json()["code"] == "rule_needs_to_replace_one"
    assert ninth.json()["errors"][0]["pointer"] == "/body/replaces"
    decision_id = await adopted(governance, nurse, ("ground_rule", rules[5]["id"]))
    new = a_rule(words="Phones off at lunch", replaces=rules[5]["id"], decision_id=decision_id)
    replaced = await nurse.post("/v1/ground-rules", json=new)
    assert replaced.status_code == 201, replaced.text
    assert replaced.json()["place"] == 6
    now = await in_force(nurse)
    assert len(now) == 8
    assert rules[5]["id"] not in {rule["id"] for rule in now}
    lost = (await nurse.get("/v1/ground-rules", params={"in_force": "false"})).json()["items"]
    assert [rule["id"] for rule in lost] == [rules[5]["id"]]
    assert lost[0]["replaced_on"] == replaced.json()["from_on"]


@pytest.mark.parametrize("count", [1, 8])
async def test_replacing_a_rule_takes_an_adopted_decision_of_this_team(
    governance: Running, nurse: Any, stranger: Any, count: int
) -> None:
    """However many the team has: what it agreed together is not one member's to rewrite."""
    rules = await with_rules(nurse, count)
    about = [{"kind": "ground_rule", "id": rules[0]["id"]}]
    theirs = await proposed(stranger, team_id=str(OTHER_TEAM), subjects=about)
    await takes(stranger, theirs, "agree")
    assert (await adopts(stranger, theirs)).status_code == 200
    for decision_id in (None, str(uuid7()), await proposed(nurse, subjects=about), theirs):
        refused = await nurse.post("/v1/ground-rules", json=a_rule(replaces=rules[0]["id"], decision_id=decision_id))
        assert refused.status_code == 409
        assert refused.json()["code"] == "decision_not_adopted"
    assert [rule["id"] for rule in await in_force(nurse)] == [rule["id"] for rule in rules]


async def test_a_rule_is_replaced_by_a_decision_about_it(governance: Running, nurse: Any) -> None:
    first, second = await with_rules(nurse, 2)
    for about in ([], [("referral", first["id"])], [("ground_rule", second["id"])]):
        decision_id = await adopted(governance, nurse, *about)
        refused = await nurse.post("/v1/ground-rules", json=a_rule(replaces=first["id"], decision_id=decision_id))
        assert (refused.status_code, refused.json()["code"]) == (409, "decision_about_something_else")
        assert refused.json()["errors"][0]["pointer"] == "/body/decision_id"
    assert [rule["id"] for rule in await in_force(nurse)] == [first["id"], second["id"]]


async def test_a_decision_replaces_the_rules_that_it_names_and_each_once(governance: Running, nurse: Any) -> None:
    rules = await with_rules(nurse, 3)
    decision_id = await adopted(governance, nurse, *(("ground_rule", rule["id"]) for rule in rules[:2]))

    async def replaced(rule: Any) -> tuple[int, str]:
        answer = await nurse.post("/v1/ground-rules", json=a_rule(replaces=rule["id"], decision_id=decision_id))
        return answer.status_code, answer.json().get("code", "")

    assert [await replaced(rule) for rule in rules[:2]] == [(201, "")] * 2
    assert await replaced(rules[0]) == (409, "ground_rule_not_in_force")
    assert await replaced(rules[2]) == (409, "decision_about_something_else")


async def test_only_a_rule_in_force_can_be_replaced(governance: Running, nurse: Any) -> None:
    rules = await with_rules(nurse)
    decision_id = await adopted(governance, nurse, ("ground_rule", rules[0]["id"]))
    first = await nurse.post("/v1/ground-rules", json=a_rule(replaces=rules[0]["id"], decision_id=decision_id))
    assert first.status_code == 201
    for gone in (rules[0]["id"], str(uuid7())):
        refused = await nurse.post("/v1/ground-rules", json=a_rule(replaces=gone, decision_id=decision_id))
        assert refused.status_code == 409
        assert refused.json()["code"] == "ground_rule_not_in_force"


async def test_two_who_add_the_eighth_rule_at_once_do_not_make_nine(governance: Running, nurse: Any) -> None:
    await with_rules(nurse, 7)
    deputy = await governance.client("governance", DEPUTY)
    both = await asyncio.gather(*(client.post("/v1/ground-rules", json=a_rule()) for client in (nurse, deputy)))
    assert sorted(answer.json().get("code", "agreed") for answer in both) == ["agreed", "rule_needs_to_replace_one"]
    assert [rule["place"] for rule in await in_force(nurse)] == list(range(1, 9))


async def test_everybody_shares_the_three_goals(nurse: Any, coach: Any) -> None:
    for client in (nurse, coach):
        goals = (await client.get("/v1/goals")).json()["items"]
        assert [goal["name"] for goal in goals] == ["Good care", "Financial health", "Have fun"]
        assert all("AQuA" in goal["source"] for goal in goals)
