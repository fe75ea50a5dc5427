"""Pushes at the same moment: of one device they take turns, of two nothing is lost and nothing done twice."""

import asyncio

from services.caseload.events import CareContactRecorded, CarePlanConflicted
from tests.caseload.story import a_contact, take_on
from tests.caseload.sync.device import a_device, ago, outcomes, planned
from tests.running import DEPUTY, Running


async def test_one_device_pushes_the_same_queue_twice_at_once(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    queue = [device.did("record_care_contact", a_contact(client.episode_id)) for _ in range(5)]
    both = await asyncio.gather(device.push(*queue), device.push(*queue))
    assert sorted(map(tuple, map(outcomes, both))) == [("applied",) * 5, ("duplicate",) * 5]
    assert len(await caseload.published("caseload", CareContactRecorded)) == 5


async def test_two_devices_write_one_line_at_once(caseload: Running) -> None:
    plan, toms, joels = await planned(caseload), await a_device(caseload), await a_device(caseload, DEPUTY)
    early = plan.change(joels, "Three layers", occurred_at=ago(minutes=50))
    late = plan.change(toms, "Two, softer liner", occurred_at=ago(minutes=40))
    both = await asyncio.gather(toms.push(late), joels.push(early))
    assert sorted(one["outcome"] for results in both for one in results) == ["applied", "conflict"]
    assert (await plan.line())["words"] == "Three layers"
    assert len(await caseload.published("caseload", CarePlanConflicted)) == 1


async def test_two_devices_with_one_restored_queue_apply_it_once(caseload: Running) -> None:
    client, one, other = await take_on(caseload), await a_device(caseload), await a_device(caseload)
    queue = [one.did("record_care_contact", a_contact(client.episode_id)) for _ in range(3)]
    answers = await asyncio.gather(one.send(*queue), other.send(*queue))
    assert {answer.status_code for answer in answers} <= {200, 503}
    for device in (one, other):
        assert outcomes(await device.push(*queue)) == ["duplicate"] * 3
    assert len(await caseload.published("caseload", CareContactRecorded)) == 3
