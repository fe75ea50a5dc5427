"""A swap of what a published rota planned amends the rota, so that shifts and rota never differ."""

from typing import Any

import pytest

from tests.roster.agreeing.made import Planning, day, id_of, on_duty, state_of
from tests.roster.facts import RUTH, SANDRA, TOM, code, pointer
from tests.roster.swapping.conftest import Team
from tests.roster.swapping.made import a_swap, checked, done, step

GROUND = {"ground": {"kind": "agreement", "words": "Agreed with Sandra"}}


@pytest.fixture
async def planning(team: Team) -> Planning:
    """Ruth early on Monday, Tom late on Tuesday, and Sandra on Saturday with time on call after it; published."""
    planning = await Planning.begun(team.ruth)
    proposed = await planning.proposed((RUTH, 0, "E"), (TOM, 1, "L"), (SANDRA, 5, "W"))
    await planning.done(proposed, "publish", {"urgency": "Monday has nobody"} | GROUND)
    return planning


async def shifts_of(nurse: Any, who: Any) -> list[str]:
    found = (await nurse.get("/v1/shifts", params={"from_on": day(0), "to_on": day(13)})).json()["items"]
    return [one["id"] for one in found if one["employee_id"] == str(who) and one["status"] == "planned"]


async def versions(planning: Planning) -> list[Any]:
    found = (await planning.nurse.get(f"/v1/rotas/{planning.rota['id']}/versions")).json()["items"]
    return sorted(found, key=lambda version: int(version["number"]))


async def test_an_applied_swap_is_an_amendment_of_the_rota(planning: Planning, team: Team) -> None:
    mine, theirs = await shifts_of(team.ruth, RUTH), await shifts_of(team.ruth, TOM)
    swap = await checked(team.ruth, team.tom, *mine, to_employee_id=TOM, takes=theirs)
    await done(team.ruth, swap, "apply", {})
    first, second = await versions(planning)
    assert (first["state"], second["state"], second["origin"], second["reason"]) == (
        "amended",
        "published",
        "amendment",
        "swap",
    )
    assert second["input_hash"] is not None
    now = await team.ruth.get(f"/v1/rota-versions/{second['id']}")
    assert (state_of(now), id_of(now)) == ("published", second["id"])
    assert on_duty(now) == {
        (str(TOM), day(0), "E"),
        (str(RUTH), day(1), "L"),
        (str(SANDRA), day(5), "W"),
    }
    assert (await shifts_of(team.ruth, TOM), await shifts_of(team.ruth, RUTH)) == (mine, theirs)


async def test_a_day_of_a_rota_changes_hands_as_a_whole(planning: Planning, team: Team) -> None:
    on_saturday = await shifts_of(team.ruth, SANDRA)
    assert len(on_saturday) == 2
    refused = await team.sandra.post("/v1/swaps", json=a_swap(on_saturday[0], to_employee_id=TOM))
    assert (refused.status_code, code(refused), pointer(refused)) == (409, "give_the_whole_day", "/body/gives")
    await done(team.sandra, await checked(team.sandra, team.tom, *on_saturday, to_employee_id=TOM), "apply", GROUND)
    assert set(on_saturday) < set(await shifts_of(team.ruth, TOM))


async def test_nobody_has_two_duties_of_a_rota_on_a_day(planning: Planning, team: Team) -> None:
    """Ruth would be early and late on Tuesday, with an hour in both."""
    draft = await planning.drafted((RUTH, 1, "E"), from_version_id=(await versions(planning))[0]["id"])
    await planning.done(await planning.done(draft, "propose"), "publish", {"urgency": "Tuesday has nobody"})
    theirs = await shifts_of(team.ruth, TOM)
    swap = await checked(team.tom, team.ruth, *theirs, to_employee_id=RUTH)
    refused = await step(team.tom, swap, "apply", GROUND)
    assert (refused.status_code, code(refused)) == (409, "one_duty_a_day")
