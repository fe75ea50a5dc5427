"""What hr says of a person counts from day to day of a rota, and what breaks it stands with its ground."""

from typing import Any
from uuid import UUID

from uuid6 import uuid7

from services.common.auth import SYSTEM
from services.roster.domain.rota.problem import Problem
from services.roster.domain.rota_version.rota import Rota
from services.roster.usecases.rota import problem_of
from tests.roster.agreeing.conftest import Team
from tests.roster.agreeing.made import MONDAY, WORKDAYS, Planning, availability, day, id_of, state_of
from tests.roster.agreeing.test_placing import GROUND
from tests.roster.facts import RUTH, SANDRA, TOM, clearance, code, contract, hear, opted_out, pointer
from tests.running import TEAM, Running

URGENT = {"urgency": "Nobody is there on Monday"}


async def broken(planning: Planning, version: Any) -> list[tuple[str, str | None, list[str]]]:
    answer = await planning.nurse.get(f"/v1/rota-versions/{id_of(version)}/score")
    assert answer.status_code == 200, answer.text
    return [(one["law"], one["employee_id"], one["days"]) for one in answer.json()["breaches"]]


async def stand(nurse: Any) -> list[tuple[str, str | None, list[str]]]:
    items = (await nurse.get("/v1/breaches")).json()["items"]
    return [(one["rule_code"], one["employee_id"], one["days"]) for one in items]


async def known(system: Running, planning: Planning) -> Problem:
    async with system.databases["roster"].transaction(SYSTEM) as tx:
        rota = await tx.get(Rota, UUID(planning.rota["id"]))
        return await problem_of(tx, rota)


async def not_cleared(roster: Running) -> None:
    """Sandra, by hr's newest word on that day."""
    await hear(roster, clearance(SANDRA, may_visit_alone=False), version=3)


async def test_whose_check_runs_out_on_wednesday_is_not_alone_from_then_on(
    roster: Running, planning: Planning, team: Team
) -> None:
    await hear(roster, clearance(TOM, may_visit_alone=False, since_on=day(2)), version=2)
    version = await planning.drafted(*((TOM, number, "L") for number in range(4)))
    assert await broken(planning, version) == [("supervision", str(TOM), [day(number)]) for number in (2, 3)]
    beside = await planning.drafted(*((TOM, number, "L") for number in range(4)), (RUTH, 2, "L"), (RUTH, 3, "L"))
    assert await broken(planning, beside) == []


async def test_who_is_cleared_on_wednesday_needs_nobody_from_then_on(
    roster: Running, planning: Planning, team: Team
) -> None:
    await not_cleared(roster)
    await hear(roster, clearance(SANDRA, since_on=day(2)), version=4)
    version = await planning.drafted(*((SANDRA, number, "L") for number in range(4)))
    assert await broken(planning, version) == [("supervision", str(SANDRA), [day(number)]) for number in (0, 1)]


async def test_a_swap_is_judged_by_the_check_of_its_day(roster: Running, planning: Planning, team: Team) -> None:
    await hear(roster, clearance(TOM, may_visit_alone=False, since_on=day(2)), version=2)
    published = await planning.done(await planning.drafted((RUTH, 1, "E"), (RUTH, 2, "E")), "publish", URGENT)
    shifts = (await team.ruth.get("/v1/shifts", params={"from_on": day(1), "to_on": day(2)})).json()["items"]
    found = []
    for shift in sorted(shifts, key=lambda one: str(one["starts_at"])):
        swap = {"id": str(uuid7()), "team_id": str(TEAM), "gives": [shift["id"]], "to_employee_id": str(TOM)}
        path = f"/v1/swaps/{swap['id']}"
        assert (await team.ruth.post("/v1/swaps", json=swap)).status_code == 201
        assert (await team.tom.post(f"{path}/accept", json={}, headers={"If-Match": '"1"'})).status_code == 200
        checked = await team.ruth.post(f"{path}/check", headers={"If-Match": '"2"'})
        found.append([one["law"] for one in checked.json()["delta"]["breaches"]])
    assert found == [[], ["supervision"]]
    refused = await team.ruth.post(f"{path}/apply", json={}, headers={"If-Match": '"3"'})
    assert (refused.status_code, code(refused)) == (422, "breach_needs_ground")
    done = await team.ruth.post(f"{path}/apply", json={"ground": GROUND}, headers={"If-Match": '"3"'})
    assert done.status_code == 200, done.text
    assert await stand(team.ruth) == [("rota.supervision", str(TOM), [day(2)])]
    assert state_of(await planning.read(published)) == "amended"


