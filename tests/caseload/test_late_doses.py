"""A late dose is told of while it may be given, of everybody in care and of nobody else (mission row 3.11)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.caseload.domain.alert import AlertKind
from services.caseload.domain.medicine import Medicine
from services.caseload.events import AlertAcknowledged
from services.caseload.usecases.tell import escalate_some, raise_alert
from services.common.auth import SYSTEM
from services.common.types import ENGLAND, day_in_england
from tests.caseload.medicating import Giving, giving, in_days
from tests.caseload.test_alerts import PARKINSONS, a_time_critical_medicine, alerts, late, tomorrow_at
from tests.running import NURSE, Running

# Sixty courses like this one, whose ids come before all that a device gives.
LIKE_IT = """
with copies as (select n from generate_series(1, 60) n),
rows as (
    select jsonb_populate_record(m, jsonb_build_object(
        'id', overlay(md5(n || m.id::text) placing '00' from 1 for 2)::uuid,
        'course_id', overlay(md5(n || m.course_id::text) placing '00' from 1 for 2)::uuid,
        'replaces_id', overlay(md5(n || m.replaces_id::text) placing '00' from 1 for 2)::uuid)) as row
    from medicine m, copies where m.course_id = '{course}')
insert into medicine select (row).* from rows;
insert into administration select (jsonb_populate_record(a, jsonb_build_object(
        'id', gen_random_uuid(),
        'medicine_id', overlay(md5(n || a.medicine_id::text) placing '00' from 1 for 2)::uuid))).*
    from administration a, generate_series(1, 60) n where a.medicine_id = '{course}';
"""


@pytest.fixture
async def given(caseload: Running) -> Giving:
    return await giving(caseload)


def ago(**back: float) -> datetime:
    return datetime.now(UTC) - timedelta(**back)


async def changed(given: Giving, verb: str, **body: Any) -> None:
    """What becomes of the client's care, today."""
    await given.client.post(f"/v1/episodes-of-care/{given.client.episode_id}/{verb}", body)


async def paused(given: Giving) -> None:
    await changed(given, "pause", reason="in_hospital", paused_on=in_days(0))


async def discharged(given: Giving) -> None:
    advice = {"safety_net": "Ring if it bleeds", "ring": "01632 960100", "come_back": "Ring us"}
    await changed(given, "discharge", reason="goals_met", ended_on=in_days(0), **advice)


async def stopped(given: Giving, medicine: str) -> None:
    await given.client.post(f"/v1/medicines/{medicine}/stop", {"reason": "The GP changed it"})


async def given_long_ago(given: Giving) -> None:
    """As if all that there is had been added, and care begun, three days ago."""
    await given.system.alter("caseload", "update medicine set awaited_from = awaited_from - interval '3 days'")
    await given.system.alter("caseload", "update episode_of_care set opened_on = opened_on - 3")


@pytest.mark.parametrize("leave", [paused, discharged])
async def test_of_whom_is_not_in_care_no_dose_is_late_or_due(given: Giving, leave: Any) -> None:
    medicine = await a_time_critical_medicine(given)
    assert [item["medicine"]["id"] for item in await given.due(in_days(1))] == [medicine]
    await leave(given)
    assert await late(given) == 0
    assert await given.due(in_days(1)) == []
    assert await given.due(in_days(0)) == []


@pytest.mark.parametrize("leave", [paused, discharged])
async def test_whoever_lets_a_client_go_settles_her_late_doses(given: Giving, leave: Any) -> None:
    await a_time_critical_medicine(given)
    assert await late(given) == 1
    await leave(given)
    assert await alerts(given, open="true") == []
    (told,) = await given.system.published("caseload", AlertAcknowledged)
    (alert,) = await alerts(given)
    assert (told.data["alert_id"], alert["acknowledged_by"]) == (alert["id"], str(NURSE))


async def test_who_is_back_is_told_of_from_then_on(given: Giving) -> None:
    """What fell due in hospital was the hospital's to give."""
    due = (datetime.now(ENGLAND) - timedelta(hours=1)).strftime("%H:%M")
    await given.medicine(**PARKINSONS, times=[due], starts_on=in_days(-2))
    await given_long_ago(given)
    await paused(given)
    await changed(given, "resume", resumed_on=in_days(0))
    assert await late(given, datetime.now(UTC)) == 0
    assert await late(given, datetime.now(UTC) + timedelta(days=1)) == 1


