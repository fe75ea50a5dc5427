"""What a letter means in a rota: once the team agrees to it, nothing that is set later moves anybody's times."""

from typing import Any

from tests.roster.agreeing.conftest import Team
from tests.roster.agreeing.made import TODAY, WEEK, Planning, a_duty_type, a_rota, day, id_of
from tests.roster.agreeing.test_publish import agreed, shifts
from tests.roster.facts import RUTH, SANDRA

AFTERNOON = {"starts_minute": 720, "ends_minute": 1080}


async def _redefined(planning: Planning, code: str = "E") -> None:
    """The letter means an afternoon, from a day before the rota."""
    made = await planning.nurse.post("/v1/duty-types", json=a_duty_type(code, from_on=str(TODAY), parts=[AFTERNOON]))
    assert made.status_code == 201, made.text


def _times(version: Any, code: str = "E") -> set[tuple[str, str]]:
    duties = version.json()["duties"]
    return {(one["starts_at"][11:16], one["ends_at"][11:16]) for one in duties if one["code"] == code}


async def _starts(nurse: Any, who: Any) -> set[str]:
    return {shift["starts_at"][11:16] for shift in await shifts(nurse) if shift["employee_id"] == str(who)}


async def test_a_letter_that_is_set_anew_moves_nothing_that_was_agreed(planning: Planning, team: Team) -> None:
    version = await agreed(planning, team)
    await _redefined(planning)
    published = await planning.done(version, "publish", {})
    assert _times(published) == {("07:30", "15:30")}
    assert await _starts(team.tom, RUTH) == {"07:30"}
    score = (await team.tom.get(f"/v1/rota-versions/{id_of(published)}/score")).json()
    assert {share["minutes"] for share in score["shares"] if share["employee_id"] == str(RUTH)} == {5 * 450}


async def test_a_letter_that_is_set_anew_moves_nothing_that_is_published(planning: Planning, team: Team) -> None:
    published = await planning.done(await agreed(planning, team), "publish", {})
    before = await shifts(team.tom)
    await _redefined(planning)
    amended = await planning.amended(published, (SANDRA, 3, "E"))
    assert amended.status_code == 201, amended.text
    after = await shifts(team.tom)
    assert [one for one in after if one["employee_id"] != str(SANDRA)] == [
        one for one in before if one["employee_id"] != str(SANDRA)
    ]
    assert _times(amended) == {("07:30", "15:30")}
    assert await _starts(team.tom, SANDRA) == {"07:30", "08:00", "12:00"}


async def test_a_letter_that_is_ended_stays_in_a_rota_that_was_agreed(planning: Planning, team: Team) -> None:
    version = await agreed(planning, team)
    for kind in (await team.tom.get("/v1/duty-types")).json()["items"]:
        ended = await team.tom.post(
            f"/v1/duty-types/{kind['id']}/end", json={"until_on": str(TODAY)}, headers={"If-Match": '"1"'}
        )
        assert ended.status_code == 200, ended.text
    published = await planning.done(version, "publish", {})
    assert len(await shifts(team.tom)) == 14
    assert (await planning.amended(published, (SANDRA, 3, "E"))).status_code == 201


async def test_what_was_not_agreed_is_at_the_times_that_hold_when_it_is_proposed(
    planning: Planning, team: Team
) -> None:
    draft = await planning.drafted(*WEEK)
    earlier = await planning.proposed(*WEEK)
    await _redefined(planning)
    proposed = await planning.done(draft, "propose")
    assert _times(proposed) == {("12:00", "18:00")}
    assert _times(proposed, "L") == {("13:30", "21:30")}
    # The team was asked about that one at other times, and has not agreed to it.
    assert _times(await planning.read(earlier)) == {("07:30", "15:30")}


async def test_people_work_at_the_times_that_they_were_asked_about(planning: Planning, team: Team) -> None:
    proposed = await planning.proposed(*WEEK)
    await _redefined(planning)
    await team.all_say(proposed)
    decided = await planning.decided(proposed)
    published = await planning.done(decided, "publish", {})
    assert _times(published) == {("07:30", "15:30")}
    assert await _starts(team.tom, RUTH) == {"07:30"}


async def test_a_rota_to_come_has_the_letter_as_it_is_now(planning: Planning, team: Team) -> None:
    await planning.done(await agreed(planning, team), "publish", {})
    await _redefined(planning)
    later = Planning(team.ruth, a_rota(from_on=day(14), to_on=day(20)))
    assert (await team.ruth.post("/v1/rotas", json=later.rota)).status_code == 201
    draft = await later.drafted((RUTH, 14, "E"))
    assert _times(draft) == {("12:00", "18:00")}
