"""Two members of a team exchange shifts, with no manager between them."""

import asyncio
from typing import Any

import pytest

from services.roster.events import ShiftPlanned
from tests.roster.agreeing.made import a_leave, an_agreement
from tests.roster.facts import EDITH, RUTH, SANDRA, TOM, a_plan, a_visit, code, pointer
from tests.roster.swapping.conftest import Team
from tests.roster.swapping.made import (
    LATE,
    NIGHT,
    a_skill,
    a_swap,
    at,
    checked,
    done,
    duty,
    offered,
    planned,
    step,
    who_works,
)
from tests.running import OTHER_TEAM, STRANGER, Running

GROUND = {"ground": {"kind": "agreement", "words": "Nobody else can"}}


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.post("/v1/swaps", json=a_swap(str(RUTH)))).status_code == 401
    assert (await nobody.get("/v1/swaps")).status_code == 401
    for verb in ("accept", "check", "cosign", "apply", "decline", "withdraw"):
        assert (await nobody.post(f"/v1/swaps/{RUTH}/{verb}", json={})).status_code == 401


async def test_two_members_exchange_their_shifts_and_the_others_hear_of_both(roster: Running, team: Team) -> None:
    early, late = await planned(team.ruth, RUTH, 0), await planned(team.ruth, TOM, 1, LATE)
    swap = await checked(team.ruth, team.tom, early, to_employee_id=TOM, takes=[late])
    assert swap.json()["delta"]["breaches"] == []
    assert await who_works(team.ruth, 0, 1) == [(str(RUTH), at(0, "07:30")), (str(TOM), at(1, "13:30"))]
    applied = (await done(team.ruth, swap, "apply", {})).json()
    assert (applied["state"], applied["ground"]) == ("applied", None)
    assert await who_works(team.ruth, 0, 1) == [(str(RUTH), at(1, "13:30")), (str(TOM), at(0, "07:30"))]
    told = (await roster.published("roster", ShiftPlanned))[2:]
    assert {(one.data["shift_id"], one.data["employee_id"]) for one in told} == {(early, str(TOM)), (late, str(RUTH))}
    assert {one.aggregateversion for one in told} == {2}


async def test_whoever_accepts_an_offer_to_all_names_what_is_given_for_it(team: Team) -> None:
    early, late = await planned(team.ruth, RUTH, 0), await planned(team.ruth, SANDRA, 0, LATE)
    offer = await offered(team.ruth, early)
    assert (offer.json()["to_all"], offer.json()["until_at"]) == (True, at(0, "07:30"))
    accepted = await done(team.sandra, offer, "accept", {"takes": [late]})
    assert (accepted.json()["to_employee_id"], accepted.json()["takes"]) == (str(SANDRA), [late])
    taken = await step(team.tom, offer, "accept", {})
    assert (taken.status_code, code(taken)) == (412, "precondition_failed")
    await done(team.ruth, await done(team.sandra, accepted, "check"), "apply", {})
    assert await who_works(team.ruth, 0) == [(str(RUTH), at(0, "13:30")), (str(SANDRA), at(0, "07:30"))]


async def test_shifts_at_the_same_time_change_hands(team: Team) -> None:
    mine, theirs = await planned(team.ruth, RUTH, 0), await planned(team.ruth, TOM, 0)
    await done(team.ruth, await checked(team.ruth, team.tom, mine, to_employee_id=TOM, takes=[theirs]), "apply", {})
    assert len(await who_works(team.ruth, 0)) == 2


async def test_a_swap_into_somebodys_own_shift_is_refused_whole(team: Team) -> None:
    early, busy = await planned(team.ruth, RUTH, 0), duty(TOM, 0, ("09:00", "12:00"))
    swap = await checked(team.ruth, team.tom, early, to_employee_id=TOM)
    await team.ruth.post("/v1/shifts", json=busy)
    refused = await step(team.ruth, swap, "apply", GROUND)
    assert (refused.status_code, code(refused), pointer(refused)) == (409, "shift_clash", "/path/swap_id")
    assert (str(RUTH), at(0, "07:30")) in await who_works(team.ruth, 0)


