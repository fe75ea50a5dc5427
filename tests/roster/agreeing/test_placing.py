"""Time that is planned by hand stands with its ground where it breaks a rule, and rest that is missed is owed."""

from datetime import timedelta
from typing import Any

import pytest
from uuid6 import uuid7

from tests.roster.agreeing.conftest import Team
from tests.roster.agreeing.made import TODAY, an_agreement, day
from tests.roster.facts import RUTH, a_shift, code, hear, opted_out, pointer
from tests.running import STRANGER, Running

GROUND = {"kind": "emergency", "words": "Two colleagues are ill and Kenneth's syringe driver runs out"}


def at(number: int, starts: str, hours: str, **changes: Any) -> dict[str, Any]:
    """A shift of Ruth's on a day from Monday on, from and until these times in UTC."""
    ends = day(number + 1) if hours < starts else day(number)
    return a_shift(starts_at=f"{day(number)}T{starts}Z", ends_at=f"{ends}T{hours}Z", **changes)


async def placed(team: Team, *shifts: dict[str, Any]) -> Any:
    for shift in shifts:
        answer = await team.ruth.post("/v1/shifts", json=shift)
    return answer


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody, shift = await roster.client("roster", None), uuid7()
    for path in ("/v1/breaches", "/v1/rest-owed", "/v1/team-agreements"):
        assert (await nobody.get(path)).status_code == 401
    assert (await nobody.post("/v1/team-agreements", json=an_agreement(720))).status_code == 401
    assert (await nobody.patch(f"/v1/shifts/{shift}", json={}, headers={"If-Match": '"1"'})).status_code == 401
    assert (await nobody.post(f"/v1/shifts/{shift}/cancel", headers={"If-Match": '"1"'})).status_code == 401
    assert (await nobody.post(f"/v1/shifts/{shift}/accept", headers={"If-Match": '"1"'})).status_code == 401


async def test_a_twelve_hour_shift_is_refused_unless_the_team_agreed_to_it(team: Team) -> None:
    """Mission row 4.09."""
    twelve = at(0, "07:30", "20:00")
    refused = await placed(team, twelve | {"ground": GROUND})
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "shift_too_long", "/body/ends_at")
    assert "10 h are the most" in refused.json()["detail"]
    assert (await team.ruth.post("/v1/team-agreements", json=an_agreement(720))).status_code == 201
    assert (await placed(team, twelve)).status_code == 201
    thirteen = await placed(team, at(1, "07:30", "21:00"))
    assert (thirteen.status_code, code(thirteen)) == (422, "shift_too_long")


async def test_the_length_of_a_shift_is_without_its_break(team: Team) -> None:
    assert (await placed(team, at(0, "07:00", "17:30"))).status_code == 201


async def test_what_breaks_the_daily_rest_needs_its_ground_and_rest_is_owed(team: Team) -> None:
    early = at(1, "07:00", "13:00")
    refused = await placed(team, at(0, "14:00", "22:00"), early)
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "breach_needs_ground", "/body/ground")
    assert "rests 9 h" in refused.json()["detail"]
    assert "{" not in refused.json()["detail"]
    assert (await placed(team, early | {"ground": GROUND})).status_code == 201
    (breach,) = (await team.tom.get("/v1/breaches")).json()["items"]
    assert (breach["rule_code"], breach["shift_id"], breach["missing_minutes"]) == ("rota.daily_rest", early["id"], 120)
    assert (breach["ground"], breach["placed_by"], breach["days"]) == ("emergency", str(RUTH), [day(0), day(1)])
    (owed,) = (await team.tom.get("/v1/rest-owed")).json()["items"]
    assert (owed["minutes"], owed["taken_minutes"], owed["due_on"]) == (120, 0, day(15))


async def test_a_longer_rest_later_settles_what_is_owed(team: Team) -> None:
    await placed(team, at(0, "14:00", "22:00"), at(1, "07:00", "16:30", ground=GROUND))

    async def owed() -> Any:
        (found,) = (await team.ruth.get("/v1/rest-owed")).json()["items"]
        return found["taken_minutes"], found["settled_at"] is not None

    # Eleven hours and one more, of the two that are owed.
    assert (await placed(team, at(2, "04:30", "08:00"))).status_code == 201
    assert await owed() == (60, False)
    later = at(3, "09:00", "12:00")
    assert (await placed(team, later)).status_code == 201
    assert await owed() == (120, True)
    off = await team.ruth.post(f"/v1/shifts/{later['id']}/cancel", headers={"If-Match": '"1"'})
    assert (off.status_code, off.json()["status"]) == (200, "cancelled")
    assert await owed() == (60, False)


