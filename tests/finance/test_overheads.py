"""What a team's running takes of its time and money, beside yardsticks, and of nobody alone (row 7.12)."""

from typing import Any
from uuid import uuid4

import pytest
from uuid6 import uuid7

from services.common.auth import Persona
from tests.finance.facts import CONTACT, CONTRACT, MONTH, a_contact, a_contract, a_month
from tests.running import OTHER_TEAM, TEAM, Running

ASKED = {"team_id": str(TEAM), "month_on": "2026-11-15"}


async def overheads(client: Any, **changes: Any) -> dict[str, Any]:
    answer = await client.get("/v1/overheads", params=ASKED | changes)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_anonymous_is_refused(finance: Running) -> None:
    assert (await (await finance.client("finance", None)).get("/v1/overheads", params=ASKED)).status_code == 401


async def test_meetings_and_paper_are_a_share_of_the_contracted_time(finance: Running) -> None:
    """75 of 1,000 hours, by hand: 7.5%, beside 8% and 25%."""
    await finance.deliver("finance", MONTH, a_month())
    found = await overheads(await finance.client("finance", uuid4(), Persona.FINANCE))
    assert found["overhead"] == {"minutes": 4500, "share_basis_points": 750, "pence_per_hour": None, "cost_pence": None}
    assert (found["yardstick_low_percent"], found["yardstick_usual_percent"]) == (8, 25)
    assert (found["travel_minutes"], found["training_minutes"]) == (6000, 1200)


async def test_it_costs_what_an_hour_of_the_team_cost(finance: Running) -> None:
    await finance.deliver("finance", CONTRACT, a_contract())
    await finance.deliver("finance", CONTACT, a_contact(("nursing", 120)))
    await finance.deliver("finance", CONTACT, a_contact(("nursing", 60), started_at="2026-12-01T09:00:00Z"))
    await finance.deliver("finance", MONTH, a_month())
    nurse = await finance.nurse("finance")
    asked = {"team_id": str(TEAM), "from_on": "2026-11-01", "to_on": "2026-11-30"}
    (cost,) = (await nurse.get("/v1/activity-costs", params=asked)).json()["items"]
    found = (await overheads(nurse))["overhead"]
    assert found["pence_per_hour"] == cost["pence_per_hour"]
    assert found["cost_pence"] == (cost["cost_pence"] * 75 + 1) // 2
    # One client is too few for whoever is outside the team.
    outside = (await overheads(await finance.client("finance", uuid4(), Persona.COMMISSIONER)))["overhead"]
    assert (outside["share_basis_points"], outside["pence_per_hour"], outside["cost_pence"]) == (750, None, None)


async def test_what_came_in_late_is_told_once_more_and_the_older_word_changes_nothing(finance: Running) -> None:
    month = a_month()
    await finance.deliver("finance", MONTH, month | {"admin_minutes": 2400}, version=2)
    await finance.deliver("finance", MONTH, month)
    assert (await overheads(await finance.nurse("finance")))["overhead"]["minutes"] == 6000


async def test_a_team_without_contracts_has_no_share(finance: Running) -> None:
    await finance.deliver("finance", MONTH, a_month(contracted_minutes=0, client_facing_minutes=None))
    found = await overheads(await finance.nurse("finance"))
    assert (found["overhead"]["share_basis_points"], found["client_facing_minutes"]) == (None, None)


@pytest.mark.parametrize(
    "changes", [{"month_on": "2026-10-31"}, {"team_id": str(OTHER_TEAM)}, {"team_id": str(uuid7())}]
)
async def test_a_month_that_was_not_told_and_another_teams_are_not_there(
    finance: Running, changes: dict[str, str]
) -> None:
    await finance.deliver("finance", MONTH, a_month())
    await finance.deliver("finance", MONTH, a_month(team_id=str(OTHER_TEAM)))
    nurse = await finance.nurse("finance")
    assert (await nurse.get("/v1/overheads", params=ASKED | changes)).status_code == 404


async def test_a_day_that_is_none_is_refused(finance: Running) -> None:
    nurse = await finance.nurse("finance")
    answer = await nurse.get("/v1/overheads", params=ASKED | {"month_on": "2026-11-31"})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/query/month_on")
