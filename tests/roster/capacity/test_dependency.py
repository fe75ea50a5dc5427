"""A client who needs more than the minutes with them counts for more, by categories that the team has entered."""

from typing import Any

import pytest
from uuid6 import uuid7

from tests.roster.capacity.test_ahead import ahead
from tests.roster.facts import EDITH, SANDRA, a_plan, code
from tests.running import OTHER_TEAM, TEAM, Running


def a_category(percent: int = 150, **changes: Any) -> dict[str, Any]:
    about = {"code": "complex", "multiplier_percent": percent, "source": "Our licence", "from_on": "2026-11-01"}
    return {"id": str(uuid7()), "team_id": str(TEAM), **about, **changes}


def a_dependency(**changes: Any) -> dict[str, Any]:
    about = {"client_id": str(EDITH), "category": "complex", "from_on": "2026-12-01"}
    return {"id": str(uuid7()), "team_id": str(TEAM), **about, **changes}


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.post("/v1/dependencies", json=a_dependency())).status_code == 401
    assert (await nobody.get("/v1/dependency-categories")).status_code == 401


async def test_a_client_counts_for_more_from_the_day_it_was_said(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    await nurse.post("/v1/visit-plans", json=a_plan(visits_per_four_weeks=4, minutes=100, days=["tue"]))
    for path, body in (
        ("/v1/dependency-categories", a_category()),
        ("/v1/dependency-categories", a_category(200, from_on="2026-12-15")),
        ("/v1/dependency-categories", a_category(100, code="usual")),
        ("/v1/dependencies", a_dependency()),
        ("/v1/dependencies", a_dependency(category="usual", from_on="2026-12-29")),
    ):
        assert (await nurse.post(path, json=body)).status_code == 201, body
    weeks = await ahead(nurse)
    assert [week["client_minutes"] for week in weeks[:6]] == [100, 150, 150, 200, 200, 100]
    # The way there is as long as before.
    assert {week["travel_minutes"] for week in weeks} == {16}
    listed = (await nurse.get("/v1/dependencies", params={"team_id": str(TEAM)})).json()["items"]
    assert [one["category"] for one in listed] == ["complex", "usual"]


async def test_a_category_has_one_multiplier_from_a_day_on_and_is_entered_first(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    unknown = await nurse.post("/v1/dependencies", json=a_dependency())
    assert (unknown.status_code, code(unknown)) == (409, "unknown_category")
    assert (await nurse.post("/v1/dependency-categories", json=a_category())).status_code == 201
    again = await nurse.post("/v1/dependency-categories", json=a_category(160))
    assert (again.status_code, code(again)) == (409, "category_said_already")
    early = await nurse.post("/v1/dependencies", json=a_dependency(from_on="2026-10-31"))
    assert code(early) == "unknown_category"


async def test_the_named_nurse_or_the_deputy_says_it(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    await nurse.post("/v1/dependency-categories", json=a_category())
    refused = await (await roster.client("roster", SANDRA)).post("/v1/dependencies", json=a_dependency())
    assert (refused.status_code, code(refused)) == (403, "not_the_named_nurse")
    unknown = await nurse.post("/v1/dependencies", json=a_dependency(client_id=str(uuid7())))
    assert code(unknown) == "unknown_client"


@pytest.mark.parametrize("body", [a_category(99), a_category(501), a_category(source=" ")])
async def test_a_multiplier_is_one_at_least_and_has_a_source(roster: Running, body: dict[str, Any]) -> None:
    assert (await (await roster.nurse("roster")).post("/v1/dependency-categories", json=body)).status_code == 422


async def test_another_teams_categories_do_not_exist(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    theirs = a_category(team_id=str(OTHER_TEAM))
    assert (await nurse.post("/v1/dependency-categories", json=theirs)).status_code == 404
    for path in ("/v1/dependency-categories", "/v1/dependencies"):
        assert (await nurse.get(path, params={"team_id": str(OTHER_TEAM)})).status_code == 404
