"""Who must be told is told: of a late dose, an unaccepted handover and an overdue review (rows 3.11, 4.05)."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import update

from services.caseload.domain.break_glass import BreakGlass
from services.caseload.domain.handover import Handover
from services.caseload.events import AlertAcknowledged, AlertEscalated, AlertRaised
from services.caseload.main import SERVICE
from services.caseload.usecases.hand_over import expire_some
from services.caseload.usecases.tell import escalate_some, raise_late_doses, raise_overdue_reviews, watch
from services.common import watching
from services.common.auth import SYSTEM
from services.common.db import Database
from services.common.types import ENGLAND, day_in_england
from tests.caseload.medicating import Giving, giving, in_days
from tests.caseload.night import handed_over, later
from tests.caseload.story import new_id
from tests.caseload.world import an_emergency
from tests.running import DEPUTY, NURSE, STRANGER, TEAM, Databases, Running, running, until

PARKINSONS = {"drug": "Co-careldopa 25 mg/100 mg", "time_critical": True, "every_days": 1}


@pytest.fixture
async def given(caseload: Running) -> Giving:
    return await giving(caseload)


def tomorrow_at(hour: int, minute: int = 0) -> datetime:
    day = day_in_england(datetime.now(UTC)) + timedelta(days=1)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ENGLAND)


async def a_time_critical_medicine(given: Giving, **changes: Any) -> str:
    return await given.medicine(**PARKINSONS, times=["08:00"], starts_on=in_days(0), **changes)


async def alerts(given: Giving, **params: Any) -> list[Any]:
    found = await given.nurse.get("/v1/alerts", params=params)
    assert found.status_code == 200, found.text
    return list(found.json()["items"])


async def late(given: Giving, at: datetime | None = None) -> int:
    return await raise_late_doses(given.system.databases["caseload"], at or tomorrow_at(8, 31))


async def on_call(system: Running, employee: Any, *, version: int = 1, **changes: Any) -> None:
    shift = {"shift_id": new_id(), "team_id": str(TEAM), "employee_id": str(employee), "kind": "on_call"}
    times = {"starts_at": later(hours=-1), "ends_at": later(hours=48)}
    await system.deliver("caseload", "roster.shift.planned.v1", shift | times | changes, version=version)


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.get("/v1/alerts")).status_code == 401


async def test_a_late_time_critical_dose_alerts_the_nurse_on_call_once(given: Giving) -> None:
    await on_call(given.system, DEPUTY)
    medicine = await a_time_critical_medicine(given)
    assert await late(given, tomorrow_at(8, 29)) == 0
    assert (await late(given), await late(given)) == (1, 0)
    (alert,) = await alerts(given, open="true")
    told = {name: alert[name] for name in ("kind", "subject_id", "client_id", "for_employee_id", "acknowledged_at")}
    assert told == {
        "kind": "late_dose",
        "subject_id": medicine,
        "client_id": given.client.client_id,
        "for_employee_id": str(DEPUTY),
        "acknowledged_at": None,
    }
    assert datetime.fromisoformat(alert["due_at"]) == tomorrow_at(8)
    (raised,) = await given.system.published("caseload", AlertRaised)
    assert raised.data["alert_id"] == alert["id"]


async def test_where_nobody_is_on_call_the_whole_team_is_told(given: Giving) -> None:
    await on_call(given.system, DEPUTY, kind="shift")
    await a_time_critical_medicine(given)
    assert await late(given) == 1
    assert (await alerts(given))[0]["for_employee_id"] is None


async def test_what_is_not_late_alerts_nobody(given: Giving) -> None:
    """Not time-critical, stopped, with another window, not due on that day, or due before it was written down."""
    await given.medicine(times=["08:00"], starts_on=in_days(0))
    stopped = await a_time_critical_medicine(given)
    assert (await given.nurse.post(f"/v1/medicines/{stopped}/stop", json={"reason": "Changed"})).status_code == 200
    await a_time_critical_medicine(given, window_minutes=90)
    await given.medicine(**PARKINSONS | {"every_days": 2}, times=["08:00"], starts_on=in_days(0))
    assert await late(given) == 0
    early = (datetime.now(ENGLAND) - timedelta(hours=1)).strftime("%H:%M")
    await given.medicine(**PARKINSONS, times=[early], starts_on=in_days(-1))
    assert await late(given, datetime.now(UTC)) == 0


async def test_whoever_records_the_dose_knows_of_it(given: Giving) -> None:
    medicine = await a_time_critical_medicine(given)
    await late(given)
    due_at = (await alerts(given))[0]["due_at"]
    # As if it had been due yesterday, for what is recorded has happened.
    recorded = tomorrow_at(8) - timedelta(days=2)
    await given.system.alter("caseload", f"update medicine set starts_on = '{in_days(-3)}'")
    await given.system.alter("caseload", f"update alert set due_at = '{recorded.isoformat()}'")
    await given.recorded(medicine, happened_at=recorded.isoformat())
    (alert,) = await alerts(given)
    assert due_at != alert["due_at"]
    assert (alert["acknowledged_by"], alert["escalates_at"]) == (str(NURSE), None)
    assert await alerts(given, open="true") == []


async def test_what_nobody_answers_in_time_is_told_to_everybody_again_and_again_but_not_for_ever(given: Giving) -> None:
    await on_call(given.system, DEPUTY)
    await a_time_critical_medicine(given)
    await late(given)
    database, at = given.system.databases["caseload"], tomorrow_at(8, 31)
    assert await escalate_some(database, at + timedelta(minutes=14)) == 0
    for count in range(1, 5):
        assert await escalate_some(database, at + timedelta(minutes=15 * count)) == 1
    assert await escalate_some(database, at + timedelta(days=2)) == 0
    told = await given.system.published("caseload", AlertEscalated)
    assert [one.data["escalations"] for one in told] == [1, 2, 3, 4]


async def test_somebody_of_the_team_acknowledges_it_once(given: Giving) -> None:
    await a_time_critical_medicine(given)
    await late(given)
    (alert,) = await alerts(given)
    path = f"/v1/alerts/{alert['id']}"
    assert (await given.nurse.post(f"{path}/acknowledge", headers={"If-Match": '"9"'})).status_code == 412
    answered = await given.deputy.post(f"{path}/acknowledge")
    assert (answered.status_code, answered.json()["acknowledged_by"]) == (200, str(DEPUTY))
    again = await given.nurse.post(f"{path}/acknowledge")
    assert (again.status_code, again.json()["code"]) == (409, "alert_already_acknowledged")
    assert await escalate_some(given.system.databases["caseload"], tomorrow_at(12)) == 0
    (told,) = await given.system.published("caseload", AlertAcknowledged)
    assert (told.data["alert_id"], told.aggregateversion) == (alert["id"], 2)


async def test_an_app_asks_for_what_has_changed_since(given: Giving) -> None:
    await a_time_critical_medicine(given)
    await late(given)
    (alert,) = await alerts(given)
    changed_at = datetime.fromisoformat(alert["changed_at"])
    assert await alerts(given, since=(changed_at + timedelta(minutes=1)).isoformat()) == []
    await given.nurse.post(f"/v1/alerts/{alert['id']}/acknowledge")
    await given.system.alter("caseload", "update alert set changed_at = changed_at + interval '2 days'")
    later = await alerts(given, since=(changed_at + timedelta(minutes=1)).isoformat())
    assert [(one["id"], one["version"]) for one in later] == [(alert["id"], 2)]


async def test_a_handover_that_nobody_accepts_alerts_its_nurse_on_call_until_it_is_sent_again(given: Giving) -> None:
    night = await handed_over(given.system, given.client)
    database = given.system.databases["caseload"]
    async with database.transaction(SYSTEM) as tx:
        await tx.session.execute(update(Handover).values(accept_by=tx.now - timedelta(seconds=1)))
    await expire_some(database)
    (alert,) = await alerts(given, open="true")
    told = (alert["kind"], alert["subject_id"], alert["for_employee_id"])
    assert told == ("handover_not_accepted", night.id, str(DEPUTY))
    await given.client.post(f"/v1/handovers/{night.id}/send", {"accept_by": later(minutes=15)})
    assert await alerts(given, open="true") == []


async def test_a_review_of_broken_glass_that_is_overdue_alerts_the_clients_team_once(given: Giving) -> None:
    stranger, emergency = (
        await given.system.client("caseload", STRANGER),
        an_emergency(client_id=given.client.client_id),
    )
    assert (await stranger.post("/v1/break-glass", json=emergency)).status_code == 201
    database = given.system.databases["caseload"]
    assert await raise_overdue_reviews(database) == 0
    async with database.transaction(SYSTEM) as tx:
        await tx.session.execute(update(BreakGlass).values(review_due_at=tx.now - timedelta(seconds=1)))
    assert (await raise_overdue_reviews(database), await raise_overdue_reviews(database)) == (1, 0)
    (alert,) = await alerts(given, open="true")
    assert (alert["kind"], alert["subject_id"]) == ("break_glass_not_reviewed", emergency["id"])
    review = {"outcome": "justified", "note": "She rang us as well"}
    await given.nurse.post(f"/v1/break-glass/{emergency['id']}/review", json=review)
    assert await alerts(given, open="true") == []


async def test_another_team_is_told_of_none(given: Giving) -> None:
    await a_time_critical_medicine(given)
    await late(given)
    (alert,) = await alerts(given)
    stranger = await given.system.client("caseload", STRANGER)
    assert (await stranger.get("/v1/alerts")).json()["items"] == []
    assert (await stranger.get(f"/v1/alerts/{alert['id']}")).status_code == 404
    assert (await stranger.post(f"/v1/alerts/{alert['id']}/acknowledge")).status_code == 404


async def test_whose_time_on_call_was_cancelled_is_not_called(given: Giving) -> None:
    shift_id = new_id()
    await on_call(given.system, DEPUTY, shift_id=shift_id, status="planned")
    await on_call(given.system, DEPUTY, shift_id=shift_id, status="cancelled", version=2)
    await a_time_critical_medicine(given)
    assert await late(given) == 1
    (alert,) = await alerts(given, open="true")
    assert alert["for_employee_id"] is None


async def test_each_kind_is_looked_for_as_long_as_the_service_lives_also_while_another_look_fails(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(watch.LOOKS.values()) == {raise_late_doses, raise_overdue_reviews, escalate_some}
    looked = list[str]()

    async def look(what: str, _: Database) -> int:
        looked.append(what)
        if what == "late_doses":
            raise OSError
        return 0

    monkeypatch.setattr(watching, "first_within", lambda _: 0)
    monkeypatch.setattr(watch, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(watch, "LOOKS", {what: partial(look, what) for what in watch.LOOKS})
    async with running(databases, SERVICE):
        await until(lambda: all(looked.count(what) > 1 for what in watch.LOOKS))
