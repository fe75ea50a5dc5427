"""The shift of a loan: whose time it takes, what is judged of it, and how it ends (row 4.11)."""

from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from services.roster.events import ShiftPlanned
from tests.roster.agreeing.made import a_leave
from tests.roster.facts import TOM, code, pointer
from tests.roster.swapping.conftest import Team
from tests.roster.swapping.lent import GROUND, a_loan, asked, lending, ok, placed, refused
from tests.roster.swapping.made import EARLY, LATE, MONDAY, NIGHT, a_swap, at, planned
from tests.running import OTHER_TEAM, TEAM, Running, owner


async def test_the_shift_of_a_loan_is_neither_swapped_nor_recalled_away(
    roster: Running, there: Any, team: Team
) -> None:
    """Not even where the nurse who is lent belongs to the borrowing team as well."""
    loan = await placed(there, team)
    await roster.join("roster", team=OTHER_TEAM, employee=TOM)
    (shift,) = (await there.get("/v1/shifts")).json()["items"]
    swap = await team.tom.post("/v1/swaps", json=a_swap(shift["id"], team_id=OTHER_TEAM))
    assert (swap.status_code, code(swap)) == (409, "not_their_shift")
    await called_back(roster, OTHER_TEAM)
    (shift,) = (await there.get("/v1/shifts")).json()["items"]
    assert shift["status"] == "planned"
    assert (await ok(there, loan, "end")).json()["state"] == "ended"


async def test_the_others_hear_that_a_shift_is_a_loan(roster: Running, there: Any, team: Team) -> None:
    """Who is lent works on the borrower's records for that time: caseload opens them by this."""
    loan = await placed(there, team)
    (told,) = await roster.published("roster", ShiftPlanned)
    about = {"loan_id": loan.json()["id"], "team_id": str(OTHER_TEAM), "employee_id": str(TOM), "status": "planned"}
    assert told.data | about == told.data
    await ok(there, loan, "end")
    assert (await roster.published("roster", ShiftPlanned))[-1].data["status"] == "cancelled"
    await planned(team.ruth, TOM, 3)
    assert (await roster.published("roster", ShiftPlanned))[-1].data["loan_id"] is None


async def test_without_its_shift_a_loan_is_over(roster: Running, there: Any, team: Team) -> None:
    loan = await placed(there, team)
    async with owner(roster.databases["roster"].url) as connection:
        await connection.execute("update shift set status = 'cancelled'")
    assert await refused(there, loan, "end") == (409, "loan_is_over", "/path/loan_id")


async def called_back(roster: Running, from_team: UUID) -> None:
    """Tom's last day is the Monday."""
    told = {"employee_id": str(TOM), "team_id": str(from_team), "last_on": str(MONDAY), "leaves_team": True}
    await roster.deliver("roster", "hr.secondment.recalled.v1", told)


async def test_whoever_is_called_back_is_lent_no_more(roster: Running, there: Any, team: Team) -> None:
    kept, off = await placed(there, team), await placed(there, team, 2)
    agreed = await ok(team.ruth, await asked(there, 4), "agree", lending())
    await called_back(roster, TEAM)
    now = {one["id"]: one["state"] for one in (await there.get("/v1/loans")).json()["items"]}
    assert [now[one.json()["id"]] for one in (kept, off, agreed)] == ["placed", "ended", "declined"]
    shifts = {one["starts_at"]: one["status"] for one in (await there.get("/v1/shifts")).json()["items"]}
    assert shifts == {kept.json()["starts_at"]: "planned", off.json()["starts_at"]: "cancelled"}
    last = (await roster.published("roster", ShiftPlanned))[-1]
    assert (last.data["team_id"], last.data["status"]) == (str(OTHER_TEAM), "cancelled")


async def test_nobody_is_in_two_places(there: Any, team: Team) -> None:
    loan = await ok(team.ruth, await asked(there, 0, LATE), "agree", lending())
    await planned(team.ruth, TOM, 0, EARLY)
    assert await refused(team.tom, loan, "place") == (409, "shift_clash", "/path/loan_id")
    again = await asked(there, 0, LATE)
    assert await refused(team.ruth, again, "agree", lending()) == (409, "shift_clash", "/body/employee_id")
    await placed(there, team, 3)
    home = {"id": str(uuid7()), "team_id": str(TEAM), "employee_id": str(TOM), "unpaid_break_minutes": 0}
    clash = await team.ruth.post("/v1/shifts", json=home | {"starts_at": at(3, "15:00"), "ends_at": at(3, "18:00")})
    assert (clash.status_code, code(clash)) == (409, "shift_clash")


async def test_rest_is_counted_across_both_teams(there: Any, team: Team) -> None:
    await planned(team.ruth, TOM, 0, NIGHT)
    loan = await asked(there, 1, LATE)
    assert await refused(team.ruth, loan, "agree", lending()) == (422, "breach_needs_ground", "/body/ground")
    agreed = await ok(team.ruth, loan, "agree", lending(ground=GROUND))
    await ok(team.tom, agreed, "place")
    broken = (await team.ruth.get("/v1/breaches")).json()["items"]
    assert {(one["employee_id"], one["words"]) for one in broken} == {(str(TOM), GROUND["words"])}
    assert (await there.get("/v1/breaches")).json()["items"] == []