async def test_a_swap_that_breaks_rest_needs_a_ground(team: Team) -> None:
    """Mission row 4.06: a swap keeps the rules of rest."""
    early = await planned(team.ruth, RUTH, 1)
    await planned(team.ruth, TOM, 0, LATE)
    swap = await checked(team.ruth, team.tom, early, to_employee_id=TOM)
    (broken,) = swap.json()["delta"]["breaches"]
    assert (broken["law"], broken["employee_id"]) == ("daily_rest", str(TOM))
    assert (broken["missing_minutes"], broken["rest_owed_minutes"]) == (60, 60)
    assert broken["words"].startswith("{0} rests 10 h between ")
    refused = await step(team.ruth, swap, "apply", {})
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "breach_needs_ground", "/body/ground")
    assert refused.json()["detail"].startswith("This person rests 10 h between ")
    ground = {"kind": "emergency", "words": "Ruth's mother was taken to hospital"}
    assert (await done(team.ruth, swap, "apply", {"ground": ground})).json()["ground"] == ground
    (breach,) = (await team.ruth.get("/v1/breaches")).json()["items"]
    assert (breach["employee_id"], breach["rule_code"], breach["shift_id"]) == (str(TOM), "rota.daily_rest", early)
    assert (breach["ground"], breach["words"]) == ("emergency", ground["words"])
    (owed,) = (await team.ruth.get("/v1/rest-owed")).json()["items"]
    assert (owed["employee_id"], owed["minutes"], owed["settled_at"]) == (str(TOM), 60, None)


async def test_a_swap_counts_anew_what_rest_was_made_up_for(team: Team) -> None:
    """Tom is owed an hour since Tuesday, and with Ruth's shift of Thursday has rested for longer before his next."""
    await planned(team.ruth, TOM, 0, LATE)
    await planned(team.ruth, TOM, 1, **GROUND)
    owed = [(await team.ruth.get("/v1/rest-owed")).json()["items"]]
    swap = await checked(team.ruth, team.tom, await planned(team.ruth, RUTH, 3), to_employee_id=TOM)
    await done(team.ruth, swap, "apply", {})
    owed.append((await team.ruth.get("/v1/rest-owed")).json()["items"])
    assert [[(one["taken_minutes"], one["settled_at"]) for one in found] for found in owed] == [
        [(0, None)],
        [(60, at(2, "03:30"))],
    ]


async def test_nobody_takes_a_shift_on_a_day_of_their_leave_whatever_the_ground(team: Team) -> None:
    """It was agreed after both had looked at the swap."""
    early = await planned(team.ruth, RUTH, 1)
    swap = await checked(team.ruth, team.tom, early, to_employee_id=TOM)
    assert swap.json()["delta"]["breaches"] == []
    told = {"kind": "sick", "from_on": at(1, "00:00")[:10], "to_on": at(2, "00:00")[:10], "minutes": 900}
    assert (await team.tom.post("/v1/leave", json=a_leave(TOM, **told))).status_code == 201
    refused = await step(team.ruth, swap, "apply", GROUND)
    assert (refused.status_code, code(refused), pointer(refused)) == (409, "on_leave", "/path/swap_id")
    again = (await done(team.tom, swap, "check")).json()["delta"]["breaches"]
    assert [(one["law"], one["employee_id"]) for one in again] == [("leave", str(TOM))]
    assert await who_works(team.ruth, 1) == [(str(RUTH), at(1, "07:30"))]


async def test_what_is_broken_already_is_not_the_swaps_doing(team: Team) -> None:
    await planned(team.ruth, RUTH, 0, LATE)
    await planned(team.ruth, RUTH, 1, **GROUND)
    other = await planned(team.ruth, RUTH, 9)
    swap = await checked(team.ruth, team.tom, other, to_employee_id=TOM)
    assert swap.json()["delta"]["breaches"] == []


