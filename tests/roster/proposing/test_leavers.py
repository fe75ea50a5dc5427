"""Where somebody lives is not known any longer than they belong to the team."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.common.auth import SYSTEM
from services.common.types import day_in_england
from services.roster.store.places import people_with_homes
from services.roster.usecases.travelling import forget_homes_of_leavers
from tests.roster.facts import EDITH, RUTH, TOM
from tests.roster.proposing.facts import a_base, a_place, a_way, put
from tests.running import TEAM, Running

TODAY = day_in_england(datetime.now(UTC))


async def _belongs(
    roster: Running, who: UUID, days: int | None, *, since: str = "2025-01-01", version: int = 2
) -> None:
    """Until so many days from today, by hr's word."""
    until = None if days is None else str(TODAY + timedelta(days=days))
    told = {"team_id": str(TEAM), "employee_id": str(who), "from_on": since, "until_on": until}
    await roster.deliver("roster", "hr.team_membership.changed.v1", told, version=version)


@pytest.fixture
async def homes(roster: Running) -> Any:
    """Ruth and Tom have said where they live, and the way from Tom's to the base."""
    ruth, tom = await roster.nurse("roster"), await roster.client("roster", TOM)
    base, _ = await put(ruth, "places", a_base()), await put(ruth, "places", a_place(EDITH))
    await put(ruth, "places", a_place(RUTH, kind="employee_home"))
    home = await put(tom, "places", a_place(TOM, kind="employee_home"))
    await put(tom, "travel-overrides", a_way(base["id"], home["id"]))
    return ruth


async def _known(roster: Running) -> set[UUID]:
    async with roster.databases["roster"].transaction(SYSTEM) as tx:
        return set(await people_with_homes(tx, TEAM))


async def _forgotten(roster: Running) -> int:
    return await forget_homes_of_leavers(roster.databases["roster"])


async def test_the_home_of_a_leaver_is_forgotten_with_the_ways_there(roster: Running, homes: Any) -> None:
    await _belongs(roster, TOM, -1)
    assert (await _forgotten(roster), await _known(roster)) == (1, {RUTH})
    assert await _forgotten(roster) == 0
    assert (await homes.get("/v1/travel-overrides")).json()["items"] == []
    assert len((await homes.get("/v1/places")).json()["items"]) == 3, "the base, a client's home and one's own stay"


@pytest.mark.parametrize("days", [0, 30, None])
async def test_who_belongs_to_the_team_until_tonight_or_later_keeps_it(
    roster: Running, homes: Any, days: int | None
) -> None:
    await _belongs(roster, TOM, days)
    assert (await _forgotten(roster), await _known(roster)) == (0, {RUTH, TOM})


async def test_who_comes_back_keeps_it(roster: Running, homes: Any) -> None:
    await _belongs(roster, TOM, -1)
    await _belongs(roster, TOM, None, since=str(TODAY + timedelta(days=7)), version=3)
    assert (await _forgotten(roster), await _known(roster)) == (0, {RUTH, TOM})


async def test_of_whom_no_membership_is_known_nothing_is_forgotten(roster: Running, homes: Any) -> None:
    await roster.alter("roster", "delete from team_member")
    assert (await _forgotten(roster), await _known(roster)) == (0, {RUTH, TOM})
