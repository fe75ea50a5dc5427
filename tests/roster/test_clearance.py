"""Nobody goes alone into a client's home before hr has cleared them to."""

from typing import Any

import pytest
from uuid6 import uuid7

from tests.roster.facts import (
    EARLY,
    NEXT,
    OVERLAPPING,
    RUTH,
    SANDRA,
    TOM,
    WALTER,
    a_shift,
    a_visit,
    clearance,
    code,
    hear,
    pointer,
    refused,
)
from tests.running import Running


async def test_who_is_not_cleared_cannot_be_given_a_solo_visit(nurse: Any) -> None:
    answer = await nurse.post("/v1/visits", json=a_visit(employee_id=SANDRA))
    assert (answer.status_code, code(answer)) == (409, "not_cleared_to_visit_alone")
    assert pointer(answer) == "/body/accompanied_by"
    assert answer.json()["detail"] == "This person is not cleared to visit alone."
    accompanied = await nurse.post("/v1/visits", json=a_visit(employee_id=SANDRA, accompanied_by=TOM))
    assert accompanied.status_code == 201, accompanied.text


async def test_a_check_that_hr_has_not_recorded_is_no_clearance(roster: Running, nurse: Any) -> None:
    newcomer = uuid7()
    await roster.join("roster", employee=newcomer)
    await nurse.post("/v1/shifts", json=a_shift(employee_id=newcomer))
    answer = await nurse.post("/v1/visits", json=a_visit(employee_id=newcomer))
    assert (answer.status_code, code(answer)) == (409, "not_cleared_to_visit_alone")
    assert "Hr has not recorded a check" in answer.json()["detail"]
    assert "ask hr to record it" in answer.json()["errors"][0]["way_out"]
    await hear(roster, clearance(newcomer))
    assert (await nurse.post("/v1/visits", json=a_visit(employee_id=newcomer))).status_code == 201


async def test_clearance_counts_from_its_day(roster: Running, nurse: Any) -> None:
    await hear(roster, clearance(SANDRA, since_on="2026-11-25"), version=2)
    assert (await refused(nurse, employee_id=SANDRA))[1] == "not_cleared_to_visit_alone"
    tomorrow = {"starts_at": "2026-11-25T09:00:00Z", "ends_at": "2026-11-25T12:00:00Z"}
    await nurse.post("/v1/shifts", json=a_shift(employee_id=SANDRA, **tomorrow))
    assert (await nurse.post("/v1/visits", json=a_visit(employee_id=SANDRA, **tomorrow))).status_code == 201


@pytest.mark.parametrize("order", [(2, 3), (3, 2)])
async def test_a_clearance_taken_back_from_an_earlier_day_is_taken_back(
    roster: Running, nurse: Any, order: tuple[int, int]
) -> None:
    words = {
        2: clearance(SANDRA, since_on="2026-11-20"),
        3: clearance(SANDRA, may_visit_alone=False, since_on="2026-11-01"),
    }
    for version in order:
        await hear(roster, words[version], version=version)
    assert (await refused(nurse, employee_id=SANDRA))[1] == "not_cleared_to_visit_alone"


async def test_two_who_are_not_cleared_do_not_make_one_who_is(roster: Running, nurse: Any) -> None:
    await hear(roster, clearance(TOM, may_visit_alone=False, since_on="2026-11-01"), version=2)
    assert (await refused(nurse, employee_id=SANDRA, accompanied_by=TOM))[1] == "not_cleared_to_visit_alone"
    learning = await nurse.post("/v1/visits", json=a_visit(employee_id=RUTH, accompanied_by=SANDRA))
    assert learning.status_code == 201, learning.text


async def test_a_supervised_shift_allows_no_solo_visit(nurse: Any) -> None:
    evening = {"starts_at": "2026-11-24T17:00:00Z", "ends_at": "2026-11-24T19:00:00Z"}
    await nurse.post("/v1/shifts", json=a_shift(supervised_only=True, **evening))
    answer = await nurse.post("/v1/visits", json=a_visit(**evening))
    assert (answer.status_code, code(answer)) == (409, "not_cleared_to_visit_alone")
    assert "supervised" in answer.json()["detail"]


async def test_a_call_needs_no_clearance(nurse: Any) -> None:
    for channel, times in (("phone", EARLY), ("video", NEXT)):
        call = a_visit(employee_id=SANDRA, channel=channel, **times)
        assert (await nurse.post("/v1/visits", json=call)).status_code == 201


async def test_who_comes_along_is_on_shift_and_booked_too(nurse: Any) -> None:
    with_tom = {"employee_id": SANDRA, "accompanied_by": TOM}
    late = {"starts_at": "2026-11-24T16:30:00Z", "ends_at": "2026-11-24T17:30:00Z"}
    await nurse.post("/v1/shifts", json=a_shift(employee_id=SANDRA, **late))
    assert await refused(nurse, **with_tom, **late) == (409, "outside_shift", "/body/accompanied_by")
    await nurse.post("/v1/visits", json=a_visit(**with_tom))
    booked = (409, "nurse_already_booked", "/body/starts_at")
    assert await refused(nurse, client_id=WALTER, employee_id=TOM, **OVERLAPPING) == booked
    assert await refused(nurse, client_id=WALTER, accompanied_by=TOM, **OVERLAPPING) == booked


async def test_nobody_accompanies_themselves(nurse: Any) -> None:
    assert await refused(nurse, accompanied_by=RUTH) == (422, "accompanied_by_oneself", "/body/accompanied_by")
