"""What cannot have happened when a clock said so is applied at no guess: whoever looks asks when it was."""

from datetime import UTC, datetime, timedelta

import pytest

from services.common.types import day_in_england, midnight_in_england
from tests.caseload.around import an_action
from tests.caseload.medicating import giving as a_giving
from tests.caseload.story import a_contact, new_id, take_on
from tests.caseload.sync.device import a_device, ago, contacts, outcomes
from tests.caseload.sync.test_doses import gave
from tests.caseload.sync.test_late_pushes import take_in, waiting
from tests.running import DEPUTY, Running

LONG_AGO, BEFORE_REFERRAL = "1970-01-01T00:10:00+00:00", "2026-10-01T10:00:00+00:00"
AN_HOUR = timedelta(hours=1)


def near(told: str, wanted: str) -> bool:
    return abs(datetime.fromisoformat(told) - datetime.fromisoformat(wanted)) < timedelta(minutes=1)


async def test_a_day_is_put_right_by_the_day_on_which_it_was_said(caseload: Running) -> None:
    """Half an hour before midnight, on a clock that is an hour ahead and shows tomorrow."""
    client, device = await take_on(caseload), await a_device(caseload)
    action = await client.post("/v1/actions", an_action(client.client_id))
    done_at = midnight_in_england(day_in_england(datetime.now(UTC))) - AN_HOUR / 2
    shown = done_at + AN_HOUR
    done = {"done_on": str(day_in_england(shown))}
    operation = device.did("finish_action", done, {"action_id": action["id"]}, occurred_at=shown.isoformat())
    assert outcomes(await device.push(operation, sent_at=(datetime.now(UTC) + AN_HOUR).isoformat())) == ["applied"]
    kept = (await client.nurse.get(f"/v1/actions/{action['id']}")).json()
    assert kept["done_on"] == str(day_in_england(done_at))


@pytest.mark.parametrize("told", [LONG_AGO, BEFORE_REFERRAL, ago(days=-3)], ids=["years ago", "before", "to come"])
async def test_what_a_clock_said_that_was_mended_before_the_push_waits_for_somebody_to_say_when(
    caseload: Running, told: str
) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    contact = a_contact(client.episode_id, started_at=told)
    assert outcomes(await device.push(device.did("record_care_contact", contact, occurred_at=told))) == ["for_review"]
    (one,) = await waiting(client.nurse)
    assert (one["happened_at"], one["clock_off_seconds"]) == (None, None)
    deputy, was_at = await caseload.client("caseload", DEPUTY), ago(hours=3)
    unsaid = await take_in(deputy, one)
    assert (unsaid.status_code, unsaid.json()["code"]) == (422, "time_needed")
    before = await take_in(deputy, one, happened_at=BEFORE_REFERRAL)
    assert (before.status_code, before.json()["code"]) == (422, "time_needed")
    own = await take_in(client.nurse, one, happened_at=was_at)
    assert (own.status_code, own.json()["code"]) == (403, "another_has_to_look")
    taken = await take_in(deputy, one, happened_at=was_at)
    assert taken.status_code == 200, taken.text
    (kept,) = await contacts(client)
    assert near(kept["started_at"], was_at)


async def test_a_time_in_what_was_noted_that_is_still_to_come_is_not_refused(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    contact = a_contact(client.episode_id, started_at=ago(days=-3))
    results = await device.push(
        device.did("record_care_contact", contact),
        device.did("record_care_contact", a_contact(client.episode_id, started_at="yesterday")),
    )
    assert outcomes(results) == ["for_review", "refused"]


async def test_nobody_did_anything_with_a_team_before_they_came_to_it(caseload: Running) -> None:
    client, joels = await take_on(caseload), await a_device(caseload, DEPUTY)
    came_on = day_in_england(datetime.now(UTC)) - timedelta(days=3)
    await caseload.alter("caseload", f"update team_member set from_on = '{came_on}' where employee_id = '{DEPUTY}'")
    contact = a_contact(client.episode_id, started_at=ago(days=5))
    results = await joels.push(
        joels.did("record_care_contact", contact, occurred_at=ago(days=5)),
        joels.did("record_care_contact", a_contact(client.episode_id, started_at=ago(days=2)), occurred_at=ago(days=2)),
    )
    assert outcomes(results) == ["for_review", "applied"]


async def test_a_note_is_not_older_than_its_visit(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    contact = a_contact(client.episode_id, started_at=ago(hours=1), note=None, note_id=None)
    await client.post("/v1/care-contacts", contact)
    about = {"care_contact_id": contact["id"]}
    results = await device.push(
        device.did("add_note", {"id": new_id(), "words": "Before"}, about, occurred_at=ago(days=3)),
        device.did("add_note", {"id": new_id(), "words": "After"}, about, occurred_at=ago(minutes=5)),
    )
    assert outcomes(results) == ["for_review", "applied"]


async def test_when_a_note_and_a_dose_reached_the_record_is_shown_beside_when_they_were_made(caseload: Running) -> None:
    giving, device = await a_giving(caseload), await a_device(caseload)
    contact, written, given = a_contact(giving.client.episode_id), ago(hours=5), ago(hours=4)
    medicine = await giving.medicine()
    results = await device.push(
        device.did("record_care_contact", contact, occurred_at=written),
        gave(device, medicine, given, override_reason="Asleep in the morning"),
    )
    assert outcomes(results) == ["applied", "applied"], results
    (note,) = (await giving.nurse.get(f"/v1/clients/{giving.client.client_id}")).json()["notes"]
    assert (near(note["written_at"], written), near(note["received_at"], ago())) == (True, True)
    (dose,) = await giving.all(medicine)
    assert (near(dose["recorded_at"], given), near(dose["received_at"], ago())) == (True, True)
    online = await giving.nurse.post(
        f"/v1/care-contacts/{contact['id']}/notes", json={"id": new_id(), "words": "By the fire"}
    )
    assert near(online.json()["received_at"], ago())
