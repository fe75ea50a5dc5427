"""The tablet is the first check against a dose too many, and says so where it cannot tell."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from demo.tablet.app import NoSignal, NotNow
from demo.tablet.doses import DoseGivenAlready, NotKnownHere, TooManyInADay
from tests.caseload.medicating import a_medicine, as_needed, told_of_role
from tests.caseload.story import new_id, take_on
from tests.caseload.sync.rounds import planned, quiet
from tests.running import DEPUTY, NURSE, Running
from tests.tablet.line import OnTablet, a_tablet, today


async def prescribed(caseload: Running, **as_it_is_needed: Any) -> str:
    """A medicine of a client who is on today's round."""
    client = await take_on(caseload)
    for nurse in (NURSE, DEPUTY):
        await told_of_role(caseload, nurse, "registered_nurse")
    medicine = a_medicine(client.client_id, **as_needed(**as_it_is_needed))
    await client.post("/v1/medicines", medicine)
    await planned(caseload, client.client_id, f"{today()}T09:00:00Z")
    await quiet(caseload)
    return str(medicine["id"])


def given(medicine: str, at: datetime, **changes: Any) -> dict[str, Any]:
    return {"id": new_id(), "medicine_id": medicine, "outcome": "given", "happened_at": at.isoformat(), **changes}


def pull_is_refused(status: int, code: str) -> Callable[[httpx.Request], httpx.Response | None]:
    """Once."""
    left = [httpx.Response(status, json={"code": code})]

    def between(request: httpx.Request) -> httpx.Response | None:
        return left.pop() if left and request.url.path == "/v1/sync/pull" else None

    return between


async def test_a_medicine_of_no_day_that_was_taken_along_is_not_known(caseload: Running, tablet: OnTablet) -> None:
    medicine, at = await prescribed(caseload), tablet.app.now()
    with pytest.raises(NotKnownHere):
        tablet.app.note("record_administration", given(medicine, at))
    assert tablet.app.queue.unsent()[0] == 0
    refused = given(medicine, at) | {"outcome": "refused", "reason": "She feels well"}
    assert tablet.app.note("record_administration", refused) == 1
    said_so = given(medicine, at, override_reason="The chart at her bedside says that none was given today")
    assert tablet.app.note("record_administration", said_so) == 2


@pytest.mark.parametrize(("status", "code"), [(410, "sync_cursor_too_old"), (400, "bad_sync_cursor")])
async def test_a_tablet_that_has_to_start_over_takes_its_days_along_again_before_it_knows_of_doses(
    caseload: Running, tablet: OnTablet, tmp_path: Path, status: int, code: str
) -> None:
    medicine, at = await prescribed(caseload), tablet.app.now() - timedelta(minutes=30)
    await tablet.app.take_along(today())
    colleague = await a_tablet(caseload, tmp_path, DEPUTY)
    said_so = given(medicine, at, override_reason="The chart at her bedside says that none was given today")
    colleague.app.note("record_administration", said_so)
    await colleague.app.push()
    await quiet(caseload)
    tablet.line.between = pull_is_refused(status, code)
    tablet.line.cuts.append("lost")
    with pytest.raises(NoSignal):
        await tablet.app.synchronise()
    tablet.restart()
    with pytest.raises(NotKnownHere):
        tablet.app.note("record_administration", given(medicine, tablet.app.now()))
    with pytest.raises(LookupError):
        tablet.app.day(today())
    await tablet.app.synchronise()
    assert tablet.app.day(today())["clients"]
    with pytest.raises(DoseGivenAlready):
        tablet.app.note("record_administration", given(medicine, tablet.app.now()))


async def test_what_a_pull_is_refused_for_otherwise_costs_nothing_that_was_taken_along(
    caseload: Running, tablet: OnTablet
) -> None:
    await prescribed(caseload)
    taken = await tablet.app.take_along(today())
    tablet.line.between = pull_is_refused(400, "unknown_query")
    with pytest.raises(NotNow) as refused:
        await tablet.app.synchronise()
    assert (refused.value.code, tablet.app.day(today())) == ("unknown_query", taken)


async def test_more_doses_than_are_allowed_in_24_hours_are_refused_on_the_tablet(
    caseload: Running, tablet: OnTablet
) -> None:
    medicine = await prescribed(caseload, minimum_interval_minutes=60, maximum_in_24_hours=2)
    await tablet.app.take_along(today())
    now = tablet.app.now()
    first, second = now - timedelta(hours=5), now - timedelta(hours=3)
    for at in (first, second):
        tablet.app.note("record_administration", given(medicine, at))
    with pytest.raises(TooManyInADay) as refused:
        tablet.app.note("record_administration", given(medicine, now))
    assert refused.value.most == 2
    between_both = given(medicine, now - timedelta(hours=4))
    with pytest.raises(TooManyInADay):
        tablet.app.note("record_administration", between_both)
    tablet.app.note("record_administration", given(medicine, first + timedelta(hours=24)))
    said_so = given(medicine, now, override_reason="The doctor on the phone said to")
    assert tablet.app.note("record_administration", said_so) == 4


async def test_a_dose_that_the_tablet_knows_of_twice_counts_once(caseload: Running, tablet: OnTablet) -> None:
    """It was noted here, pulled, and is in what was taken along since."""
    medicine = await prescribed(caseload, minimum_interval_minutes=60, maximum_in_24_hours=2)
    await tablet.app.take_along(today())
    tablet.app.note("record_administration", given(medicine, tablet.app.now() - timedelta(hours=3)))
    await tablet.app.push()
    assert tablet.app.queue.outcomes() == {1: "applied"}
    await quiet(caseload)
    await tablet.app.synchronise()
    await tablet.app.take_along(today())
    assert tablet.app.note("record_administration", given(medicine, tablet.app.now())) == 2
