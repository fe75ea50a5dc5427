"""A rota for the wrong days is withdrawn by its team with the reason, unless people work by it already."""

from typing import Any

from services.roster.domain.rota_version.version import OPEN
from tests.roster.agreeing.conftest import Team
from tests.roster.agreeing.made import WEEK, Planning, a_rota, a_version, day, id_of, say, state_of
from tests.roster.agreeing.test_publish import agreed, shifts
from tests.roster.facts import RUTH, code, pointer
from tests.running import STRANGER, Running

WRONG = {"reason": "It is for the wrong fortnight"}


async def withdrawn(nurse: Any, planning: Planning, body: Any = WRONG, **headers: str) -> Any:
    at = f"/v1/rotas/{planning.rota['id']}"
    read = await planning.nurse.get(at)
    match = {"If-Match": read.headers["ETag"]} | headers
    return await nurse.post(f"{at}/withdraw", json=body, headers=match)


async def test_anonymous_and_strangers_withdraw_no_rota(roster: Running, planning: Planning) -> None:
    assert (await withdrawn(await roster.client("roster", None), planning)).status_code == 401
    assert (await withdrawn(await roster.client("roster", STRANGER), planning)).status_code == 404


async def test_a_rota_that_is_withdrawn_frees_its_days(planning: Planning, team: Team) -> None:
    draft, proposed = await planning.drafted(*WEEK), await planning.proposed(*WEEK)
    gone = await withdrawn(team.tom, planning)
    assert gone.status_code == 200, gone.text
    assert (gone.json()["state"], gone.json()["withdrawn_because"]) == ("withdrawn", WRONG["reason"])
    assert [state_of(await planning.read(one)) for one in (draft, proposed)] == ["withdrawn"] * 2
    late = await say(team.ruth, proposed)
    assert (late.status_code, code(late)) == (409, "version_not_open")
    again = a_rota(from_on=day(7), to_on=day(20))
    assert (await team.ruth.post("/v1/rotas", json=again)).status_code == 201
    overlapping = await team.ruth.post("/v1/rotas", json=a_rota())
    assert (overlapping.status_code, code(overlapping)) == (409, "rota_overlaps")


async def test_nothing_is_planned_in_a_rota_that_is_withdrawn(planning: Planning, team: Team) -> None:
    decided = await agreed(planning, team)
    assert (await withdrawn(team.ruth, planning)).status_code == 200
    body = a_version((RUTH, 0, "E"))
    refused = await team.ruth.post(f"/v1/rotas/{planning.rota['id']}/versions", json=body)
    assert (refused.status_code, code(refused)) == (409, "rota_closed")
    assert refused.json()["detail"] == "This rota is withdrawn."
    late = await planning.tried(decided, "publish", {"urgency": "It is the only one"})
    assert (late.status_code, code(late)) == (409, "rota_closed")
    again = await withdrawn(team.ruth, planning)
    assert (again.status_code, code(again)) == (409, "rota_closed")
    assert await shifts(team.tom) == []


async def test_what_people_work_by_is_amended_and_not_withdrawn(planning: Planning, team: Team) -> None:
    published = await planning.done(await agreed(planning, team), "publish", {})
    refused = await withdrawn(team.ruth, planning)
    assert (refused.status_code, code(refused), pointer(refused)) == (409, "rota_is_worked_by", "/path/rota_id")
    assert (await planning.amended(published, (RUTH, 4, None))).status_code == 201
    assert (await withdrawn(team.ruth, planning)).status_code == 409
    assert state_of(await planning.read(published)) not in OPEN


async def test_a_rota_is_withdrawn_for_a_reason_and_as_it_was_read(planning: Planning, team: Team) -> None:
    for body in ({}, {"reason": " "}):
        refused = await withdrawn(team.ruth, planning, body)
        assert (refused.status_code, code(refused), pointer(refused)) == (422, "validation_failed", "/body/reason")
    stale = await withdrawn(team.ruth, planning, **{"If-Match": '"7"'})
    assert stale.status_code == 412
    assert id_of(await planning.drafted(*WEEK))