async def test_a_rest_of_eleven_hours_on_the_wall_is_ten_when_the_clocks_go_forward(team: Team) -> None:
    saturday = a_shift(starts_at="2027-03-27T13:00:00Z", ends_at="2027-03-27T21:00:00Z")
    sunday = a_shift(starts_at="2027-03-28T08:00:00+01:00", ends_at="2027-03-28T12:00:00+01:00")
    refused = await placed(team, saturday, sunday)
    assert (refused.status_code, code(refused)) == (422, "breach_needs_ground")
    assert "rests 10 h" in refused.json()["detail"]


async def test_a_time_that_the_clock_shows_twice_is_placed_as_the_instant_that_it_is(team: Team) -> None:
    doubled = a_shift(starts_at="2027-10-31T00:30:00Z", ends_at="2027-10-31T06:30:00Z")
    assert (await placed(team, doubled)).json()["duration_minutes"] == 360


async def test_a_seventh_day_running_needs_its_ground(team: Team) -> None:
    """The week has its long rest all the same, from Wednesday noon to Thursday at eleven at night."""
    week = [at(number, "09:00", "12:00") for number in range(7)]
    week[3], week[4] = at(3, "23:00", "23:30", unpaid_break_minutes=0), at(4, "12:00", "15:00")
    refused = await placed(team, *week)
    assert (refused.status_code, code(refused)) == (422, "breach_needs_ground")
    assert (
        await team.ruth.post("/v1/team-agreements", json=an_agreement(7, code="rota.days_running"))
    ).status_code == 201
    sunday = await placed(team, week[-1])
    assert sunday.status_code == 201, sunday.text


@pytest.mark.parametrize(
    ("from_on", "until_on", "status"), [(None, None, 422), (0, None, 201), (9, 13, 201), (0, 12, 422), (14, None, 422)]
)
async def test_who_opted_out_on_the_last_day_of_the_weeks_is_placed_beyond_48_hours(
    roster: Running, team: Team, from_on: int | None, until_on: int | None, status: int
) -> None:
    """Ruth came this week, and works ten times ten hours in a fortnight, this Friday planned last."""
    since = TODAY - timedelta(days=TODAY.weekday())
    await roster.alter("roster", f"update team_member set from_on = '{since}' where employee_id = '{RUTH}'")
    if from_on is not None:
        until = None if until_on is None else since + timedelta(days=until_on)
        await hear(roster, opted_out(RUTH, from_on=since + timedelta(days=from_on), until_on=until))
    days = [since + timedelta(days=week + number) for week in (7, 0) for number in range(5)]
    *most, last = [a_shift(starts_at=f"{one}T08:00:00Z", ends_at=f"{one}T18:30:00Z") for one in days]
    assert (await placed(team, *most)).status_code == 201
    tenth = await placed(team, last)
    assert tenth.status_code == status, tenth.text
    if status != 201:
        assert (code(tenth), pointer(tenth)) == ("breach_needs_ground", "/body/ground")
        assert "works 50 h a week on average" in tenth.json()["detail"]


async def test_a_meeting_is_placed_without_asking_for_rest(team: Team) -> None:
    assert (await placed(team, at(0, "14:00", "22:00"), at(1, "07:00", "08:00", kind="meeting"))).status_code == 201


async def test_a_shift_is_moved_by_the_same_rules(team: Team) -> None:
    late, early = at(0, "14:00", "22:00"), at(1, "10:00", "13:00")
    assert (await placed(team, late, early)).status_code == 201
    to = {"starts_at": f"{day(1)}T07:00:00Z", "ends_at": f"{day(1)}T10:00:00Z"}
    path, match = f"/v1/shifts/{early['id']}", {"If-Match": '"1"'}
    refused = await team.ruth.patch(path, json=to, headers=match)
    assert (refused.status_code, code(refused)) == (422, "breach_needs_ground")
    moved = await team.ruth.patch(path, json=to | {"ground": GROUND}, headers=match)
    assert moved.status_code == 200, moved.text
    assert (moved.json()["starts_at"], moved.json()["version"]) == (to["starts_at"], 2)
    assert (await team.ruth.patch(path, json=to | {"ground": GROUND}, headers=match)).status_code == 412
    over = {"starts_at": f"{day(0)}T20:00:00Z", "ends_at": f"{day(0)}T23:00:00Z"}
    clash = await team.ruth.patch(path, json=over, headers={"If-Match": '"2"'})
    assert (clash.status_code, code(clash)) == (409, "shift_clash")


