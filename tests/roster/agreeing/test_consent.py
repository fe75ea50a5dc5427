"""A rota is agreed by consent: nobody objects, all who are at the meeting can live with it, and enough are there."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from uuid6 import uuid7

from services.common.events import Envelope
from tests.roster.agreeing.conftest import Team
from tests.roster.agreeing.made import TODAY, WEEK, Planning, a_decision, a_response, id_of, say, state_of
from tests.roster.facts import RUTH, SANDRA, TOM, code, hear, pointer
from tests.running import STRANGER, TEAM, Running


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody, at = await roster.client("roster", None), f"/v1/rota-versions/{uuid7()}"
    assert (await nobody.post(f"{at}/responses", json=a_response())).status_code == 401
    assert (await nobody.post(f"{at}/decision", json=a_decision())).status_code == 401


async def test_the_team_agrees_at_its_meeting(planning: Planning, team: Team) -> None:
    proposed = await planning.proposed(*WEEK)
    await team.all_say(proposed)
    assert (await say(team.tom, proposed, "can_live_with")).status_code == 201
    decided = await planning.decided(proposed)
    assert (decided.status_code, state_of(decided)) == (201, "agreed")
    consent = decided.json()["consent"]
    assert (consent["living_with"], len(consent["consenting"]), consent["silent"]) == (1, 3, [])
    assert decided.json()["decision"]["quorum_have"] == 3


async def test_one_objection_keeps_a_rota_from_being_agreed(planning: Planning, team: Team) -> None:
    proposed = await planning.proposed(*WEEK)
    await team.all_say(proposed)
    objected = await say(team.sandra, proposed, "objection")
    assert objected.status_code == 201
    refused = await planning.decided(proposed, RUTH, TOM)
    assert (refused.status_code, code(refused)) == (409, "objection_stands")
    at = f"/v1/rota-responses/{objected.json()['id']}/withdraw"
    by_another = await team.tom.post(at, headers={"If-Match": objected.headers["ETag"]})
    assert (by_another.status_code, code(by_another)) == (403, "not_your_response")
    by_herself = await team.sandra.post(at, headers={"If-Match": objected.headers["ETag"]})
    assert by_herself.status_code == 200, by_herself.text
    assert (await planning.decided(proposed, RUTH, TOM)).status_code == 201


async def test_an_objection_says_why(planning: Planning, team: Team) -> None:
    proposed = await planning.proposed(*WEEK)
    for lacking in ({"reason": None}, {"about": None}):
        refused = await say(team.tom, proposed, "objection", **lacking)
        assert (refused.status_code, code(refused)) == (422, "validation_failed")


async def test_enough_of_the_team_are_there(planning: Planning, team: Team) -> None:
    proposed = await planning.proposed(*WEEK)
    await team.all_say(proposed)
    refused = await planning.decided(proposed, RUTH)
    assert (refused.status_code, code(refused), pointer(refused)) == (409, "quorum_not_met", "/body/present")


async def test_whoever_is_there_answers_for_themselves(planning: Planning, team: Team) -> None:
    proposed = await planning.proposed(*WEEK)
    assert (await say(team.ruth, proposed)).status_code == 201
    refused = await planning.decided(proposed, RUTH, TOM)
    assert (refused.status_code, code(refused)) == (409, "present_but_silent")


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"present": [str(RUTH), str(STRANGER)]}, "/body/present"),
        ({"facilitator_id": str(STRANGER)}, "/body/facilitator_id"),
    ],
)
async def test_a_meeting_is_of_the_teams_members(
    planning: Planning, team: Team, changes: dict[str, object], at: str
) -> None:
    proposed = await planning.proposed(*WEEK)
    await team.all_say(proposed)
    refused = await planning.decided(proposed, **changes)
    assert (refused.status_code, code(refused), pointer(refused)) == (409, "not_in_the_team", at)


async def test_a_meeting_to_come_has_decided_nothing(planning: Planning) -> None:
    proposed = await planning.proposed(*WEEK)
    refused = await planning.decided(proposed, meeting_on=str(TODAY + timedelta(days=1)))
    assert (refused.status_code, pointer(refused)) == (422, "/body/meeting_on")


async def test_a_meeting_before_a_version_was_proposed_did_not_agree_it(planning: Planning, team: Team) -> None:
    """Or whoever has come since, and the time of those who were away, would be passed over."""
    proposed = await planning.proposed(*WEEK)
    await team.all_say(proposed)
    refused = await planning.decided(proposed, meeting_on=str(TODAY - timedelta(days=1)))
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "met_before_proposed", "/body/meeting_on")
    assert state_of(await planning.read(proposed)) == "proposed"


async def test_who_has_joined_since_the_meeting_may_object(roster: Running, planning: Planning, team: Team) -> None:
    proposed = await planning.proposed(*WEEK)
    await team.all_say(proposed)
    assert (await say(team.sandra, proposed, "objection")).status_code == 201
    before, joined = TODAY - timedelta(days=2), TODAY - timedelta(days=1)
    await roster.alter("roster", f"update rota_version set proposed_at = '{before}T09:00Z'")
    await roster.alter("roster", f"update team_member set from_on = '{joined}' where employee_id = '{SANDRA}'")
    refused = await planning.decided(proposed, RUTH, TOM, meeting_on=str(before))
    assert (refused.status_code, code(refused)) == (409, "objection_stands")


async def test_an_objection_to_what_was_agreed_opens_it_again(planning: Planning, team: Team) -> None:
    proposed = await planning.proposed(*WEEK)
    await team.all_say(proposed)
    assert (await planning.decided(proposed)).status_code == 201
    assert (await say(team.sandra, proposed, "objection")).status_code == 201
    assert state_of(await planning.read(proposed)) == "proposed"
    assert (await say(team.sandra, proposed, "can_live_with")).status_code == 201
    again = await planning.decided(proposed)
    assert (again.status_code, state_of(again)) == (201, "agreed")


async def test_a_last_answer_stands_in_the_place_of_the_one_before(planning: Planning, team: Team) -> None:
    proposed = await planning.proposed(*WEEK)
    answers = await asyncio.gather(*(say(team.ruth, proposed, answer) for answer in ("ok", "can_live_with") * 3))
    assert {answer.status_code for answer in answers} == {201}
    assert len((await planning.read(proposed)).json()["responses"]) == 1


async def test_a_draft_is_not_answered(planning: Planning, team: Team) -> None:
    refused = await say(team.tom, await planning.drafted(*WEEK))
    assert (refused.status_code, code(refused)) == (409, "version_not_open")


def adopted(subject: str, kind: str = "rota") -> tuple[str, dict[str, object]]:
    subjects = [{"kind": kind, "id": subject}]
    told: dict[str, object] = {"decision_id": str(uuid7()), "team_id": str(TEAM), "subjects": subjects}
    return "governance.decision.adopted.v1", told | {"adopted_on": str(TODAY)}


async def test_a_decision_agrees_nothing_that_was_proposed_after_it(roster: Running, planning: Planning) -> None:
    proposed = await planning.proposed(*WEEK)
    name, told = adopted(planning.rota["id"])
    about = {"source": "/heatshield/governance", "subject": f"decision/{uuid7()}", "aggregateversion": 1}
    earlier = datetime.now(UTC) - timedelta(minutes=5)
    await roster.hand_over("roster", Envelope.model_validate({"type": name, "data": told, "time": earlier} | about))
    assert state_of(await planning.read(proposed)) == "proposed"


async def test_who_said_nothing_to_a_decision_of_the_teams_list_has_their_time_too(
    roster: Running, planning: Planning, team: Team
) -> None:
    proposed = await planning.proposed(*WEEK)
    for member in (team.ruth, team.tom):
        assert (await say(member, proposed)).status_code == 201
    await hear(roster, adopted(id_of(proposed)))
    agreed = await planning.read(proposed)
    waits = await planning.tried(agreed, "publish", {})
    assert (state_of(agreed), waits.status_code, code(waits)) == ("agreed", 409, "not_agreed")
    await roster.alter("roster", "update rota_decision set meeting_on = meeting_on - 4")
    assert state_of(await planning.done(agreed, "publish", {})) == "published"


async def test_a_decision_of_the_teams_list_agrees_the_rota_that_it_is_about(
    roster: Running, planning: Planning, team: Team
) -> None:
    proposed = await planning.proposed(*WEEK)
    await hear(roster, adopted(str(uuid7())))
    await hear(roster, adopted(id_of(proposed), "spend"))
    assert state_of(await planning.read(proposed)) == "proposed"
    assert (await say(team.tom, proposed, "objection")).status_code == 201
    await hear(roster, adopted(id_of(proposed)))
    assert state_of(await planning.read(proposed)) == "proposed"
    assert (await say(team.tom, proposed)).status_code == 201
    fact = adopted(planning.rota["id"])
    await hear(roster, fact)
    agreed = await planning.read(proposed)
    assert (state_of(agreed), agreed.json()["decision"]["decision_id"]) == ("agreed", fact[1]["decision_id"])
