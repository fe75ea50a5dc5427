"""The Omaha outcomes of the demo team, as they come out of the API (mission row 1.07)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from demo.barrow import TEAM, Calendar
from services.caseload.main import SERVICE as CASELOAD
from services.common.types import day_in_england
from services.governance.main import SERVICE as GOVERNANCE
from services.hr.main import SERVICE as HR
from services.roster.main import SERVICE as ROSTER
from tests.caseload.story import let_a_month_pass
from tests.journeys.door import Door, move_in
from tests.running import Databases, running

OUTCOMES = f"/caseload/v1/outcomes?team_id={TEAM}"
MEDICATION_REGIMEN = "42"


@pytest.fixture
async def door(databases: Databases) -> AsyncIterator[Door]:
    async with running(databases, HR, CASELOAD, ROSTER, GOVERNANCE) as system:
        made = Door(system)
        await move_in(made, Calendar(day_in_england(datetime.now(UTC)) - timedelta(days=2)))
        await let_a_month_pass(system)
        yield made


@pytest.mark.timeout(300)
async def test_the_outcomes_of_the_demo_team_come_out_of_the_api(door: Door) -> None:
    inside = (await door.call("ruth", "GET", OUTCOMES)).json()
    assert [_figures(one) for one in inside["all"]] == [
        ("knowledge", 23, 2.65, 3.30, 0.65, 14, 9, 0),
        ("behavior", 23, 2.30, 3.30, 1.00, 21, 2, 0),
        ("status", 23, 2.22, 3.22, 1.00, 22, 1, 0),
    ]
    outside = (await door.call("anneke", "GET", OUTCOMES)).json()
    assert set(outside["by_problem"]) == {MEDICATION_REGIMEN}, "all others stand on fewer than five"
    changes = [(one["pairs"], one["change"]) for one in outside["by_problem"][MEDICATION_REGIMEN]]
    assert changes == [(5, 1.2), (5, 1.0), (5, 1.0)]


def _figures(one: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(
        one[name] for name in ("scale", "pairs", "at_admission", "later", "change", "improved", "same", "worse")
    )
