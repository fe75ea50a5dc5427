"""The small app: what was noted on it arrives once, whatever happens to it, to the line and to the server."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.tablet.app import NoSignal, NotNow
from demo.tablet.doses import DoseGivenAlready
from services.caseload.events import CareContactRecorded
from tests.caseload.medicating import a_medicine, as_needed, told_of_role
from tests.caseload.photographs import a_jpeg
from tests.caseload.story import new_id, take_on
from tests.caseload.sync.rounds import has_plan, has_wound, planned, quiet
from tests.running import DEPUTY, NURSE, Running
from tests.tablet.line import OnTablet, a_tablet, today

ALL_APPLIED = {"applied"}


async def test_what_was_noted_without_signal_arrives_once_when_there_is_some(
    caseload: Running, tablet: OnTablet
) -> None:
    client = await take_on(caseload)
    tablet.line.is_down = True
    visit = tablet.visit(client.episode_id)
    app = tablet.app
    assert app.note("record_care_contact", visit) == 1
    about = {"care_contact_id": visit["id"]}
    assert app.note("add_note", {"id": new_id(), "words": "Edges clean"}, about=about) == 2
    with pytest.raises(NoSignal):
        await app.synchronise()
    assert app.queue.unsent()[0] == 2
    tablet.line.is_down = False
    await app.synchronise()
    assert app.queue.outcomes() == {1: "applied", 2: "applied"}
    assert len(await caseload.published("caseload", CareContactRecorded)) == 1


@pytest.mark.parametrize("cut", ["lost", "unanswered"])
async def test_a_line_that_is_cut_costs_nothing_and_doubles_nothing(
    caseload: Running, tablet: OnTablet, cut: str
) -> None:
    client = await take_on(caseload)
    tablet.app.note("record_care_contact", tablet.visit(client.episode_id))
    tablet.line.cuts.append(cut)
    with pytest.raises(NoSignal):
        await tablet.app.synchronise()
    tablet.restart()
    await tablet.app.synchronise()
    assert tablet.app.queue.outcomes() == {1: "applied"}
    assert len(await caseload.published("caseload", CareContactRecorded)) == 1


async def test_a_sign_in_that_ended_keeps_the_queue(caseload: Running, tablet: OnTablet) -> None:
    client = await take_on(caseload)
    tablet.app.note("record_care_contact", tablet.visit(client.episode_id))
    signed_in = tablet.app.http.headers.pop("Authorization")
    with pytest.raises(NotNow) as refused:
        await tablet.app.push()
    assert refused.value.status == 401
    tablet.app.http.headers["Authorization"] = signed_in
    await tablet.app.push()
    assert tablet.app.queue.outcomes() == {1: "applied"}


async def test_a_tablet_that_was_copied_numbers_anew_what_was_not_answered(
    caseload: Running, tablet: OnTablet, tmp_path: Path
) -> None:
    client = await take_on(caseload)
    tablet.app.note("record_care_contact", tablet.visit(client.episode_id))
    await tablet.app.push()
    copy = await a_tablet(caseload, tmp_path)
    copy.file.write_bytes(_whole(tablet))
    copy.restart()
    for one in (tablet, copy):
        one.app.note("record_care_contact", one.visit(client.episode_id))
        await one.app.push()
    assert copy.app.queue.device_id != tablet.app.queue.device_id
    assert set(copy.app.queue.outcomes().values()) == ALL_APPLIED
    assert len(await caseload.published("caseload", CareContactRecorded)) == 3


def _whole(tablet: OnTablet) -> bytes:
    tablet.app.queue._db.execute("pragma wal_checkpoint(truncate)")
    return tablet.file.read_bytes()


async def test_a_server_that_knows_less_than_it_answered_is_told_again(caseload: Running, tablet: OnTablet) -> None:
    """As after it was restored from a backup that is older than what it had answered."""
    client = await take_on(caseload)
    visits = [tablet.visit(client.episode_id) for _ in range(3)]
    for visit in visits:
        tablet.app.note("record_care_contact", visit)
    await tablet.app.push()
    await _forgets(caseload, visits[1:])
    tablet.app.note("record_care_contact", tablet.visit(client.episode_id))
    await tablet.app.push()
    assert tablet.app.queue.outcomes() == dict.fromkeys(range(1, 5), "applied")
    listed = (await client.nurse.get(f"/v1/clients/{client.client_id}")).json()["care_contact"]
    assert {one["id"] for one in listed} >= {visit["id"] for visit in visits}


async def _forgets(caseload: Running, visits: list[dict[str, Any]]) -> None:
    ids = ", ".join(f"'{visit['id']}'" for visit in visits)
    await caseload.alter("caseload", f"delete from care_activity where care_contact_id in ({ids})")
    await caseload.alter("caseload", f"delete from care_contact where id in ({ids})")
    await caseload.alter("caseload", "delete from sync_operation where sequence > 1")
    await caseload.alter("caseload", "update sync_device set through = 1")


async def test_a_second_dose_is_refused_on_the_tablet_by_what_it_took_along_pulled_and_noted(
    caseload: Running, tablet: OnTablet, tmp_path: Path
) -> None:
    client = await take_on(caseload)
    for nurse in (NURSE, DEPUTY):
        await told_of_role(caseload, nurse, "registered_nurse")
    medicine = a_medicine(client.client_id, **as_needed())
    await client.post("/v1/medicines", medicine)
    await planned(caseload, client.client_id, f"{today()}T09:00:00Z")
    await quiet(caseload)
    await tablet.app.take_along(today())
    dose = {"id": new_id(), "medicine_id": medicine["id"], "outcome": "given"}
    at = tablet.app.now() - timedelta(minutes=30)
    colleague = await a_tablet(caseload, tmp_path, DEPUTY)
    # Her round has nobody with this medicine on it.
    chart = {"override_reason": "The chart at her bedside says that none was given today"}
    colleague.app.note("record_administration", {**dose, **chart, "happened_at": at.isoformat()})
    await colleague.app.push()
    await quiet(caseload)
    await tablet.app.synchronise()
    second = {**dose, "id": new_id(), "happened_at": tablet.app.now().isoformat()}
    with pytest.raises(DoseGivenAlready):
        tablet.app.note("record_administration", second)
    later = {**second, "id": new_id(), "happened_at": (at + timedelta(hours=5)).isoformat()}
    tablet.app.note("record_administration", later)
    with pytest.raises(DoseGivenAlready):
        tablet.app.note("record_administration", {**later, "id": new_id()})
    said_so = {**second, "id": new_id(), "override_reason": "Vomited the first; the doctor said to repeat it"}
    assert tablet.app.note("record_administration", said_so) == 2


async def test_the_day_is_at_hand_without_signal_and_read_again_only_where_it_changed(
    caseload: Running, tablet: OnTablet
) -> None:
    client = await take_on(caseload)
    await has_plan(client)
    await planned(caseload, client.client_id, f"{today()}T09:00:00Z")
    taken = await tablet.app.take_along(today())
    assert [one["client_id"] for one in taken["visits"]] == [client.client_id]
    assert await tablet.app.take_along(today()) == taken
    tablet.line.is_down = True
    with pytest.raises(NoSignal):
        await tablet.app.take_along(today())
    tablet.restart()
    assert tablet.app.day(today()) == taken


async def test_a_photo_goes_on_where_the_line_was_cut(caseload: Running, tablet: OnTablet, tmp_path: Path) -> None:
    client = await take_on(caseload)
    wound = await has_wound(client, (48, 30))
    picture = tmp_path / "wound.jpg"
    picture.write_bytes(a_jpeg())
    photo_id = tablet.app.photograph(picture, wound_id=wound)
    # The push that tells of it, the beginning, the picture.
    tablet.line.cuts.extend(["heard", "heard", "unanswered"])
    with pytest.raises(NoSignal):
        await tablet.app.synchronise()
    tablet.restart()
    await tablet.app.synchronise()
    assert tablet.app.queue.photos() == []
    kept = await client.nurse.get(f"/v1/photos/{photo_id}")
    assert (kept.status_code, kept.json()["wound_id"]) == (200, wound)


async def test_two_nurses_who_take_turns_see_nothing_of_each_other(
    caseload: Running, tablet: OnTablet, tmp_path: Path
) -> None:
    client = await take_on(caseload)
    wound = await has_wound(client, (48, 30))
    await planned(caseload, client.client_id, f"{today()}T09:00:00Z")
    await tablet.app.take_along(today())
    await tablet.app.synchronise()
    picture = tmp_path / "wound.jpg"
    picture.write_bytes(a_jpeg())
    photo_id = tablet.app.photograph(picture, wound_id=wound)
    visit = tablet.visit(client.episode_id)
    tablet.app.note("record_care_contact", visit)
    tablet.app.note("record_care_contact", visit | {"id": new_id(), "mood": "sunny"})
    tablet.sign_in(DEPUTY)
    app = tablet.app
    with pytest.raises(LookupError):
        app.day(today())
    assert (app.queue.facts("wound_measurement"), app.queue.photos()) == ([], [])
    await app.synchronise()
    assert (app.queue.outcomes(), app.queue.to_show()) == ({1: "for_review", 2: "kept_aside"}, [])
    assert (await client.nurse.get(f"/v1/photos/{photo_id}")).status_code == 404
    tablet.sign_in(NURSE)
    assert [one["outcome"] for one in tablet.app.queue.to_show()] == ["for_review", "kept_aside"]
    await tablet.app.synchronise()
    kept = await client.nurse.get(f"/v1/photos/{photo_id}")
    assert kept.status_code == 200