async def test_a_shift_that_moves_breaks_what_it_breaks_now_and_one_that_is_off_breaks_nothing(team: Team) -> None:
    early = at(1, "07:00", "13:00", ground=GROUND)
    await placed(team, at(0, "14:00", "22:00"), early)

    async def stands() -> Any:
        broken, owed = [(await team.ruth.get(path)).json()["items"] for path in ("/v1/breaches", "/v1/rest-owed")]
        return [one["missing_minutes"] for one in broken], [one["minutes"] for one in owed]

    assert await stands() == ([120], [120])
    path = f"/v1/shifts/{early['id']}"
    for version, (starts, still) in enumerate((("08:00", [60]), ("08:30", [30]), ("09:00", [])), 1):
        to = {"starts_at": f"{day(1)}T{starts}:00Z", "ends_at": early["ends_at"], "ground": GROUND}
        moved = await team.ruth.patch(path, json=to, headers={"If-Match": f'"{version}"'})
        assert moved.status_code == 200, moved.text
        assert await stands() == (still, still)
    to["starts_at"] = early["starts_at"]
    assert (await team.ruth.patch(path, json=to, headers={"If-Match": '"4"'})).status_code == 200
    assert await stands() == ([120], [120])
    assert (await team.ruth.post(f"{path}/cancel", headers={"If-Match": '"5"'})).status_code == 200
    assert await stands() == ([], [])


async def test_a_cancelled_shift_frees_its_time_and_stays_cancelled(team: Team) -> None:
    shift = at(0, "09:00", "12:00")
    await placed(team, shift)
    path = f"/v1/shifts/{shift['id']}"
    assert (await team.tom.post(f"{path}/cancel", headers={"If-Match": '"1"'})).status_code == 200
    again = await team.tom.post(f"{path}/cancel", headers={"If-Match": '"2"'})
    assert (again.status_code, code(again)) == (409, "shift_is_off")
    assert (await placed(team, at(0, "10:00", "13:00"))).status_code == 201


@pytest.mark.parametrize(
    "of", ["rota.daily_rest", "rota.weekly_limit", "rota.night_limit", "rota.nothing", "rota.price.moon"]
)
async def test_a_team_agrees_no_law_away(team: Team, of: str) -> None:
    refused = await team.ruth.post("/v1/team-agreements", json=an_agreement(1, code=of))
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "not_for_the_team_to_agree", "/body/code")


@pytest.mark.parametrize(
    ("of", "amount", "per", "at"),
    [
        ("rota.fortnight_rest", 0, 100, "/body/per"),
        ("rota.fortnight_rest", 2880, 100, "/body/per"),
        ("rota.fortnight_rest", 2880, 1, "/body/per"),
        ("rota.fortnight_rest", 2879, 20160, "/body/amount"),
        ("rota.weekly_rest", 1439, 10080, "/body/amount"),
        ("rota.weekly_rest", 1440, 1, "/body/per"),
        ("rota.rests_may_overlap", 2, 1, "/body/amount"),
        ("rota.rest_after_nights", 659, 1, "/body/amount"),
        ("rota.longest_shift", 781, 1, "/body/amount"),
        ("rota.days_running", 0, 1, "/body/amount"),
        ("rota.nights_running", 13, 1, "/body/amount"),
        ("rota.quorum", 4, 3, "/body/amount"),
        ("rota.quorum", 0, 3, "/body/amount"),
        ("rota.price.hours", 10_001, 1, "/body/amount"),
        ("rota.price.hours", 1, 2, "/body/per"),
    ],
)
async def test_a_team_agrees_nothing_below_the_law(team: Team, of: str, amount: int, per: int, at: str) -> None:
    refused = await team.ruth.post("/v1/team-agreements", json=an_agreement(amount, code=of, per=per))
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "agreement_out_of_bounds", at)


@pytest.mark.parametrize(
    ("of", "amount", "per"),
    [
        ("rota.fortnight_rest", 2880, 20160),
        ("rota.weekly_rest", 1440, 10080),
        ("rota.rests_may_overlap", 1, 1),
        ("rota.quorum", 3, 4),
        ("rota.price.hours", 0, 1),
    ],
)
async def test_a_team_agrees_what_the_law_leaves_open(team: Team, of: str, amount: int, per: int) -> None:
    made = await team.ruth.post("/v1/team-agreements", json=an_agreement(amount, code=of, per=per))
    assert made.status_code == 201, made.text
    assert (await placed(team, at(0, "09:00", "12:00"))).status_code == 201


async def test_from_a_day_on_one_agreement_holds(team: Team) -> None:
    assert (await team.ruth.post("/v1/team-agreements", json=an_agreement(720))).status_code == 201
    again = await team.tom.post("/v1/team-agreements", json=an_agreement(660))
    assert (again.status_code, code(again)) == (409, "agreed_already")
    assert len((await team.tom.get("/v1/team-agreements")).json()["items"]) == 1


async def test_another_team_reads_no_breach_rest_or_agreement(roster: Running, team: Team) -> None:
    await placed(team, at(0, "14:00", "22:00"), at(1, "07:00", "13:00", ground=GROUND))
    await team.ruth.post("/v1/team-agreements", json=an_agreement(720))
    stranger = await roster.client("roster", STRANGER)
    for path in ("/v1/breaches", "/v1/rest-owed", "/v1/team-agreements"):
        assert (await stranger.get(path)).json()["items"] == []
    assert (await stranger.post("/v1/team-agreements", json=an_agreement(720))).status_code == 404
