"""A conflict names those who really did what stands: they know what happened, whoever was to do it."""

from typing import Any

from tests.caseload.around import a_test, an_action
from tests.caseload.around import ago as day
from tests.caseload.night import a_check, a_driver
from tests.caseload.story import new_id, take_on
from tests.caseload.sync.device import Device, a_device, ago
from tests.running import DEPUTY, NURSE, Running


async def people(device: Device, operation: Any) -> set[str]:
    (result,) = await device.push(operation)
    assert result["outcome"] == "conflict", result
    found = await device.nurse.get(f"/v1/sync/conflicts/{result['conflict_id']}")
    assert result["conflict_id"] in {
        one["id"] for one in (await device.nurse.get("/v1/sync/conflicts?needs_me=true")).json()["items"]
    }
    return set(found.json()["people"])


BOTH = {str(NURSE), str(DEPUTY)}


async def test_a_wound_names_who_found_it(caseload: Running) -> None:
    client, toms = await take_on(caseload), await a_device(caseload)
    deputy = await caseload.client("caseload", DEPUTY)
    wound = {"id": new_id(), "episode_of_care_id": client.episode_id, "site": "Heel"}
    assert (await deputy.post("/v1/wounds", json=wound)).status_code == 201
    assert await people(toms, toms.did("find_wound", wound | {"site": "Left heel"})) == BOTH


async def test_a_driver_names_who_stopped_it(caseload: Running) -> None:
    client, toms = await take_on(caseload), await a_device(caseload)
    deputy = await caseload.client("caseload", DEPUTY)
    driver = await client.post("/v1/syringe-drivers", a_driver(client.client_id))
    path, headers = f"/v1/syringe-drivers/{driver['id']}/stop", {"If-Match": f'"{driver["version"]}"'}
    stopped = await deputy.post(path, json={"stopped_at": ago(minutes=5), "reason": "Died"}, headers=headers)
    assert stopped.is_success, stopped.text
    check = toms.did("check_driver", a_check(), {"syringe_driver_id": driver["id"]}, occurred_at=ago())
    assert await people(toms, check) == BOTH


async def test_an_action_names_who_ended_it_and_not_who_was_to_do_it(caseload: Running) -> None:
    client, toms = await take_on(caseload), await a_device(caseload)
    deputy = await caseload.client("caseload", DEPUTY)
    action = await client.post("/v1/actions", an_action(client.client_id))
    path, headers = f"/v1/actions/{action['id']}/give-back", {"If-Match": f'"{action["version"]}"'}
    given_back = await deputy.post(path, json={"reason": "Closed on Mondays"}, headers=headers)
    assert given_back.is_success, given_back.text
    done = toms.did("finish_action", {"done_on": day(0)}, {"action_id": action["id"]}, occurred_at=ago())
    assert await people(toms, done) == BOTH


async def test_a_test_names_who_took_the_last_step_and_not_who_chases_it(caseload: Running) -> None:
    client, toms = await take_on(caseload), await a_device(caseload)
    deputy = await caseload.client("caseload", DEPUTY)
    test = await client.post("/v1/tests", a_test(client.client_id))
    path, headers = f"/v1/tests/{test['id']}/cancel", {"If-Match": f'"{test["version"]}"'}
    cancelled = await deputy.post(path, json={"reason": "Not wanted"}, headers=headers)
    assert cancelled.is_success, cancelled.text
    taken = toms.did("take_test", {"taken_on": day(1)}, {"test_id": test["id"]}, occurred_at=ago())
    assert await people(toms, taken) == BOTH