async def test_a_shift_that_moved_since_the_check_is_checked_again(roster: Running, team: Team) -> None:
    early, late = await planned(team.ruth, RUTH, 0), await planned(team.ruth, TOM, 1, LATE)
    swap = await checked(team.ruth, team.tom, early, to_employee_id=TOM, takes=[late])
    await roster.alter("roster", f"update shift set version = version + 1 where id = '{late}'")
    refused = await step(team.ruth, swap, "apply", {})
    assert (refused.status_code, code(refused), pointer(refused)) == (412, "shifts_have_moved", "/path/swap_id")
    await done(team.ruth, await done(team.tom, swap, "check"), "apply", {})


async def test_of_two_who_apply_at_once_one_does(roster: Running, team: Team) -> None:
    early, late = await planned(team.ruth, RUTH, 0), await planned(team.ruth, TOM, 1, LATE)
    swap = await checked(team.ruth, team.tom, early, to_employee_id=TOM, takes=[late])
    answers = await asyncio.gather(*(step(team.ruth, swap, "apply", {}) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 9
    assert len(await roster.published("roster", ShiftPlanned)) == 4


async def test_one_shift_in_two_swaps_changes_hands_once(team: Team) -> None:
    early = await planned(team.ruth, RUTH, 0)
    to_tom = await checked(team.ruth, team.tom, early, to_employee_id=TOM)
    to_sandra = await checked(team.ruth, team.sandra, early, to_employee_id=SANDRA)
    answers = await asyncio.gather(*(step(team.ruth, swap, "apply", GROUND) for swap in (to_tom, to_sandra)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert code(refused) == "not_their_shift"


@pytest.mark.parametrize(
    ("who", "verb"),
    [("ruth", "accept"), ("sandra", "accept"), ("sandra", "check"), ("sandra", "decline"), ("tom", "withdraw")],
)
async def test_each_of_the_two_speaks_for_themselves(team: Team, who: str, verb: str) -> None:
    offer = await offered(team.ruth, await planned(team.ruth, RUTH, 0), to_employee_id=TOM)
    if verb == "check":
        offer = await done(team.tom, offer, "accept", {})
    refused = await step(getattr(team, who), offer, verb, {} if verb == "accept" else None)
    assert (refused.status_code, code(refused)) == (409, "not_your_swap")


async def test_a_swap_takes_its_steps_in_order(team: Team) -> None:
    offer = await offered(team.ruth, await planned(team.ruth, RUTH, 0), to_employee_id=TOM)
    for verb in ("check", "apply"):
        refused = await step(team.ruth, offer, verb, {} if verb == "apply" else None)
        assert (refused.status_code, code(refused)) == (409, "swap_not_ready")
    declined = await done(team.tom, offer, "decline")
    refused = await step(team.ruth, declined, "withdraw")
    assert (refused.status_code, code(refused)) == (409, "swap_is_over")


async def test_a_swap_expires_when_its_first_shift_begins(roster: Running, team: Team) -> None:
    offer = await offered(team.ruth, await planned(team.ruth, RUTH, 0), to_employee_id=TOM)
    await roster.alter("roster", "update swap set until_at = now()")
    refused = await step(team.tom, offer, "accept", {})
    assert (refused.status_code, code(refused)) == (409, "swap_is_over")


async def test_everybody_gives_planned_shifts_of_their_own(team: Team) -> None:
    mine, theirs = await planned(team.ruth, RUTH, 0), await planned(team.ruth, TOM, 1, LATE)
    meeting = await planned(team.ruth, RUTH, 2, kind="meeting")
    begun = duty(RUTH, 0)
    begun |= {"starts_at": "2026-03-02T08:00:00Z", "ends_at": "2026-03-02T16:00:00Z"}
    await team.ruth.post("/v1/shifts", json=begun)
    for swap, field in (
        (a_swap(theirs), "gives"),
        (a_swap(meeting), "gives"),
        (a_swap(begun["id"]), "gives"),
        (a_swap(mine, to_employee_id=TOM, takes=[mine]), "takes"),
        (a_swap(mine, takes=[theirs]), "takes"),
    ):
        refused = await team.ruth.post("/v1/swaps", json=swap)
        assert (refused.status_code, code(refused), pointer(refused)) == (409, "not_their_shift", f"/body/{field}")


async def test_a_swap_is_with_a_member_of_the_team(team: Team) -> None:
    mine = await planned(team.ruth, RUTH, 0)
    refused = await team.ruth.post("/v1/swaps", json=a_swap(mine, to_employee_id=STRANGER))
    assert (refused.status_code, code(refused), pointer(refused)) == (409, "not_in_the_team", "/body/to_employee_id")
    refused = await team.ruth.post("/v1/swaps", json=a_swap(mine, to_employee_id=RUTH))
    assert (refused.status_code, code(refused)) == (409, "not_your_swap")


async def test_another_teams_swaps_do_not_exist_for_a_nurse(roster: Running, team: Team) -> None:
    stranger = await roster.client("roster", STRANGER)
    mine = await planned(team.ruth, RUTH, 0)
    offer = await offered(team.ruth, mine)
    assert (await step(stranger, offer, "accept", {})).status_code == 404
    assert (await stranger.get(f"/v1/swaps/{offer.json()['id']}")).status_code == 404
    assert (await stranger.get("/v1/swaps")).json()["items"] == []
    assert (await team.ruth.post("/v1/swaps", json=a_swap(mine, team_id=OTHER_TEAM))).status_code == 404
    assert [one["id"] for one in (await team.tom.get("/v1/swaps", params={"state": "offered"})).json()["items"]] == [
        offer.json()["id"]
    ]


async def test_where_the_team_agreed_so_a_third_member_countersigns_a_night(roster: Running, team: Team) -> None:
    agreed = await team.ruth.post("/v1/team-agreements", json=an_agreement(1, code="rota.swap_cosign"))
    assert agreed.status_code == 201, agreed.text
    swap = await checked(team.ruth, team.tom, await planned(team.ruth, RUTH, 0, NIGHT), to_employee_id=TOM)
    assert swap.json()["delta"]["needs_cosign"] is True
    refused = await step(team.ruth, swap, "apply", {})
    assert (refused.status_code, code(refused)) == (409, "swap_needs_cosign")
    own = await step(team.tom, swap, "cosign")
    assert (own.status_code, code(own)) == (409, "not_your_swap")
    cosigned = await done(team.sandra, swap, "cosign")
    await done(team.ruth, cosigned, "apply", {})


@pytest.mark.parametrize("persona", ["coach", "heatshield", "hr", "finance", "steering", "commissioner", "service"])
async def test_nobody_outside_the_team_reads_its_swaps(roster: Running, persona: Any) -> None:
    other = await roster.client("roster", "somebody", persona)
    assert (await other.get("/v1/swaps")).status_code == 403


async def test_both_are_told_which_skill_would_rest_on_one_person_and_which_visit_is_left_behind(team: Team) -> None:
    """As when Priya swaps with Megan (J3, step 6)."""
    plan = a_plan(days=[], skills=["compression"])
    assert (await team.ruth.post("/v1/visit-plans", json=plan)).status_code == 201
    for who in (RUTH, TOM):
        assert (await team.ruth.post("/v1/member-skills", json=a_skill(who, "compression"))).status_code == 201
    mine, _ = await planned(team.ruth, RUTH, 0), await planned(team.ruth, TOM, 0)
    visit = a_visit(visit_plan_id=plan["id"], starts_at=at(0, "10:00"), ends_at=at(0, "11:15"))
    answer = await team.ruth.post("/v1/visits", json=visit)
    assert answer.status_code == 201, answer.text
    delta = (await checked(team.ruth, team.sandra, mine, to_employee_id=SANDRA)).json()["delta"]
    (resting,) = delta["skills"]
    assert (resting["skill"], resting["employee_ids"], resting["visit_ids"]) == (
        "compression",
        [str(TOM)],
        [visit["id"]],
    )
    assert resting["words"].startswith("compression rests on {0} alone on Mon ")
    assert resting["words"].endswith("; 1 visit needs it")
    assert delta["visits"] == [{"visit_id": visit["id"], "employee_id": str(RUTH)}]
    assert str(EDITH) not in str(delta)