async def test_who_is_alone_without_a_check_stands_with_the_ground_alone(
    roster: Running, planning: Planning, team: Team
) -> None:
    await not_cleared(roster)
    version = await planning.drafted((SANDRA, 0, "E"))
    refused = await planning.tried(version, "publish", URGENT)
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "breach_needs_ground", "/body/ground")
    assert "not cleared" in refused.json()["detail"]
    await planning.done(version, "publish", URGENT | {"ground": GROUND})
    assert await stand(team.ruth) == [("rota.supervision", str(SANDRA), [day(0)])]
    assert (await team.ruth.get("/v1/rest-owed")).json()["items"] == []


async def test_a_duty_without_the_nurse_that_it_needs_is_the_teams_breach(roster: Running, team: Team) -> None:
    """Nobody was on duty before, and that is no excuse; and it is over when a later version has one."""
    await hear(roster, contract(TOM, 1800, role="assistant_practitioner", from_on=day(0)))
    await roster.alter("roster", f"delete from contract where employee_id = '{TOM}' and role = 'registered_nurse'")
    nurse = [{"kind": "role", "code": "registered_nurse", "people": 1}]
    needs = [{"code": "E", "days": WORKDAYS[:1], "people": 1, "of": nurse}]
    planning = await Planning.begun(team.ruth, needs=needs, to_on=day(6))
    version = await planning.drafted((TOM, 0, "E"))
    refused = await planning.tried(version, "publish", URGENT)
    assert (refused.status_code, code(refused)) == (422, "breach_needs_ground")
    assert "0 of 1 who are registered nurse" in refused.json()["detail"]
    published = await planning.done(version, "publish", URGENT | {"ground": GROUND})
    assert await stand(team.tom) == [("rota.role_on_duty", None, [day(0)])]
    amended = await planning.amended(published, (TOM, 1, "E"))
    assert amended.status_code == 201, amended.text
    assert await stand(team.tom) == [("rota.role_on_duty", None, [day(0)])]
    assert (await planning.amended(amended, (TOM, 0, None), (RUTH, 0, "E"))).status_code == 201
    assert await stand(team.tom) == []


async def test_opting_out_counts_from_its_day_until_its_notice_is_over(roster: Running, planning: Planning) -> None:
    signed = {"opt_out_id": uuid7(), "from_on": day(3)}
    await hear(roster, opted_out(TOM, **signed))
    await hear(roster, opted_out(TOM, **signed, until_on=day(9)), version=2)
    found = await known(roster, planning)
    assert found.from_on == MONDAY
    of = {one.employee_id: [one.on(number).opted_out_48 for number in range(14)] for one in found.members}
    assert of[TOM] == [3 <= number <= 9 for number in range(14)]
    assert not any(of[RUTH] + of[SANDRA])


async def test_who_never_works_nights_by_agreement_has_no_share_in_them(
    roster: Running, planning: Planning, team: Team
) -> None:
    """Of each day of the week; one night that is left is one that they may be asked for."""
    for weekday in (*WORKDAYS, "sat"):
        await agreed_off(team, weekday)
    assert await who_works_nights(roster, planning) == {RUTH, TOM, SANDRA}
    await agreed_off(team, "sun")
    assert await who_works_nights(roster, planning) == {TOM, SANDRA}


async def agreed_off(team: Team, weekday: str) -> None:
    said = availability(weekday=weekday, codes=["N"])
    assert (await team.ruth.post("/v1/availability", json=said)).status_code == 201
    agreed = await team.tom.post(f"/v1/availability/{said['id']}/agree", headers={"If-Match": '"1"'})
    assert agreed.status_code == 200, agreed.text


async def who_works_nights(roster: Running, planning: Planning) -> set[UUID]:
    return {one.employee_id for one in (await known(roster, planning)).members if one.works_nights}
