"""Publishing: what the team agreed becomes its shifts, once, and nothing without agreement or stated urgency."""

import asyncio
from datetime import timedelta
from typing import Any

from services.roster.events import ShiftPlanned
from tests.roster.agreeing.conftest import Team
from tests.roster.agreeing.made import TODAY, WEEK, Planning, day, id_of, say, state_of
from tests.roster.facts import RUTH, SANDRA, TOM, a_shift, code, pointer
from tests.running import Running

GROUND = {"kind": "agreement", "words": "They asked for it, and rest on Thursday"}


async def agreed(planning: Planning, team: Team, *these: Any, **changes: Any) -> Any:
    proposed = await planning.proposed(*(these or WEEK), **changes)
    await team.all_say(proposed)
    decided = await planning.decided(proposed)
    assert decided.status_code == 201, decided.text
    return decided


async def shifts(nurse: Any) -> list[dict[str, Any]]:
    found = (await nurse.get("/v1/shifts", params={"from_on": day(0), "to_on": day(13)})).json()
    return [shift for shift in found["items"] if shift["status"] == "planned"]


async def test_an_agreed_rota_becomes_the_teams_shifts(roster: Running, planning: Planning, team: Team) -> None:
    published = await planning.done(await agreed(planning, team), "publish", {})
    assert (state_of(published), published.json()["rota_version"]["urgency"]) == ("published", None)
    planned = await shifts(team.tom)
    # Sandra's weekend days are a shift and time on call.
    assert len(planned) == 14
    assert {(shift["employee_id"], shift["kind"]) for shift in planned} == {
        (str(RUTH), "shift"),
        (str(TOM), "shift"),
        (str(SANDRA), "shift"),
        (str(SANDRA), "on_call"),
    }
    assert all(shift["rota_version_id"] == id_of(published) and shift["told_at"] for shift in planned)
    assert not any(shift["short_notice"] for shift in planned)
    told = await roster.published("roster", ShiftPlanned)
    assert [envelope.data["status"] for envelope in told] == ["planned"] * 14


async def test_a_rota_is_not_published_without_agreement_or_stated_urgency(planning: Planning, team: Team) -> None:
    """Mission row 4.01."""
    for version in (await planning.drafted(*WEEK), await planning.proposed(*WEEK)):
        refused = await planning.tried(version, "publish", {})
        assert (refused.status_code, code(refused), pointer(refused)) == (409, "not_agreed", "/body/urgency")
    assert await shifts(team.tom) == []
    urgent = await planning.done(version, "publish", {"urgency": "Two of us are ill, and Monday has nobody"})
    assert urgent.json()["rota_version"]["urgency"] == "Two of us are ill, and Monday has nobody"
    assert len(await shifts(team.tom)) == 14


