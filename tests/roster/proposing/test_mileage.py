"""Miles and minutes of the visits that were made: one's own by day, and the team's in all (mission row 4.12)."""

from typing import Any

from sqlalchemy import select
from uuid6 import uuid7

from services.common.auth import SYSTEM, Persona, Principal
from services.roster.domain.way import DrivenLeg
from services.roster.usecases.travelling import fix_unknown_drives
from tests.roster.facts import EDITH, RUTH, SANDRA, TOM, WALTER, a_shift, a_visit, code, contact, hear
from tests.roster.proposing.facts import a_base, a_place, put
from tests.running import STRANGER, TEAM, Running

ASKED = {"team_id": str(TEAM), "from_on": "2026-11-01", "to_on": "2026-11-30"}
LATER = {"starts_at": "2026-11-24T12:00:00Z", "ends_at": "2026-11-24T13:00:00Z"}


async def made(roster: Running, nurse: Any, **changes: Any) -> None:
    visit = a_visit(**changes)
    assert (await nurse.post("/v1/visits", json=visit)).status_code == 201
    client, who = visit["client_id"], visit["employee_id"]
    await hear(roster, contact(client, who, {"nursing": 30}, visit_id=visit["id"]))


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.get("/v1/mileage", params=ASKED)).status_code == 401


async def test_a_day_is_counted_from_the_base_to_each_visit_and_back(roster: Running, nurse: Any) -> None:
    for place in (a_base(), a_place(EDITH), a_place(WALTER, latitude=54.2, longitude=-3.1)):
        await put(nurse, "places", place)
    await made(roster, nurse, client_id=EDITH)
    await made(roster, nurse, client_id=WALTER, **LATER)
    await made(roster, nurse, client_id=EDITH, employee_id=TOM, **LATER)
    told = (await nurse.get("/v1/mileage", params=ASKED)).json()
    (mine,) = told["mine"]
    assert (mine["on"], mine["visits"], mine["unknown_ways"]) == ("2026-11-24", 2, 0)
    # By the straight line 1.57, 12.05 and 13.62 km, longer by the roads by 1.35.
    assert (mine["miles"], mine["minutes"]) == (22.9, 61)
    assert told["travel_source"] == "estimate"
    tom = (await (await roster.client("roster", TOM)).get("/v1/mileage", params=ASKED)).json()
    assert [one["visits"] for one in tom["mine"]] == [1]
    assert str(RUTH) not in str(tom)


async def test_the_teams_total_is_told_of_months_that_are_over_and_in_which_three_others_drove(
    roster: Running, nurse: Any
) -> None:
    """Less one's own, the total of a day or of two people is what a colleague drove."""
    priya = uuid7()
    await roster.join("roster", employee=priya)
    assert (await nurse.post("/v1/shifts", json=a_shift(employee_id=priya))).status_code == 201
    for place in (a_base(), a_place(EDITH), a_place(WALTER, latitude=54.2, longitude=-3.1)):
        await put(nurse, "places", place)
    tom = await roster.client("roster", TOM)
    await put(tom, "places", a_place(TOM, kind="employee_home", latitude=54.11713, longitude=-3.21937))
    await made(roster, nurse, client_id=EDITH)
    await made(roster, nurse, client_id=EDITH, employee_id=TOM, accompanied_by=priya, **LATER)
    await made(roster, nurse, client_id=WALTER, employee_id=RUTH, accompanied_by=SANDRA, **LATER)
    await roster.alter(
        "roster", f"update visit set accompanied_by = null, second_hand_reason = null where employee_id = '{TOM}'"
    )
    over = ASKED | {"from_on": "2026-10-01", "to_on": "2026-10-31"}
    await roster.alter(
        "roster", "update visit set starts_at = starts_at - interval '35 days', ends_at = ends_at - interval '35 days'"
    )
    few = (await nurse.get("/v1/mileage", params=over)).json()
    assert (few["team"], few["team_untold"], len(few["mine"])) == (None, "too_few_people", 1)
    await roster.alter("roster", f"update visit set accompanied_by = '{priya}' where employee_id = '{TOM}'")
    told = (await nurse.get("/v1/mileage", params=over)).json()
    # Tom lives where Edith does: he drove nowhere. Ruth's day, Sandra's way to Walter, and Priya's to Edith.
    assert told["team_untold"] is None
    assert (told["team"]["visits"], told["team"]["miles"]) == (5, 22.9 + 22.9 + 2.6)
    for part in ({"to_on": "2026-10-30"}, {"from_on": "2026-10-02"}, {"to_on": "2031-10-31", "from_on": "2031-01-01"}):
        answer = (await nurse.get("/v1/mileage", params=over | part)).json()
        assert (answer["team"], answer["team_untold"]) == (None, "not_whole_months")
    quiet = (await nurse.get("/v1/mileage", params=over | {"from_on": "2026-09-01"})).json()
    assert (quiet["team"], quiet["team_untold"]) == (None, "too_few_people"), "October would be what is left"


async def test_what_was_driven_is_fixed_when_the_visit_is_done(roster: Running, nurse: Any) -> None:
    """It is paid for later: neither a place that is put right nor one that is forgotten changes it."""
    edith = a_place(EDITH)
    for place in (a_base(), edith):
        await put(nurse, "places", place)
    await made(roster, nurse, client_id=EDITH)
    before = (await nurse.get("/v1/mileage", params=ASKED)).json()["mine"]
    assert before[0]["miles"] == 2.6
    await roster.alter("roster", "update place set latitude = 54.9 where kind = 'client'")
    assert (await nurse.get("/v1/mileage", params=ASKED)).json()["mine"] == before
    await roster.alter("roster", "delete from place")
    assert (await nurse.get("/v1/mileage", params=ASKED)).json()["mine"] == before


