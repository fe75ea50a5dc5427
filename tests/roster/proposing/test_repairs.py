"""A repair is of what is known today: what has begun stays, leave that was agreed since holds, and pins are kept."""

from datetime import timedelta
from typing import Any

from tests.roster.agreeing.begun import at, published, running
from tests.roster.agreeing.conftest import Team
from tests.roster.agreeing.made import TODAY, Planning, a_leave
from tests.roster.facts import RUTH, SANDRA, TOM, code, pointer
from tests.roster.proposing.asked import answered
from tests.running import Running


async def ask(planning: Planning, who: Any, first: int, last: int) -> Any:
    on = [str(TODAY + timedelta(days=days)) for days in (first, last)]
    body = {"employee_id": str(who), "from_on": on[0], "to_on": on[1], "seconds": 2}
    return await planning.nurse.post(f"/v1/rotas/{planning.rota['id']}/repairs", json=body)


async def mended(roster: Running, planning: Planning, asked: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """The duties of the draft, by person and day."""
    (proposal,) = (await answered(roster, asked))["proposals"]
    draft = await planning.nurse.get(f"/v1/rota-versions/{proposal['rota_version_id']}")
    return {(duty["employee_id"], duty["day_on"]): duty for duty in draft.json()["duties"]}


async def test_a_repair_leaves_what_has_begun_and_can_be_published(roster: Running, team: Team) -> None:
    planning = await running(team.ruth)
    needs = {"needs": [{"code": "B", "day_on": str(TODAY + timedelta(days=days)), "people": 1} for days in (0, 2)]}
    at_rota = f"/v1/rotas/{planning.rota['id']}/needs"
    assert (await planning.nurse.put(at_rota, json=needs, headers={"If-Match": '"1"'})).status_code == 200
    await published(planning, at(TOM, 0, "B"), at(TOM, 2, "B"))
    refused = await ask(planning, TOM, 0, 0)
    assert (refused.status_code, code(refused), pointer(refused)) == (409, "duty_has_begun", "/body/from_on")
    duties = await mended(roster, planning, await ask(planning, TOM, 0, 2))
    assert [on for who, on in duties if who == str(TOM)] == [str(TODAY)]
    assert [on for who, on in duties if on == str(TODAY)] == [str(TODAY)]


async def test_a_repair_knows_the_leave_that_was_agreed_since_and_keeps_what_is_pinned(
    roster: Running, team: Team
) -> None:
    planning = await running(team.ruth)
    pinned = at(RUTH, 1, "E") | {"pinned": True}
    await published(planning, pinned, at(TOM, 2, "E"), at(SANDRA, 3, "L"))
    away = str(TODAY + timedelta(days=3))
    leave = a_leave(SANDRA, from_on=away, to_on=away, minutes=450, kind="sick")
    assert (await team.sandra.post("/v1/leave", json=leave)).status_code == 201
    duties = await mended(roster, planning, await ask(planning, TOM, 2, 2))
    assert duties[str(RUTH), pinned["day_on"]]["pinned"]
    assert not [who for who, on in duties if on == away and who == str(SANDRA)]