async def test_a_shift_at_home_has_to_leave_rest_after_one_that_is_lent(there: Any, team: Team) -> None:
    await placed(there, team, 0, NIGHT)
    home = {"id": str(uuid7()), "team_id": str(TEAM), "employee_id": str(TOM), "unpaid_break_minutes": 30}
    soon = await team.ruth.post("/v1/shifts", json=home | {"starts_at": at(1, "13:30"), "ends_at": at(1, "21:30")})
    assert (soon.status_code, code(soon)) == (422, "breach_needs_ground")


async def test_what_came_between_is_judged_when_it_is_placed(there: Any, team: Team) -> None:
    loan = await ok(team.ruth, await asked(there, 1, LATE), "agree", lending())
    await planned(team.ruth, TOM, 0, NIGHT)
    assert await refused(team.tom, loan, "place") == (422, "breach_needs_ground", "/path/loan_id")
    assert (await there.get("/v1/shifts")).json()["items"] == []


async def test_declined_and_withdrawn_it_is_over(there: Any, team: Team) -> None:
    declined = await ok(team.sandra, await asked(there), "decline")
    agreed = await ok(team.ruth, await asked(there), "agree", lending())
    withdrawn = await ok(there, agreed, "withdraw")
    for loan in (declined, withdrawn):
        assert await refused(team.ruth, loan, "agree", lending()) == (409, "loan_is_over", "/path/loan_id")
    assert [one.json()["state"] for one in (declined, withdrawn)] == ["declined", "withdrawn"]
    # The nurse whom the team named can say no herself.
    again = await ok(team.ruth, await asked(there), "agree", lending())
    assert (await ok(team.tom, again, "decline")).json()["state"] == "declined"


@pytest.mark.parametrize("side", ["lender", "borrower"])
async def test_either_team_ends_it_and_her_time_is_free(roster: Running, there: Any, team: Team, side: str) -> None:
    await planned(team.ruth, TOM, 0, NIGHT)
    loan = await placed(there, team, 1, LATE, ground=GROUND)
    before = len(await roster.published("roster", ShiftPlanned))
    for of in ("breaches", "rest-owed"):
        assert (await team.ruth.get(f"/v1/{of}")).json()["items"]
    (shift,) = (await there.get("/v1/shifts")).json()["items"]
    by_hand = await there.post(f"/v1/shifts/{shift['id']}/cancel", headers={"If-Match": '"1"'})
    assert (by_hand.status_code, code(by_hand)) == (409, "shift_of_loan")
    ended = await ok(team.sandra if side == "lender" else there, loan, "end")
    assert ended.json()["state"] == "ended"
    (shift,) = (await there.get("/v1/shifts")).json()["items"]
    assert shift["status"] == "cancelled"
    told = (await roster.published("roster", ShiftPlanned))[before:]
    assert [(one.data["shift_id"], one.data["status"]) for one in told] == [(shift["id"], "cancelled")]
    for of in ("breaches", "rest-owed"):
        assert (await team.ruth.get(f"/v1/{of}")).json()["items"] == []
    assert (await there.get("/v1/loans", params={"team_id": str(TEAM)})).status_code == 404
    await planned(team.ruth, TOM, 1, LATE, ground=GROUND)
    assert await refused(there, ended, "end") == (409, "loan_is_over", "/path/loan_id")


async def test_asked_twice_with_one_key_it_is_one_loan(there: Any, team: Team) -> None:
    body, key = a_loan(), {"Idempotency-Key": str(uuid7())}
    first, second = [await there.post("/v1/loans", json=body, headers=key) for _ in range(2)]
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert len((await team.ruth.get("/v1/loans")).json()["items"]) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lending_team_id": str(OTHER_TEAM)}, "/body/lending_team_id"),
        ({"ends_at": at(0, "07:00")}, "/body/ends_at"),
        ({"reason": "Edith is dying"}, "/body/reason"),
        ({"unpaid_break_minutes": 600}, "/body/unpaid_break_minutes"),
        ({"starts_at": "2025-01-01T09:00:00Z", "ends_at": "2025-01-01T10:00:00Z"}, "/body/starts_at"),
    ],
)
async def test_what_cannot_be_asked_is_refused(there: Any, changes: dict[str, Any], field: str) -> None:
    answer = await there.post("/v1/loans", json=a_loan(**changes))
    assert (answer.status_code, pointer(answer)) == (422, field)


async def test_nobody_is_lent_on_a_day_of_her_leave(there: Any, team: Team) -> None:
    told = {"kind": "sick", "from_on": at(0, "00:00")[:10], "to_on": at(0, "00:00")[:10], "minutes": 450}
    assert (await team.tom.post("/v1/leave", json=a_leave(TOM, **told))).status_code == 201
    assert await refused(team.ruth, await asked(there), "agree", lending()) == (409, "on_leave", "/body/employee_id")
