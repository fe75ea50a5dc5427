"""What a series of visits is refused for, and that one which fails stands in no other's way."""

from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from services.common.auth import SYSTEM
from services.roster.domain.recurrence import VisitSeries
from services.roster.usecases.visiting import make_due_occurrences
from tests.roster.facts import RUTH, code, pointer
from tests.roster.visiting.weekly import TEN, TODAY, at_work, begun, begun_of, change, on, shifts, times
from tests.running import STRANGER, Running

pytestmark = pytest.mark.usefixtures("competent")


@pytest.fixture
async def ruth(roster: Running) -> Any:
    return await at_work(roster)


async def test_a_series_is_changed_at_one_of_its_days_to_come(ruth: Any) -> None:
    series = await begun(ruth)
    for scope, day in (("this", on(0, 1)), ("following", on(0, 1)), ("following", None), ("this", TODAY)):
        said = {"scope": scope, "starts_minute": TEN} | ({"occurrence_on": str(day)} if day else {})
        refused = await change(ruth, series, **said)
        assert (refused.status_code, code(refused)) == (409, "no_such_occurrence")


async def test_another_teams_series_does_not_exist(roster: Running, ruth: Any) -> None:
    series = (await begun(ruth)).json()["series"]["id"]
    stranger = await roster.client("roster", STRANGER)
    assert (await stranger.get(f"/v1/visit-series/{series}")).status_code == 404
    tag = {"If-Match": '"1"'}
    answer = await stranger.post(f"/v1/visit-series/{series}/change", json={"scope": "all"}, headers=tag)
    assert answer.status_code == 404
    theirs = await begun_of(stranger, str(uuid7()))
    assert (theirs.status_code, code(theirs)) == (422, "plan_of_another_client")


@pytest.mark.parametrize("scope", ["all", "following", "this"])
async def test_nobody_accompanies_themselves_week_by_week(ruth: Any, scope: str) -> None:
    oneself: dict[str, Any] = {"accompanied_by": str(RUTH), "second_hand_reason": "safety"}
    refused = await begun(ruth, **oneself)
    assert (refused.status_code, code(refused)) == (422, "accompanied_by_oneself")
    assert pointer(refused) == "/body/accompanied_by"
    series = await begun(ruth)
    changed = await change(ruth, series, scope=scope, occurrence_on=str(on(1)), **oneself)
    assert (changed.status_code, code(changed)) == (422, "accompanied_by_oneself")
    assert await times(ruth, on(0), on(1), on(2)) == ["09:00 Ruth"] * 3


async def test_a_series_that_fails_stands_in_no_others_way(
    roster: Running, ruth: Any, caplog: pytest.LogCaptureFixture
) -> None:
    broken = (await begun(ruth, until_on=str(on(3)))).json()["series"]["id"]
    whole = await begun(ruth, starts_minute=TEN + 60, from_on=str(on(3)), until_on=str(on(3)))
    assert [one["code"] for one in whole.json()["unplanned"]] == ["outside_shift"]
    database = roster.databases["roster"]
    async with database.transaction(SYSTEM) as tx:
        series = await tx.get(VisitSeries, UUID(broken))
        series.accompanied_by, series.second_hand_reason = RUTH, "safety"
    await shifts(ruth, 3)
    assert await make_due_occurrences(database) == 1
    assert await times(ruth, on(3)) == ["11:00 Ruth"]
    (told,) = [record for record in caplog.records if record.message == "series not made"]
    assert (vars(told)["series_id"], vars(told)["error"]) == (broken, "IntegrityError")


async def test_a_series_does_not_end_before_it_begins(ruth: Any) -> None:
    refused = await begun(ruth, from_on=str(on(1)), until_on=str(on(0)))
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "validation_failed", "/body/until_on")
    assert (await begun(ruth, from_on=str(on(1)), until_on=str(on(1)))).status_code == 201


@pytest.mark.parametrize("rhythm", [{"weekdays": [3]}, {"every_weeks": 2}, {"until_on": str(on(2))}])
async def test_one_visit_has_no_rhythm_to_change(ruth: Any, rhythm: dict[str, Any]) -> None:
    series = await begun(ruth)
    refused = await change(ruth, series, scope="this", occurrence_on=str(on(1)), starts_minute=TEN, **rhythm)
    (field,) = rhythm
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "validation_failed", f"/body/{field}")
    assert await times(ruth, on(1)) == ["09:00 Ruth"]