async def test_a_rota_is_published_only_once(roster: Running, planning: Planning, team: Team) -> None:
    version = await agreed(planning, team)
    answers = await asyncio.gather(*(planning.tried(version, "publish", {}) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 19
    assert {code(answer) for answer in answers if answer.status_code == 409} == {"rota_already_published"}
    assert len(await roster.published("roster", ShiftPlanned)) == 14


async def test_those_who_were_away_have_their_time_to_answer(planning: Planning, team: Team) -> None:
    proposed = await planning.proposed(*WEEK)
    for member in (team.ruth, team.tom):
        assert (await say(member, proposed)).status_code == 201
    decided = await planning.decided(proposed, RUTH, TOM)
    waits = await planning.tried(decided, "publish", {})
    assert (waits.status_code, code(waits)) == (409, "not_agreed")
    assert (await say(team.sandra, proposed, "away")).status_code == 201
    assert state_of(await planning.done(decided, "publish", {})) == "published"


async def test_silence_is_over_three_days_after_the_meeting(roster: Running, planning: Planning, team: Team) -> None:
    proposed = await planning.proposed(*WEEK)
    await roster.alter("roster", "update rota_version set proposed_at = '2026-01-05T09:00Z'")
    for member in (team.ruth, team.tom):
        assert (await say(member, proposed)).status_code == 201
    decided = await planning.decided(proposed, RUTH, TOM, meeting_on="2026-01-05")
    assert decided.status_code == 201, decided.text
    assert state_of(await planning.done(decided, "publish", {})) == "published"


async def test_a_version_that_follows_changes_only_what_differs(
    roster: Running, planning: Planning, team: Team
) -> None:
    first = await planning.done(await agreed(planning, team), "publish", {})
    before = {shift["id"]: shift for shift in await shifts(team.tom)}
    change = ((RUTH, 0, None), (TOM, 0, "E"), (SANDRA, 7, "N"))
    second = await planning.done(await agreed(planning, team, *change, from_version_id=id_of(first)), "publish", {})
    after = {shift["id"]: shift for shift in await shifts(team.tom)}
    assert state_of(await planning.read(first)) == "amended"
    assert state_of(second) == "published"
    told = [envelope.data for envelope in (await roster.published("roster", ShiftPlanned))[14:]]
    assert sorted((one["employee_id"], one["status"]) for one in told) == sorted(
        [(str(RUTH), "cancelled"), (str(TOM), "planned"), (str(SANDRA), "planned")]
    )
    assert len(before.keys() - after.keys()) == len(after.keys() - before.keys()) == 1
    moved = [one for one in after.values() if one["id"] in before and one["version"] == 2]
    assert [(one["employee_id"], one["starts_at"][11:16]) for one in moved] == [(str(TOM), "07:30")]
    assert [after[kept] for kept in after if after[kept]["version"] == 1 and kept in before] == [
        before[kept] for kept in after if after[kept]["version"] == 1 and kept in before
    ]


async def test_two_who_swap_their_days_are_moved_at_once(planning: Planning, team: Team) -> None:
    night_then_day = ((RUTH, 0, "N"), (RUTH, 2, "E"), (TOM, 0, "E"))
    first = await planning.done(await agreed(planning, team, *night_then_day), "publish", {"ground": GROUND})
    swapped = ((RUTH, 0, "E"), (RUTH, 1, "E"), (RUTH, 2, "N"), (TOM, 0, "N"))
    version = await agreed(planning, team, *swapped, from_version_id=id_of(first))
    assert state_of(await planning.done(version, "publish", {"ground": GROUND})) == "published"
    assert len(await shifts(team.tom)) == 4


async def test_a_duty_over_a_shift_that_was_planned_by_hand_is_refused(planning: Planning, team: Team) -> None:
    by_hand = a_shift(starts_at=f"{day(0)}T08:00:00Z", ends_at=f"{day(0)}T12:00:00Z")
    assert (await team.ruth.post("/v1/shifts", json=by_hand)).status_code == 201
    version = await agreed(planning, team)
    refused = await planning.tried(version, "publish", {})
    assert (refused.status_code, code(refused), pointer(refused)) == (409, "shift_clash", "/path/rota_version_id")
    assert state_of(await planning.read(version)) == "agreed"
    assert len(await shifts(team.tom)) == 1


async def test_a_rota_that_breaks_a_rule_is_published_with_its_ground_and_rest_is_owed(
    planning: Planning, team: Team
) -> None:
    late_then_early = ((RUTH, 0, "L"), (RUTH, 1, "E"))
    version = await agreed(planning, team, *late_then_early)
    refused = await planning.tried(version, "publish", {})
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "breach_needs_ground", "/body/ground")
    assert "11 h are due" in refused.json()["detail"]
    assert await shifts(team.tom) == []
    published = await planning.done(version, "publish", {"ground": GROUND})
    (breach,) = (await team.ruth.get("/v1/breaches")).json()["items"]
    assert (breach["rule_code"], breach["employee_id"], breach["missing_minutes"]) == ("rota.daily_rest", str(RUTH), 60)
    assert (breach["rota_version_id"], breach["ground"]) == (id_of(published), "agreement")
    (owed,) = (await team.ruth.get("/v1/rest-owed")).json()["items"]
    assert (owed["minutes"], owed["due_on"], owed["settled_at"]) == (60, day(15), None)
    amended = await planning.amended(published, (TOM, 3, "E"))
    assert amended.status_code == 201, amended.text
    assert [one["id"] for one in (await team.ruth.get("/v1/breaches")).json()["items"]] == [breach["id"]]
    assert (await planning.amended(amended, (RUTH, 1, None), reason="leave")).status_code == 201
    for path in ("/v1/breaches", "/v1/rest-owed"):
        assert (await team.ruth.get(path)).json()["items"] == [], "a later version has it no longer"


async def test_a_published_rota_is_amended_with_its_reason_and_people_accept(planning: Planning, team: Team) -> None:
    published = await planning.done(await agreed(planning, team), "publish", {})
    change = {"reason": "sickness", "initiated_by": str(RUTH)}
    amended = await planning.amended(published, (RUTH, 0, None), (TOM, 0, "E"), **change)
    assert (amended.status_code, state_of(amended)) == (201, "published")
    about = amended.json()["rota_version"]
    assert (about["origin"], about["reason"], about["parent_id"]) == ("amendment", "sickness", id_of(published))
    assert state_of(await planning.read(published)) == "amended"
    (moved,) = [shift for shift in await shifts(team.tom) if shift["version"] == 2]
    assert (moved["employee_id"], moved["initiated_by"]) == (str(TOM), str(RUTH))
    assert (moved["accepted_at"], moved["short_notice"]) == (None, False)
    accept = f"/v1/shifts/{moved['id']}/accept"
    by_another = await team.ruth.post(accept, headers={"If-Match": '"2"'})
    assert (by_another.status_code, code(by_another)) == (403, "not_your_shift")
    assert (await team.tom.post(accept, headers={"If-Match": '"2"'})).json()["accepted_at"] is not None
    by_hand = await team.tom.post(f"/v1/shifts/{moved['id']}/cancel", headers={"If-Match": '"3"'})
    assert (by_hand.status_code, code(by_hand)) == (409, "shift_of_rota")


async def test_what_is_not_published_is_edited_and_not_amended(planning: Planning, team: Team) -> None:
    refused = await planning.amended(await planning.proposed(*WEEK), (RUTH, 0, None))
    assert (refused.status_code, code(refused)) == (409, "nothing_published")


async def test_a_change_within_two_days_is_at_short_notice(roster: Running, team: Team) -> None:
    soon = {"from_on": str(TODAY), "to_on": str(TODAY + timedelta(days=6))}
    planning = await Planning.begun(team.ruth, **soon)
    tomorrow, later = str(TODAY + timedelta(days=1)), str(TODAY + timedelta(days=5))
    cells = [{"employee_id": str(TOM), "day_on": on, "code": "L"} for on in (tomorrow, later)]
    draft = await planning.drafted(duties=cells)
    published = await planning.done(draft, "publish", {"urgency": "It is our first rota"})
    early = [{**cell, "code": "E"} for cell in cells]
    amended = await planning.amended(published, duties=early)
    assert amended.status_code == 201, amended.text
    found = (await team.ruth.get("/v1/shifts", params=soon)).json()["items"]
    assert {shift["starts_at"][:10]: shift["short_notice"] for shift in found} == {tomorrow: True, later: False}
