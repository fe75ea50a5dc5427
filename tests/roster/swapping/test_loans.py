"""A nurse works a shift with another team by three words: theirs who ask, theirs who lend, and her own (row 4.11).

The stranger's team borrows; Ruth, Tom and Sandra are of the team that lends.
"""

from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from services.roster.events import ShiftPlanned
from tests.roster.agreeing.made import a_leave
from tests.roster.facts import RUTH, SANDRA, TOM, a_plan, a_visit, code, competency, contract, episode, hear, pointer
from tests.roster.swapping.conftest import Team
from tests.roster.swapping.made import EARLY, LATE, MONDAY, NIGHT, a_skill, a_swap, at, done, planned, step
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running, owner

GROUND = {"kind": "emergency", "words": "Three are ill there"}
FLOOR = "It is a quiet day and Sandra is on call"


def a_loan(number: int = 0, times: tuple[str, str] = EARLY, **changes: Any) -> dict[str, Any]:
    made = {"starts_at": at(number, times[0]), "ends_at": at(number + (times[1] < times[0]), times[1])}
    about = {"team_id": str(OTHER_TEAM), "lending_team_id": str(TEAM), "needs": [], "reason": "sickness"}
    return {"id": str(uuid7()), "unpaid_break_minutes": 30} | made | about | changes


def lending(who: object = TOM, **changes: Any) -> dict[str, Any]:
    return {"employee_id": str(who), "below_floor_words": FLOOR} | changes


@pytest.fixture
async def there(roster: Running, team: Team) -> Any:
    """The nurse of the borrowing team."""
    return await roster.client("roster", STRANGER)


async def asked(there: Any, number: int = 0, times: tuple[str, str] = EARLY, **changes: Any) -> Any:
    answer = await there.post("/v1/loans", json=a_loan(number, times, **changes))
    assert answer.status_code == 201, answer.text
    return answer


async def ok(nurse: Any, answer: Any, verb: str, body: Any = None) -> Any:
    return await done(nurse, answer, verb, body, of="loans")


async def refused(nurse: Any, answer: Any, verb: str, body: Any = None) -> tuple[int, str, str]:
    found = await step(nurse, answer, verb, body, of="loans")
    return found.status_code, code(found), pointer(found)


async def placed(there: Any, team: Team, number: int = 0, times: tuple[str, str] = EARLY, **changes: Any) -> Any:
    agreed = await ok(team.ruth, await asked(there, number, times), "agree", lending(**changes))
    return await ok(team.tom, agreed, "place")


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.post("/v1/loans", json=a_loan())).status_code == 401
    assert (await nobody.get("/v1/loans")).status_code == 401


async def test_the_nurses_own_word_makes_the_borrowers_shift(roster: Running, there: Any, team: Team) -> None:
    loan = (await placed(there, team)).json()
    assert (loan["state"], loan["employee_id"], loan["below_floor_words"]) == ("placed", str(TOM), FLOOR)
    (shift,) = (await there.get("/v1/shifts")).json()["items"]
    assert (shift["team_id"], shift["employee_id"], shift["starts_at"]) == (
        str(OTHER_TEAM),
        str(TOM),
        loan["starts_at"],
    )
    assert (await team.tom.get("/v1/shifts")).json()["items"] == [shift], "she sees her own"
    assert (await team.tom.get("/v1/shifts", params={"team_id": str(TEAM)})).json()["items"] == []
    link = (await team.tom.post("/v1/calendar-feeds", json={"id": str(uuid7())})).json()["link"]
    nobody = await roster.client("roster", None)
    assert f"shift-{shift['id']}@" in (await nobody.get(f"/open/calendars/{link}")).text
    (told,) = await roster.published("roster", ShiftPlanned)
    assert (told.data["shift_id"], told.data["team_id"]) == (shift["id"], str(OTHER_TEAM))
    assert (await team.ruth.get("/v1/shifts")).json()["items"] == [], "her own team's rota does not show it"


