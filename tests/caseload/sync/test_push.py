"""A queue is pushed: each operation is applied once, by its own rules, and answered for itself."""

from services.caseload.events import CareContactRecorded, WoundMeasured
from tests.caseload.story import a_contact, new_id, take_on
from tests.caseload.sync.device import a_device, ago, outcomes
from tests.running import Running


async def test_a_morning_is_applied_in_order_and_later_parts_may_need_earlier_ones(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    contact, wound = a_contact(client.episode_id, started_at=ago(hours=1)), new_id()
    note = {"id": new_id(), "words": "Slept badly"}
    measured = {"id": new_id(), "measured_at": ago(minutes=50), "length_mm": 42, "width_mm": 28}
    results = await device.push(
        device.did("record_care_contact", contact),
        device.did("add_note", note, {"care_contact_id": contact["id"]}, occurred_at=ago(minutes=55)),
        device.did("find_wound", {"id": wound, "episode_of_care_id": client.episode_id, "site": "Left lower leg"}),
        device.did("measure_wound", measured, {"wound_id": wound}),
    )
    assert outcomes(results) == ["applied"] * 4, results
    record = (await client.nurse.get(f"/v1/clients/{client.client_id}")).json()
    assert {one["words"] for one in record["notes"]} == {contact["note"], note["words"]}
    assert len(await caseload.published("caseload", CareContactRecorded)) == 1
    assert len(await caseload.published("caseload", WoundMeasured)) == 1


async def test_the_same_push_again_is_all_duplicates_and_makes_no_row(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    queue = [device.did("record_care_contact", a_contact(client.episode_id)) for _ in range(3)]
    first = await device.push(*queue)
    again = await device.push(*queue)
    assert outcomes(first) == ["applied"] * 3
    assert outcomes(again) == ["duplicate"] * 3
    assert [one["first_outcome"] for one in again] == ["applied"] * 3
    assert [one["version"] for one in again] == [one["version"] for one in first]
    assert len(await caseload.published("caseload", CareContactRecorded)) == 3


async def test_a_gap_names_the_number_expected_and_applies_nothing(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    queue = [device.did("record_care_contact", a_contact(client.episode_id)) for _ in range(3)]
    assert outcomes(await device.push(queue[0])) == ["applied"]
    refused = await device.send(queue[2])
    assert (refused.status_code, refused.json()["code"]) == (409, "sequence_gap")
    assert refused.headers["Expected-Sequence"] == "2"
    assert "2" in refused.json()["detail"]
    assert len(await caseload.published("caseload", CareContactRecorded)) == 1
    assert outcomes(await device.push(*queue)) == ["duplicate", "applied", "applied"]


async def test_a_number_belongs_to_one_operation_for_good(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    first = device.did("record_care_contact", a_contact(client.episode_id))
    await device.push(first)
    refused = await device.send(first | {"operation_id": new_id()})
    assert (refused.status_code, refused.json()["code"]) == (409, "sequence_reused")
    two = device.did("record_care_contact", a_contact(client.episode_id))
    at_once = await device.send(two, two | {"operation_id": new_id()})
    assert (at_once.status_code, at_once.json()["code"]) == (409, "sequence_reused")


async def test_what_was_sent_is_not_sent_again_with_another_content(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    first = device.did("record_care_contact", a_contact(client.episode_id))
    await device.push(first)
    (altered,) = await device.push(first | {"body": a_contact(client.episode_id)})
    assert (altered["outcome"], altered["refusal"]["code"]) == ("refused", "operation_altered")
    assert altered["first_outcome"] == "applied"


async def test_an_app_that_was_installed_anew_sends_its_old_queue_without_harm(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    queue = [device.did("record_care_contact", a_contact(client.episode_id)) for _ in range(2)]
    await device.push(*queue)
    device.id = new_id()
    assert outcomes(await device.push(*queue)) == ["duplicate", "duplicate"]
    more = device.did("record_care_contact", a_contact(client.episode_id))
    assert outcomes(await device.push(*queue, more)) == ["duplicate", "duplicate", "applied"]
    assert len(await caseload.published("caseload", CareContactRecorded)) == 3
