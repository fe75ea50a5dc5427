"""A nurse works a shift with another team by three words: theirs who ask, theirs who lend, and her own (row 4.11).

The stranger's team borrows; Ruth, Tom and Sandra are of the team that lends.
"""

from typing import Any

import pytest
from uuid6 import uuid7

from services.roster.events import ShiftPlanned
from tests.roster.facts import RUTH, SANDRA, TOM, a_plan, a_visit, code, competency, contract, episode, hear, opted_out
from tests.roster.swapping.conftest import Team
from tests.roster.swapping.lent import FLOOR, GROUND, a_loan, asked, lending, ok, placed, refused
from tests.roster.swapping.made import EARLY, LATE, a_skill, at, step
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running


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


async def test_the_lender_knows_who_opted_out_of_48_hours(roster: Running, there: Any, team: Team) -> None:
    """With 20 minutes in their place one shift in 17 weeks is too much. Tom signed at home, and says yes himself."""
    await roster.alter("roster", "update rule set amount = 20 where code = 'rota.weekly_limit'")
    loan = await asked(there)
    assert await refused(team.ruth, loan, "agree", lending()) == (422, "breach_needs_ground", "/body/ground")
    await hear(roster, opted_out(TOM))
    await ok(team.tom, await ok(team.ruth, loan, "agree", lending()), "place")
    assert (await team.ruth.get("/v1/breaches")).json()["items"] == []


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