async def test_both_teams_see_it_and_the_lenders_grounds_stay_with_the_lender(there: Any, team: Team) -> None:
    loan = await placed(there, team, ground=GROUND)
    for nurse, grounds in ((team.sandra, (GROUND, FLOOR, str(RUTH))), (there, (None, None, None))):
        one = (await nurse.get(f"/v1/loans/{loan.json()['id']}")).json()
        assert (one["ground"], one["below_floor_words"], one["agreed_by"]) == grounds
        assert (await nurse.get("/v1/loans", params={"state": "placed"})).json()["items"] == [one]
        assert (await nurse.get("/v1/loans", params={"state": "asked"})).json()["items"] == []


async def test_a_third_team_sees_nothing(roster: Running, there: Any, team: Team) -> None:
    loan, third = await asked(there), uuid7()
    await roster.join("roster", team=uuid7(), employee=third)
    outside = await roster.client("roster", third)
    assert (await outside.get("/v1/loans")).json()["items"] == []
    hidden, absent = [await outside.get(f"/v1/loans/{one}") for one in (loan.json()["id"], uuid7())]
    assert hidden.status_code == absent.status_code == 404
    assert (await step(outside, loan, "agree", lending(), of="loans")).status_code == 404
    assert (await team.ruth.get("/v1/loans", params={"team_id": str(OTHER_TEAM)})).status_code == 404
    assert (await team.ruth.post("/v1/loans", json=a_loan())).status_code == 404, "one asks for one's own team"


async def test_whoever_is_lent_visits_the_borrowers_clients_in_that_shift(
    roster: Running, there: Any, team: Team
) -> None:
    client = uuid7()
    name, opened = episode(client)
    await hear(roster, (name, opened | {"team_id": str(OTHER_TEAM)}))
    visit = {
        "id": str(uuid7()),
        "team_id": str(OTHER_TEAM),
        "client_id": str(client),
        "employee_id": str(TOM),
        "starts_at": at(0, "09:00"),
        "ends_at": at(0, "09:30"),
        "channel": "in_person",
        "purpose": "Insulin",
    }
    before = await there.post("/v1/visits", json=visit)
    assert (before.status_code, code(before)) == (409, "not_in_the_team")
    await placed(there, team)
    late = await there.post("/v1/visits", json=visit | {"starts_at": at(0, "15:15"), "ends_at": at(0, "15:45")})
    assert (late.status_code, code(late)) == (409, "not_in_the_team")
    made = await there.post("/v1/visits", json=visit)
    assert made.status_code == 201, made.text
    assert (await team.tom.get("/v1/visits", params={"on": at(0, "09:00")[:10]})).json()["items"] == []


@pytest.mark.parametrize(
    ("role", "facts", "found"),
    [
        ("registered_nurse", [competency(TOM, "insulin")], (201, [])),
        ("assistant_practitioner", [competency(TOM, "insulin")], (201, ["role"])),
        ("assistant_practitioner", [], (409, "not_delegated")),
        (None, [], (409, "not_delegated")),
    ],
)
async def test_whoever_is_lent_brings_her_role_and_her_skills_along(
    roster: Running, there: Any, team: Team, role: str | None, facts: list[Any], found: Any
) -> None:
    """The borrower hears nothing of her from hr: what the lender knew that day goes along in codes."""
    client = uuid7()
    name, opened = episode(client)
    await hear(roster, (name, opened | {"team_id": str(OTHER_TEAM), "named_nurse_id": str(STRANGER)}))
    told = "null" if role is None else f"'{role}'"
    await roster.alter("roster", f"update contract set role = {told}")
    for fact in facts:
        await hear(roster, fact)
    plan = a_plan(team_id=OTHER_TEAM, client_id=client, skills=["insulin"], minutes=30)
    assert (await there.post("/v1/visit-plans", json=plan)).status_code == 201
    loan = await placed(there, team)
    assert not {"roles", "skills", "delegated", "ended"} & set(loan.json())
    times = {"starts_at": at(0, "09:00"), "ends_at": at(0, "09:30")}
    about = {"team_id": OTHER_TEAM, "client_id": client, "employee_id": TOM, "visit_plan_id": plan["id"]}
    # An assistant makes a nurse's visit by words, which make up for a role and for no delegation.
    words = {"override_words": "Nobody else can come"} if role != "registered_nurse" else {}
    made = await there.post("/v1/visits", json=a_visit(**times, **about, **words))
    assert (made.status_code, made.json()["overrode"] if made.status_code == 201 else code(made)) == found


