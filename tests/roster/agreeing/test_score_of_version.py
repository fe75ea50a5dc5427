"""What a version comes to: its people, history and rules are loaded as they are, and judged in words."""

from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from services.common.auth import SYSTEM
from services.roster.domain.rota import slots
from services.roster.domain.rota_version.rota import Rota
from services.roster.usecases.rota import problem_of
from tests.roster.agreeing.conftest import Team
from tests.roster.agreeing.made import MONDAY, WEEK, Planning, a_duty_type, a_rota, day, id_of
from tests.roster.facts import RUTH, SANDRA, TOM, a_shift, clearance, code, hear
from tests.running import Running


async def scored(planning: Planning, version: Any) -> Any:
    answer = await planning.nurse.get(f"/v1/rota-versions/{id_of(version)}/score")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.get(f"/v1/rota-versions/{uuid7()}/score")).status_code == 401


async def test_a_version_is_scored_rule_by_rule_in_words(roster: Running, planning: Planning) -> None:
    await hear(roster, clearance(SANDRA, may_visit_alone=False), version=3)
    score = await scored(planning, await planning.drafted(*WEEK))
    assert score["points"] == sum(rule["points"] for rule in score["rules"])
    short = next(rule for rule in score["rules"] if rule["code"] == "cover_short")
    # The second week has nobody: five days of an early and a late.
    assert (short["price"], short["points"], len(short["matches"])) == (60, 600, 10)
    alone = [breach for breach in score["breaches"] if breach["law"] == "supervision"]
    assert {breach["employee_id"] for breach in alone} == {str(SANDRA)}
    assert {share["employee_id"]: share["weekend_days"] for share in score["shares"]} == {
        str(RUTH): 0,
        str(TOM): 0,
        str(SANDRA): 2,
    }


async def test_an_empty_rota_of_nobody_is_scored_too(planning: Planning) -> None:
    score = await scored(planning, await planning.drafted())
    assert next(rule["points"] for rule in score["rules"] if rule["code"] == "cover_short") == 20 * 60


async def test_a_night_before_the_rota_counts_in_its_first_day(planning: Planning, team: Team) -> None:
    """A shift that was planned by hand is history as well, in whatever hours it is."""
    sunday = day(-1)
    late = a_shift(starts_at=f"{sunday}T18:00:00Z", ends_at=f"{day(0)}T02:00:00Z", unpaid_break_minutes=30)
    assert (await team.ruth.post("/v1/shifts", json=late)).status_code == 201
    score = await scored(planning, await planning.drafted((RUTH, 0, "E")))
    assert [(one["employee_id"], one["days"]) for one in score["breaches"] if one["law"] == "daily_rest"] == [
        (str(RUTH), [sunday, day(0)])
    ]


async def test_a_proposal_is_judged_by_what_was_known_when_it_was_proposed(planning: Planning, team: Team) -> None:
    proposed = await planning.proposed(*WEEK)
    before = await scored(planning, proposed)
    at = f"/v1/rotas/{planning.rota['id']}/needs"
    read = await team.tom.get(f"/v1/rotas/{planning.rota['id']}")
    assert (await team.tom.put(at, json={"needs": []}, headers={"If-Match": read.headers["ETag"]})).status_code == 200
    assert await scored(planning, proposed) == before
    assert (await scored(planning, await planning.drafted(*WEEK)))["points"] != before["points"]


async def problem(system: Running, rota_id: str) -> Any:
    async with system.databases["roster"].transaction(SYSTEM) as tx:
        return await problem_of(tx, await tx.get(Rota, UUID(rota_id)))


async def test_the_problem_holds_people_contracts_and_rules(roster: Running, planning: Planning) -> None:
    found = await problem(roster, planning.rota["id"])
    assert found.from_on == MONDAY
    assert {one.employee_id: one.minutes_per_week for one in found.members} == dict.fromkeys((RUTH, TOM, SANDRA), 1800)
    assert [one.cleared for one in found.members] == [True, True, True]
    assert [duty.code for duty in found.duties] == ["E", "L", "N", "W"]
    assert len(found.needs) == 20
    limits = found.rules.limits
    assert (limits["daily_rest"], limits["daily_rest.per"], limits["longest_shift"]) == (660, 1440, 600)
    assert found.rules.prices["cover_short"] == 60


async def test_a_pattern_of_history_alone_is_no_duty_of_the_rota(
    roster: Running, planning: Planning, team: Team
) -> None:
    """Its code is none that a version can hold."""
    by_hand = a_shift(starts_at=f"{day(-1)}T09:00:00Z", ends_at=f"{day(-1)}T12:00:00Z")
    assert (await team.ruth.post("/v1/shifts", json=by_hand)).status_code == 201
    found = await problem(roster, planning.rota["id"])
    assert [duty.code for duty in found.duties] == ["E", "L", "N", "W"]
    (worked,) = found.history
    ruth = next(one for one in found.members if one.employee_id == RUTH)
    assert ruth.before[-1] == worked.code
    assert {day for day, code in slots(found) if code == worked.code} == set(range(-14, 0))


@pytest.mark.parametrize(("kind", "minutes", "short"), [("sleep_in", 540, True), ("on_call_home", 0, False)])
async def test_sleeping_in_stays_work_when_it_is_history(
    roster: Running, planning: Planning, team: Team, kind: str, minutes: int, short: bool
) -> None:
    """The daily rest and the mean of seventeen weeks know it from being on call at home."""
    night = {"kind": kind, "starts_minute": 1320, "ends_minute": 1860}
    made = await team.ruth.post("/v1/duty-types", json={**a_duty_type("E", parts=[night]), "code": "S"})
    assert made.status_code == 201, made.text
    before = a_rota(from_on=day(-7), to_on=day(-1))
    assert (await team.ruth.post("/v1/rotas", json=before)).status_code == 201
    earlier = Planning(team.ruth, before)
    duty = {"employee_id": str(RUTH), "day_on": day(-1), "code": "S"}
    await earlier.done(await earlier.drafted(duties=[duty]), "publish", {"urgency": "Nobody is there at night"})
    found = await problem(roster, planning.rota["id"])
    ruth = next(one for one in found.members if one.employee_id == RUTH)
    assert (ruth.before[-1], sum(ruth.worked_minutes)) == ("S", minutes)
    score = await scored(planning, await planning.drafted((RUTH, 0, "E")))
    assert any(one["law"] == "daily_rest" for one in score["breaches"]) == short


async def test_the_problem_takes_as_many_statements_after_years_as_at_first(
    roster: Running, planning: Planning, team: Team, statements: Any
) -> None:
    with statements(roster.databases["roster"]) as before:
        await problem(roster, planning.rota["id"])
    for year in range(2016, 2026):
        old = a_rota(from_on=f"{year}-03-01", to_on=f"{year}-03-28", needs=[])
        assert (await team.ruth.post("/v1/rotas", json=old)).status_code == 201
    for month in range(1, 13):
        shift = a_shift(starts_at=f"2025-{month:02}-03T09:00:00Z", ends_at=f"2025-{month:02}-03T12:00:00Z")
        assert (await team.ruth.post("/v1/shifts", json=shift)).status_code == 201
    with statements(roster.databases["roster"]) as after:
        await problem(roster, planning.rota["id"])
    assert len(after) == len(before)


async def test_a_version_that_is_not_there_has_no_score(planning: Planning) -> None:
    absent = await planning.nurse.get(f"/v1/rota-versions/{uuid7()}/score")
    assert (absent.status_code, code(absent)) == (404, "not_found")
