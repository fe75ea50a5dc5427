"""What has begun is worked as it was planned: no change of a rota makes a second shift of it."""

from datetime import timedelta
from typing import Any

import pytest

from tests.roster.agreeing.begun import SINCE, at, published, running
from tests.roster.agreeing.conftest import Team
from tests.roster.agreeing.made import TODAY, id_of
from tests.roster.facts import RUTH, TOM, code, pointer


async def shifts_of_tom(nurse: Any) -> list[str]:
    days = {"from_on": str(SINCE), "to_on": str(TODAY + timedelta(days=5))}
    found = (await nurse.get("/v1/shifts", params=days)).json()["items"]
    return [shift["starts_at"][:10] for shift in found if shift["employee_id"] == str(TOM)]


@pytest.mark.parametrize("cell", [at(TOM, 0, None), at(TOM, 0, "L"), at(RUTH, 0, "B"), at(TOM, -1, "E")])
async def test_an_amendment_changes_nothing_that_has_begun(team: Team, cell: dict[str, Any]) -> None:
    planning = await running(team.ruth)
    version = await published(planning, at(TOM, 0, "B"))
    refused = await planning.amended(version, duties=[cell])
    assert (refused.status_code, code(refused), pointer(refused)) == (409, "duty_has_begun", "/body/duties")
    same_and_later = [at(TOM, 0, "B"), at(TOM, 4, "E")]
    assert (await planning.amended(version, duties=same_and_later)).status_code == 201
    assert len(await shifts_of_tom(team.tom)) == 2


async def test_a_version_that_follows_makes_no_second_shift_in_the_past(team: Team) -> None:
    planning = await running(team.ruth)
    version = await published(planning, at(TOM, -1, "B"))
    before = await shifts_of_tom(team.tom)
    assert len(before) == 1, "the first version of a rota may be published late"
    await published(planning, at(TOM, -1, "L"), from_version_id=id_of(version))
    assert await shifts_of_tom(team.tom) == before
