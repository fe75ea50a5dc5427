"""A medicine that comes in another's place is given once with it, however often it was changed (mission row 3.11)."""

import asyncio
from typing import Any

import pytest

from tests.caseload.medicating import Giving, a_medicine, as_needed, giving
from tests.running import Running

THE_DAY = "2026-11-04"
FIVE_PAST = "2026-11-04T08:05:00Z"


@pytest.fixture
async def given(caseload: Running) -> Giving:
    return await giving(caseload)


async def next_of(given: Giving, medicine: str, **changes: Any) -> str:
    """Stopped just now, and another in its place."""
    await given.client.post(f"/v1/medicines/{medicine}/stop", {"reason": "The GP changed it"})
    return await given.medicine(replaces_id=medicine, starts_on=THE_DAY, **changes)


async def test_what_was_given_of_the_first_counts_for_the_third(given: Giving) -> None:
    first = await given.medicine()
    kept = await given.recorded(first, happened_at=FIVE_PAST)
    third = await next_of(given, await next_of(given, first, times=["08:15", "20:00"]), times=["08:30", "20:00"])
    (item,) = await given.due(THE_DAY)
    assert (item["medicine"]["id"], item["doses"][0]["administration_id"]) == (third, kept["id"])
    await given.refused(third, "given_too_recently", happened_at="2026-11-04T08:40:00Z")


async def test_what_was_given_of_the_third_counts_for_the_first_that_is_recorded_late(given: Giving) -> None:
    first = await given.medicine()
    third = await next_of(given, await next_of(given, first), times=["08:30", "20:00"])
    await given.recorded(third, happened_at="2026-11-04T08:40:00Z")
    await given.refused(first, "given_too_recently", happened_at=FIVE_PAST)


async def test_doses_within_a_day_are_counted_over_the_whole_course(given: Giving) -> None:
    scarce = as_needed(minimum_interval_minutes=60, maximum_in_24_hours=2)
    first = await given.medicine(**scarce)
    await given.recorded(first, happened_at="2026-11-04T08:00:00Z")
    second = await next_of(given, first, **scarce)
    await given.recorded(second, happened_at="2026-11-04T10:00:00Z")
    third = await next_of(given, second, **scarce)
    await given.refused(third, "too_many_in_a_day", happened_at="2026-11-04T12:00:00Z")


async def test_of_two_medicines_of_a_course_at_once_one_is_given(given: Giving) -> None:
    first = await given.medicine()
    second = await next_of(given, first)
    both = [
        given.record(one, by=by, happened_at=FIVE_PAST) for one in (first, second) for by in (given.nurse, given.deputy)
    ]
    answers = await asyncio.gather(*both)
    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]


async def test_of_one_course_one_medicine_is_in_force(given: Giving) -> None:
    first = await given.medicine()
    await next_of(given, first)
    branch = a_medicine(given.client.client_id, replaces_id=first)
    refused = await given.nurse.post("/v1/medicines", json=branch)
    assert (refused.status_code, refused.json()["code"]) == (409, "still_given")


async def test_what_was_refused_of_the_predecessor_may_be_given_of_its_successor(given: Giving) -> None:
    first = await given.medicine()
    await given.recorded(first, outcome="refused", reason="Cannot swallow it", happened_at=FIVE_PAST)
    second = await next_of(given, first, dose="5 ml")
    await given.recorded(second, happened_at="2026-11-04T08:30:00Z")
