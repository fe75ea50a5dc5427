"""A device is in the list of those who hold it, and nobody goes on in the queue of people they are in no team with."""

from typing import Any

from services.caseload.events import CareContactRecorded
from tests.caseload.story import a_contact, new_id, take_on
from tests.caseload.sync.device import Device, a_device, ago, outcomes
from tests.caseload.sync.test_late_pushes import leaves
from tests.running import DEPUTY, NURSE, OTHER_TEAM, STRANGER, Running


async def listed(client: Any) -> list[tuple[str, int]]:
    return [(one["id"], one["unsent"]) for one in (await client.get("/v1/sync/devices")).json()["items"]]


async def test_nobody_takes_over_a_device_of_people_they_are_in_no_team_with(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    await device.send(unsent=12, oldest_unsent_at=ago(hours=5))
    stranger = await caseload.client("caseload", STRANGER)
    thief = Device(stranger, STRANGER, device.id)
    for sent in ([], [thief.did("record_care_contact", a_contact(new_id()))]):
        refused = await thief.send(*sent)
        assert (refused.status_code, refused.json()["code"]) == (409, "sequence_reused")
    assert await listed(stranger) == []
    assert await listed(client.nurse) == [(device.id, 12)]
    assert outcomes(await device.push(device.did("record_care_contact", a_contact(client.episode_id)))) == ["applied"]
    thief.id, thief.made = new_id(), 0
    assert outcomes(await thief.push(thief.did("predict_the_weather"))) == ["kept_aside"]


async def test_a_lost_device_is_found_by_what_was_on_it_alone(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    await device.send(unsent=12, oldest_unsent_at=ago(hours=5))
    await device.nurse.post("/v1/sync/lost-devices", json={"device_id": device.id})
    assert (await device.send(unsent=0)).status_code == 200
    (shown,) = (await client.nurse.get("/v1/sync/devices")).json()["items"]
    assert (shown["unsent"], shown["lost_by"]) == (12, str(NURSE))
    await device.push(device.did("record_care_contact", a_contact(client.episode_id)), unsent=11)
    (shown,) = (await client.nurse.get("/v1/sync/devices")).json()["items"]
    assert (shown["unsent"], shown["lost_by"], shown["lost_at"]) == (11, None, None)


async def test_a_leavers_tablet_stays_in_the_list_of_the_team_she_left(caseload: Running) -> None:
    device, other = await a_device(caseload, DEPUTY), await a_device(caseload, DEPUTY)
    await device.send(unsent=3, oldest_unsent_at=ago(hours=5))
    await leaves(caseload, DEPUTY)
    await device.send(unsent=4, oldest_unsent_at=ago(hours=6))
    await other.send(unsent=5, oldest_unsent_at=ago(hours=7))
    nurse = await caseload.client("caseload", NURSE)
    assert sorted(await listed(nurse)) == sorted([(device.id, 4), (other.id, 5)])


async def test_a_tablet_taken_to_another_team_is_in_both_lists_until_it_pushes_there_again(caseload: Running) -> None:
    device = await a_device(caseload, DEPUTY)
    await device.send(unsent=3, oldest_unsent_at=ago(hours=5))
    await leaves(caseload, DEPUTY)
    await caseload.join("caseload", team=OTHER_TEAM, employee=DEPUTY)
    nurse, stranger = await caseload.client("caseload", NURSE), await caseload.client("caseload", STRANGER)
    for unsent, of_old_team in ((2, [(device.id, 2)]), (1, [])):
        await device.send(unsent=unsent, oldest_unsent_at=ago(hours=5))
        assert await listed(nurse) == of_old_team
        assert await listed(stranger) == [(device.id, unsent)]


async def test_a_queue_that_is_numbered_anew_is_what_it_was(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    queue = [device.did("record_care_contact", a_contact(client.episode_id)) for _ in range(3)]
    await device.push(*queue)
    device.id = new_id()
    anew = [{**one, "sequence": number} for number, one in enumerate(queue[1:], start=1)]
    assert outcomes(await device.push(*anew)) == ["duplicate", "duplicate"]
    assert len(await caseload.published("caseload", CareContactRecorded)) == 3