async def test_each_step_is_whose_it_is(there: Any, team: Team) -> None:
    loan = await asked(there)
    assert await refused(there, loan, "agree", lending()) == (409, "not_your_side", "/header/Authorization")
    assert await refused(there, loan, "decline") == (409, "not_your_side", "/header/Authorization")
    assert await refused(team.ruth, loan, "withdraw") == (409, "not_your_side", "/header/Authorization")
    assert await refused(team.tom, loan, "agree", lending()) == (409, "lent_by_oneself", "/body/employee_id")
    assert await refused(team.tom, loan, "place") == (409, "loan_is_over", "/path/loan_id")
    agreed = await ok(team.ruth, loan, "agree", lending())
    for other in (team.ruth, there):
        assert await refused(other, agreed, "place") == (409, "not_your_side", "/header/Authorization")
    assert (await step(team.tom, loan, "place", of="loans")).status_code == 412
    assert (await there.get("/v1/shifts")).json()["items"] == []


async def test_a_team_lends_its_own_members_with_the_skills(there: Any, team: Team) -> None:
    loan = await asked(there, needs=["catheter", "wound_care"])
    assert await refused(team.ruth, loan, "agree", lending(STRANGER)) == (409, "not_in_the_team", "/body/employee_id")
    assert (await team.ruth.post("/v1/member-skills", json=a_skill(TOM, "catheter"))).status_code == 201
    answer = await step(team.ruth, loan, "agree", lending(), of="loans")
    assert (code(answer), answer.json()["detail"]) == ("skills_missing", "This person lacks: wound_care.")
    assert (await team.ruth.post("/v1/member-skills", json=a_skill(TOM, "wound_care"))).status_code == 201
    await ok(team.ruth, loan, "agree", lending())


async def test_below_the_floor_the_lender_says_why(roster: Running, there: Any, team: Team) -> None:
    """Three with 30 hours are 2.4 whole-time equivalents; without Tom 1.6 are left."""
    loan, without = await asked(there), {"employee_id": str(TOM)}
    assert await refused(team.ruth, loan, "agree", without) == (
        422,
        "below_floor_by_loan",
        "/body/below_floor_words",
    )
    await hear(roster, contract(RUTH, 2250))
    await hear(roster, contract(SANDRA, 2250))
    await ok(team.ruth, loan, "agree", without)


async def test_who_is_lent_already_is_missed_too(roster: Running, there: Any, team: Team) -> None:
    """Three can do it and two have to be there: one may go without a word, a second on the same day not."""
    for who in (RUTH, TOM, SANDRA):
        assert (await team.ruth.post("/v1/member-skills", json=a_skill(who, "catheter"))).status_code == 201
    floor = {"id": str(uuid7()), "team_id": str(TEAM), "skill": "catheter", "fewest": 2, "from_on": "2025-06-01"}
    assert (await team.ruth.post("/v1/staffing-floors", json=floor)).status_code == 201
    for who in (RUTH, TOM, SANDRA):
        await hear(roster, contract(who, 4500))
    await ok(team.ruth, await asked(there, 0, EARLY), "agree", {"employee_id": str(TOM)})
    second, without = await asked(there, 0, LATE), {"employee_id": str(SANDRA)}
    assert await refused(team.ruth, second, "agree", without) == (
        422,
        "below_floor_by_loan",
        "/body/below_floor_words",
    )
    await ok(team.ruth, await asked(there, 1, EARLY), "agree", without)


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