async def test_a_visit_that_is_told_late_is_driven_in_its_turn(roster: Running, nurse: Any) -> None:
    """The later visit was told first: its way was from the base, until the one before it is known."""
    for place in (a_base(), a_place(EDITH), a_place(WALTER, latitude=54.2, longitude=-3.1)):
        await put(nurse, "places", place)
    await made(roster, nurse, client_id=WALTER, **LATER)
    (alone,) = (await nurse.get("/v1/mileage", params=ASKED)).json()["mine"]
    assert (alone["visits"], alone["miles"]) == (1, 22.9)
    await made(roster, nurse, client_id=EDITH)
    (both,) = (await nurse.get("/v1/mileage", params=ASKED)).json()["mine"]
    assert (both["visits"], both["miles"], both["minutes"]) == (2, 22.9, 61)


async def test_a_visit_that_is_told_late_changes_no_way_home(roster: Running, nurse: Any) -> None:
    for place in (a_base(), a_place(EDITH), a_place(WALTER, latitude=54.2, longitude=-3.1)):
        await put(nurse, "places", place)
    await made(roster, nurse, client_id=WALTER, **LATER)
    await roster.alter("roster", "update driven_leg set back_metres = 77, back_minutes = 7, source = 'router'")
    await made(roster, nurse, client_id=EDITH)
    async with roster.databases["roster"].transaction(SYSTEM) as tx:
        legs = await tx.all(select(DrivenLeg).order_by(DrivenLeg.back_metres))  # type: ignore[arg-type]
    assert (legs[0].back_metres, legs[0].back_minutes, legs[0].source) == (77, 7, "estimate")
    assert 12_000 * 1.35 - 100 < (legs[0].there_metres or 0) < 12_100 * 1.35


async def test_what_was_not_known_is_fixed_once_its_place_is_told_and_stays_so(roster: Running, nurse: Any) -> None:
    """The clients' places come a day after their visits; what is known already does not change with them."""
    database = roster.databases["roster"]
    await put(nurse, "places", a_base())
    await made(roster, nurse, client_id=EDITH)
    await made(roster, nurse, client_id=WALTER, **LATER)
    await fix_unknown_drives(database)
    assert (await nurse.get("/v1/mileage", params=ASKED)).json()["mine"][0]["unknown_ways"] == 3
    await put(nurse, "places", a_place(EDITH))
    assert await fix_unknown_drives(database) == 1
    (half,) = (await nurse.get("/v1/mileage", params=ASKED)).json()["mine"]
    assert (half["miles"], half["unknown_ways"]) == (1.3, 2)
    await roster.alter("roster", "update place set latitude = 54.9 where kind = 'client'")
    await put(nurse, "places", a_place(WALTER, latitude=54.2, longitude=-3.1))
    assert await fix_unknown_drives(database) == 1
    assert await fix_unknown_drives(database) == 0
    async with database.transaction(SYSTEM) as tx:
        there = {leg.there_metres for leg in await tx.all(select(DrivenLeg))}
    assert min(metres or 0 for metres in there) == 2122
    (whole,) = (await nurse.get("/v1/mileage", params=ASKED)).json()["mine"]
    assert whole["unknown_ways"] == 0


async def test_where_no_place_is_told_nothing_is_looked_at_again_and_again(roster: Running, nurse: Any) -> None:
    await put(nurse, "places", a_base())
    await made(roster, nurse, client_id=EDITH)
    await roster.alter("roster", "update place set changed_at = changed_at - interval '2 minutes'")
    assert await fix_unknown_drives(roster.databases["roster"]) == 0


async def test_what_a_colleague_drove_is_not_there_for_a_nurse(roster: Running, nurse: Any) -> None:
    for place in (a_base(), a_place(EDITH)):
        await put(nurse, "places", place)
    await made(roster, nurse, client_id=EDITH)
    for who, seen in ((RUTH, 1), (TOM, 0), (STRANGER, 0)):
        async with roster.databases["roster"].transaction(Principal(str(who), Persona.NURSE, who)) as tx:
            assert len(await tx.all(select(DrivenLeg))) == seen


async def test_what_was_not_made_or_lies_nowhere_has_no_miles(roster: Running, nurse: Any) -> None:
    await put(nurse, "places", a_base())
    await made(roster, nurse, client_id=EDITH)
    assert (await nurse.post("/v1/visits", json=a_visit(client_id=WALTER, **LATER))).status_code == 201
    (mine,) = (await nurse.get("/v1/mileage", params=ASKED)).json()["mine"]
    assert mine == {"on": "2026-11-24", "visits": 1, "minutes": 0, "miles": 0.0, "unknown_ways": 2}


async def test_it_is_the_teams_alone_and_of_days_that_run_forwards(roster: Running, nurse: Any) -> None:
    stranger = await roster.client("roster", STRANGER)
    assert (await stranger.get("/v1/mileage", params=ASKED)).status_code == 404
    backwards = await nurse.get("/v1/mileage", params=ASKED | {"to_on": "2026-10-01"})
    assert (backwards.status_code, code(backwards)) == (422, "period_not_usable")