async def test_a_refused_pause_settles_nothing(given: Giving) -> None:
    await a_time_critical_medicine(given)
    await late(given)
    early = {"reason": "away", "paused_on": "2020-01-01"}
    answer = await given.nurse.post(f"/v1/episodes-of-care/{given.client.episode_id}/pause", json=early)
    assert answer.status_code in (409, 422)
    assert len(await alerts(given, open="true")) == 1


async def test_what_another_dose_covers_hides_no_late_one_behind_it(given: Giving) -> None:
    """Of more courses than one transaction looks at, the predecessor's dose was given shortly before."""
    at = ago(hours=2).replace(second=0, microsecond=0)
    before, after = ((at.astimezone(ENGLAND) + timedelta(minutes=m)).strftime("%H:%M") for m in (0, 10))
    first = await given.medicine(**PARKINSONS, times=[before], starts_on=in_days(-2))
    await given.recorded(first, happened_at=at.isoformat())
    await stopped(given, first)
    await given.medicine(**PARKINSONS, times=[after], starts_on=in_days(-2), replaces_id=first)
    await given.system.alter("caseload", LIKE_IT.format(course=first))
    missed = await given.medicine(**PARKINSONS, times=[after], starts_on=in_days(0))
    await given_long_ago(given)
    await given.system.alter("caseload", f"update medicine set starts_on = '{day_in_england(at)}'")
    assert await late(given, datetime.now(UTC)) == 1
    assert [alert["subject_id"] for alert in await alerts(given)] == [missed]


async def test_a_tablet_a_year_ahead_hides_no_late_dose(given: Giving) -> None:
    in_a_year = int((datetime.now(UTC) + timedelta(days=366)).timestamp() * 1000)
    id_ = UUID(int=in_a_year << 80 | 0x7000_8000_0000_0000_0001)
    await a_time_critical_medicine(given, id=str(id_))
    assert await late(given) == 1


async def test_what_was_due_before_it_was_written_down_is_nobodys_lateness(given: Giving) -> None:
    """Also where the device's clock is a year behind."""
    a_year_ago = int(ago(days=365).timestamp() * 1000)
    due = (datetime.now(ENGLAND) - timedelta(hours=1)).strftime("%H:%M")
    id_ = UUID(int=a_year_ago << 80 | 0x7000_8000_0000_0000_0001)
    await given.medicine(**PARKINSONS, times=[due], starts_on=in_days(-2), id=str(id_))
    await given.system.alter("caseload", "update episode_of_care set opened_on = opened_on - 3")
    assert await late(given, datetime.now(UTC)) == 0


async def test_a_stopped_medicine_is_told_of_no_more(given: Giving) -> None:
    medicine = await a_time_critical_medicine(given)
    await late(given)
    await stopped(given, medicine)
    assert await alerts(given, open="true") == []
    assert await escalate_some(given.system.databases["caseload"], tomorrow_at(12)) == 0


async def test_a_dose_of_the_predecessor_that_is_recorded_late_settles_the_alert(given: Giving) -> None:
    """The tablet in the bag knew: it was given before the medicine was changed."""
    at = ago(hours=2).replace(second=0, microsecond=0)
    before, after = ((at.astimezone(ENGLAND) + timedelta(minutes=m)).strftime("%H:%M") for m in (0, 10))
    first = await given.medicine(**PARKINSONS, times=[before], starts_on=str(day_in_england(at)))
    await stopped(given, first)
    await given.medicine(**PARKINSONS, times=[after], starts_on=str(day_in_england(at)), replaces_id=first)
    await given_long_ago(given)
    assert await late(given, datetime.now(UTC)) == 1
    await given.recorded(first, happened_at=at.isoformat())
    assert await alerts(given, open="true") == []


async def test_an_app_misses_no_alert_of_a_transaction_that_began_before_and_ended_after(given: Giving) -> None:
    slow, quick = [await a_time_critical_medicine(given) for _ in range(2)]
    database = given.system.databases["caseload"]
    async with database.transaction(SYSTEM) as first:
        medicine = await first.get(Medicine, UUID(slow))
        await raise_alert(first, AlertKind.LATE_DOSE, medicine, first.now)
        await first.settle()
        async with database.transaction(SYSTEM) as second:
            medicine = await second.get(Medicine, UUID(quick))
            await raise_alert(second, AlertKind.LATE_DOSE, medicine, second.now)
        (seen,) = await alerts(given)
        assert seen["subject_id"] == quick
    again = await alerts(given, since=seen["changed_at"])
    assert {alert["subject_id"] for alert in again} == {slow, quick}
    assert [(one["id"], one["version"]) for one in again if one["subject_id"] == quick] == [(seen["id"], 1)]
