"""A queue with something malformed in it goes on behind that; where nothing can be read of it, nothing is applied."""

import json
from typing import Any

import pytest

from services.caseload.domain.sync_operation import Pushed, UnreadableOperation
from services.caseload.events import CareContactRecorded
from services.caseload.usecases.sync.reading import read_all
from tests.caseload.story import a_contact, new_id, take_on
from tests.caseload.sync.device import Device, a_device, ago, outcomes
from tests.caseload.sync.test_late_pushes import take_in
from tests.caseload.sync.test_outcomes import held
from tests.running import Running

WIDE = ", ".join(f'"name{number}": 1' for number in range(50))


async def send_as_it_is(device: Device, *operations: str, beside: str = "") -> Any:
    """Operations as text, for some of them no program of ours would write. The answer, whatever it is."""
    told = json.dumps({"device_id": device.id, "sent_at": ago(), "unsent": 0})[:-1]
    content = f'{told}, "operations": [{", ".join(operations)}]{beside and f", {beside}"}}}'
    return await device.nurse.post("/v1/sync/push", content=content, headers={"Content-Type": "application/json"})


@pytest.mark.parametrize("thing", [7, None, "Zzcanary", [], {}, {f"name{number}": 1 for number in range(51)}])
async def test_what_is_no_operation_at_all_stops_the_envelope_and_is_named_by_its_place(
    caseload: Running, thing: Any
) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    refused = await device.send(device.did("record_care_contact", a_contact(client.episode_id)), thing)
    assert (refused.status_code, refused.json()["code"]) == (422, "unreadable_operation")
    assert refused.json()["errors"][0]["pointer"] == "/body/operations/1"
    assert (await device.send()).json()["through"] == 0


@pytest.mark.parametrize(
    ("part", "bad"),
    [
        ('"kind": ', '"kind": "add_note", "kind": '),
        ('"about": {}', '"about": {"visit": 1, "visit": {"a": 1, "a": 2}}'),
        ('"minutes": ', '"minutes": 10, "minutes": '),
        ('"kind": ', f'{WIDE}, "kind": '),
        ('"about": {}', '"about": {"a": ' + "[" * 40 + "]" * 40 + "}"),
    ],
    ids=["a name twice", "a name twice inside", "a name twice in the body", "51 names and more", "40 levels"],
)
async def test_a_malformed_operation_is_refused_alone_and_kept_letter_for_letter(
    caseload: Running, part: str, bad: str
) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    before, wrong, after = (device.did("record_care_contact", a_contact(client.episode_id)) for _ in range(3))
    letters = json.dumps(wrong).replace(part, bad)
    sent = await send_as_it_is(device, json.dumps(before), letters, json.dumps(after))
    assert outcomes(sent.json()["results"]) == ["applied", "refused", "applied"], sent.text
    refusal = sent.json()["results"][1]["refusal"]
    assert (refusal["status"], refusal["code"]) == (422, "operation_malformed")
    assert [one["way_out"] != "" for one in refusal["errors"]] == [True]
    (kept,) = await held(client.nurse, "refused")
    shown = await client.nurse.get(f"/v1/sync/reviews/{kept['id']}")
    assert f'"operation":{letters}}}' in shown.text
    taken = await take_in(client.nurse, kept)
    assert (taken.status_code, taken.json()["code"]) == (422, "operation_malformed")
    assert len(await caseload.published("caseload", CareContactRecorded)) == 2
    assert (await device.send()).json()["through"] == 3


async def test_a_malformed_operation_is_known_again_under_another_number(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    wrong = json.dumps(device.did("record_care_contact", a_contact(client.episode_id)))
    twice = wrong.replace('"about": {}', '"about": {"a": {}, "a": {}}')
    await send_as_it_is(device, twice)
    device.id = new_id()
    (again,) = (await send_as_it_is(device, twice)).json()["results"]
    assert (again["outcome"], again["first_outcome"]) == ("duplicate", "refused")
    (other,) = (await send_as_it_is(device, twice.replace('"a": {}}', '"a": []}'))).json()["results"]
    assert other["refusal"]["code"] == "operation_altered"


@pytest.mark.parametrize("name", ["operation_id", "sequence"])
async def test_an_id_or_a_number_may_be_said_twice_alike_and_not_otherwise(caseload: Running, name: str) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    one = device.did("record_care_contact", a_contact(client.episode_id))
    said, others = json.dumps(one[name]), {"operation_id": json.dumps(new_id()), "sequence": "2"}
    unlike = json.dumps(one).replace("{", f'{{"{name}": {others[name]}, ', 1)
    refused = await send_as_it_is(device, unlike)
    assert (refused.status_code, refused.json()["code"]) == (422, "unreadable_operation")
    alike = json.dumps(one).replace("{", f'{{"{name}": {said}, ', 1)
    (result,) = (await send_as_it_is(device, alike)).json()["results"]
    assert (result["outcome"], result["refusal"]["code"]) == ("refused", "operation_malformed")


def test_levels_that_cannot_be_written_again_are_named_by_their_place() -> None:
    nested: list[Any] = []
    for _ in range(5000):
        nested = [nested]
    deep = {"operation_id": new_id(), "sequence": 1, "body": nested}
    pushed = Pushed.model_validate({"device_id": new_id(), "sent_at": ago(), "unsent": 0, "operations": [deep]})
    with pytest.raises(UnreadableOperation):
        read_all(pushed)


@pytest.mark.parametrize("beside", ['"unsent": 1, "unsent": 0', '"operations": []', '"device_id": {"a": 1, "a": 2}'])
async def test_a_name_twice_beside_the_operations_refuses_the_envelope(caseload: Running, beside: str) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    visit = json.dumps(device.did("record_care_contact", a_contact(client.episode_id)))
    refused = await send_as_it_is(device, visit, beside=beside)
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed_json")
    assert (await device.send()).json()["through"] == 0


@pytest.mark.parametrize("broken", [('"minutes": ', '"minutes": ,'), ('"minutes": ', '"minutes": NaN'), ("{", "")])
async def test_malformed_json_is_no_envelope_and_leaves_the_queue_as_it_was(
    caseload: Running, broken: tuple[str, str]
) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    queue = [json.dumps(device.did("record_care_contact", a_contact(client.episode_id))) for _ in range(3)]
    refused = await send_as_it_is(device, queue[0], queue[1].replace(*broken), queue[2])
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed_json")
    assert await caseload.published("caseload", CareContactRecorded) == []
    assert await held(client.nurse, "refused") == []
    assert (await client.nurse.get("/v1/sync/devices")).json()["items"] == []
    assert (await device.send()).json()["through"] == 0
    mended = await send_as_it_is(device, *queue)
    assert outcomes(mended.json()["results"]) == ["applied"] * 3
    assert mended.json()["through"] == 3
