"""Visits week by week from a plan: this, following and all, over the clock changes, with exceptions kept (row 1.02)."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col
from uuid6 import uuid7

from services.common.auth import SYSTEM
from services.roster.domain.known import CareTeam
from services.roster.domain.recurrence import VisitSeries
from services.roster.usecases.visiting import make_due_occurrences
from tests.roster.facts import EDITH, SANDRA, TOM, a_plan, code, competency, hear, pointer
from tests.roster.visiting.told import step
from tests.roster.visiting.weekly import TEN, TODAY, at_work, begun, begun_of, change, on, shifts, times, visit_on
from tests.running import TEAM, Running

pytestmark = pytest.mark.usefixtures("competent")


@pytest.fixture
async def ruth(roster: Running) -> Any:
    return await at_work(roster)


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.post("/v1/visit-series", json={})).status_code == 401
    assert (await nobody.get("/v1/visit-series")).status_code == 401
    assert (await nobody.post(f"/v1/visit-series/{uuid7()}/change", json={})).status_code == 401


async def test_a_series_makes_the_visits_of_its_days_with_the_plans_length_and_purpose(ruth: Any) -> None:
    answer = await begun(ruth)
    assert answer.status_code == 201, answer.text
    assert answer.json()["unplanned"] == []
    assert await times(ruth, on(0), on(0, 1), on(1), on(2)) == ["09:00 Ruth", None, "09:00 Ruth", "09:00 Ruth"]
    visit = await visit_on(ruth, on(1))
    assert visit["purpose"] == "Compression bandaging and holistic review"
    assert (visit["series_id"], visit["occurrence_on"]) == (answer.json()["series"]["id"], str(on(1)))


async def test_a_day_on_which_a_rule_stands_against_the_visit_is_named_and_made_later(
    roster: Running, ruth: Any
) -> None:
    answer = await begun(ruth, until_on=str(on(3)))
    assert answer.json()["unplanned"] == [{"occurrence_on": str(on(3)), "code": "outside_shift"}]
    database = roster.databases["roster"]
    assert await make_due_occurrences(database) == 0
    await shifts(ruth, 3)
    assert (await make_due_occurrences(database), await make_due_occurrences(database)) == (1, 0)
    assert await times(ruth, on(3)) == ["09:00 Ruth"]


async def test_a_series_goes_on_where_nobody_said_the_skill_or_the_role_and_tells_so(ruth: Any) -> None:
    """Words are asked once for one visit, and not week by week; what each stands against is told with it."""
    asked = {"role": "social_worker", "skills": ["insulin"]}
    answer = await begun(ruth, asked)
    assert answer.json()["unplanned"] == []
    visit = await visit_on(ruth, on(1))
    assert (visit["overrode"], visit["override_words"]) == (["role", "skill"], None)
    moved = await change(ruth, answer, scope="this", occurrence_on=str(on(1)), starts_minute=TEN)
    assert moved.status_code == 200, moved.text
    assert (await change(ruth, answer, scope="all", employee_id=str(TOM))).json()["unplanned"] == []
    assert await times(ruth, on(0), on(1), on(2)) == ["09:00 Tom", "10:00 Ruth", "09:00 Tom"]


async def test_a_series_goes_on_where_an_agency_comes_at_its_time_and_tells_so(roster: Running, ruth: Any) -> None:
    """The agency comes later than the series was set; whoever moves a visit onto a call still says why."""
    answer = await begun(ruth, until_on=str(on(3)))
    care = {"other_care_id": str(uuid7()), "client_id": str(EDITH), "team_id": str(TEAM), "beside": "apart"}
    times_of = [{"days": [1], "at": at, "minutes": 60} for at in ("09:00", "10:00")]
    until = {"from_on": str(TODAY), "until_on": None, "times": times_of}
    await roster.deliver("roster", "caseload.other_care.changed.v1", care | until)
    await shifts(ruth, 3)
    assert await make_due_occurrences(roster.databases["roster"]) == 1
    visit = await visit_on(ruth, on(3))
    assert (visit["overrode"], visit["override_words"]) == (["agency_is_there"], None)
    onto = await change(ruth, answer, scope="this", occurrence_on=str(on(1)), starts_minute=TEN)
    assert (onto.status_code, code(onto)) == (409, "agency_is_there")


async def test_what_was_delegated_once_is_not_done_week_by_week_without_it(roster: Running, ruth: Any) -> None:
    await hear(roster, competency(TOM, "insulin", until_on="2025-12-31"))
    await roster.alter("roster", f"update contract set role = 'assistant_practitioner' where employee_id = '{TOM}'")
    answer = await begun(ruth, {"role": "assistant_practitioner", "skills": ["insulin"]}, employee_id=str(TOM))
    assert {one["code"] for one in answer.json()["unplanned"]} == {"not_delegated"}


async def test_what_a_series_could_not_make_is_logged_by_codes(
    roster: Running, ruth: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    series = (await begun(ruth, until_on=str(on(3)))).json()["series"]["id"]
    assert await make_due_occurrences(roster.databases["roster"]) == 0
    (told,) = [record for record in caplog.records if record.message == "visits of a series not made"]
    assert {name: vars(told)[name] for name in ("series_id", "reason", "rows")} == {
        "series_id": series,
        "reason": "outside_shift",
        "rows": 1,
    }


async def test_every_second_week_is_counted_from_the_week_of_its_first_day(ruth: Any) -> None:
    await begun(ruth, every_weeks=2, from_on=str(on(0)))
    assert await times(ruth, on(0), on(1), on(2)) == ["09:00 Ruth", None, "09:00 Ruth"]


def test_the_days_of_a_series_are_those_of_its_weekdays_until_its_last() -> None:
    series = VisitSeries(weekdays=[1, 4], every_weeks=2, from_on=date(2026, 10, 14), until_on=date(2026, 11, 12))
    days = list(series.days(date(2026, 10, 1), date(2027, 1, 1)))
    assert days == [date(2026, 10, 15), date(2026, 10, 26), date(2026, 10, 29), date(2026, 11, 9), date(2026, 11, 12)]


async def test_this_one_alone_is_changed_and_stays_so_when_all_are(ruth: Any) -> None:
    series = await begun(ruth)
    one = await change(ruth, series, scope="this", occurrence_on=str(on(1)), starts_minute=TEN)
    assert one.status_code == 200, one.text
    assert await times(ruth, on(0), on(1), on(2)) == ["09:00 Ruth", "10:00 Ruth", "09:00 Ruth"]
    await change(ruth, series, scope="all", employee_id=str(TOM))
    assert await times(ruth, on(0), on(1), on(2)) == ["09:00 Tom", "10:00 Ruth", "09:00 Tom"]


async def test_this_and_the_following_become_a_series_of_their_own(ruth: Any) -> None:
    first = await begun(ruth)
    second = await change(ruth, first, scope="following", occurrence_on=str(on(1)), starts_minute=TEN)
    assert second.status_code == 200, second.text
    assert await times(ruth, on(0), on(1), on(2)) == ["09:00 Ruth", "10:00 Ruth", "10:00 Ruth"]
    listed = (await ruth.get("/v1/visit-series", params={"team_id": str(TEAM)})).json()["items"]
    ends = {one["id"]: (one["from_on"], one["until_on"]) for one in listed}
    assert ends == {
        first.json()["series"]["id"]: (str(TODAY), str(on(1) - timedelta(days=1))),
        second.json()["series"]["id"]: (str(on(1)), str(on(2))),
    }


async def test_all_go_to_another_weekday(ruth: Any) -> None:
    series = await begun(ruth)
    await shifts(ruth, 0, 1, weekdays=(2,))
    answer = await change(ruth, series, scope="all", weekdays=[3])
    assert answer.json()["unplanned"] == []
    assert await times(ruth, on(0), on(0, 2), on(1, 2), on(2)) == [None, "09:00 Ruth", "09:00 Ruth", None]


async def test_a_change_that_is_undone_brings_its_visits_back_but_not_what_was_called_off(ruth: Any) -> None:
    series = await begun(ruth)
    await step(ruth, (await visit_on(ruth, on(1)))["id"], "cancel", {"reason": "At her daughter's"})
    await change(ruth, series, scope="all", weekdays=[3])
    assert await times(ruth, on(0), on(1), on(2)) == [None] * 3
    undone = await change(ruth, series, scope="all", weekdays=[1])
    assert undone.json()["unplanned"] == []
    assert await times(ruth, on(0), on(1), on(2)) == ["09:00 Ruth", None, "09:00 Ruth"]


async def test_a_visit_that_was_cancelled_is_not_made_again(roster: Running, ruth: Any) -> None:
    series = await begun(ruth)
    visit = await visit_on(ruth, on(1))
    await step(ruth, visit["id"], "cancel", {"reason": "At her daughter's"})
    await change(ruth, series, scope="all", starts_minute=TEN)
    assert await make_due_occurrences(roster.databases["roster"]) == 0
    assert await times(ruth, on(0), on(1), on(2)) == ["10:00 Ruth", None, "10:00 Ruth"]


async def test_what_cannot_go_along_is_named_and_stays_where_it_was(roster: Running, ruth: Any) -> None:
    series = await begun(ruth)
    answer = await change(ruth, series, scope="all", starts_minute=15 * 60 + 30)
    refused = {"outside_shift"}
    assert {one["code"] for one in answer.json()["unplanned"]} == refused
    assert await make_due_occurrences(roster.databases["roster"]) == 0
    assert await times(ruth, on(0), on(1), on(2)) == ["09:00 Ruth"] * 3


async def test_paused_care_is_skipped_and_made_anew_once_it_goes_on(roster: Running, ruth: Any) -> None:
    await begun(ruth)
    about = {"client_id": str(EDITH), "team_id": str(TEAM), "since_on": str(TODAY)}
    episodes = await _episodes(roster)
    for status, version, seen in (("onhold", 2, [None] * 3), ("active", 3, ["09:00 Ruth"] * 3)):
        name = "paused" if status == "onhold" else "resumed"
        fact = about | {"episode_of_care_id": episodes[0], "status": status}
        await hear(roster, (f"caseload.episode_of_care.{name}.v1", fact), version=version)
        await make_due_occurrences(roster.databases["roster"])
        assert await times(ruth, on(0), on(1), on(2)) == seen


async def _episodes(roster: Running) -> list[str]:

    async with roster.databases["roster"].transaction(SYSTEM) as tx:
        found = await tx.all(select(CareTeam).where(col(CareTeam.client_id) == EDITH))
        return [str(one.episode_of_care_id) for one in found]


async def test_a_series_keeps_to_the_window_but_for_whoever_set_it(roster: Running, ruth: Any) -> None:
    window = {"window_from_minute": TEN, "window_until_minute": TEN + 60}
    sandra = await roster.client("roster", SANDRA)
    plan = a_plan(minutes=60, days=[], from_on=str(TODAY), **window)
    await ruth.post("/v1/visit-plans", json=plan)
    refused = await begun_of(sandra, plan["id"])
    assert (refused.status_code, code(refused), pointer(refused)) == (409, "outside_window", "/body/starts_minute")
    assert (await begun_of(ruth, plan["id"])).json()["unplanned"] == []
