"""A tablet goes from hand to hand: what somebody did is theirs, and nobody says for another what they did not do."""

from typing import Any

import pytest

from services.caseload.events import CareContactRecorded
from tests.caseload.medicating import Giving, an_administration
from tests.caseload.medicating import giving as a_giving
from tests.caseload.night import a_check, a_driver
from tests.caseload.story import OnCaseload, new_id, take_on
from tests.caseload.sync.device import Device, a_device, ago, contacts, outcomes
from tests.caseload.sync.test_late_pushes import a_visit, leaves, take_in, waiting
from tests.running import DEPUTY, NURSE, STRANGER, Running

AT_EIGHT = "2026-11-04T08:05:00Z"


def joels(device: Device, client: OnCaseload) -> Any:
    """What Joel did, and Tom's device sends."""
    visit = a_visit(device, client, made_by=str(DEPUTY))
    visit["body"]["employee_id"] = str(DEPUTY)
    return visit


async def test_a_tablet_that_changed_hands_within_the_team_waits_for_a_look(caseload: Running) -> None:
    client, toms = await take_on(caseload), await a_device(caseload)
    assert outcomes(await toms.push(joels(toms, client), a_visit(toms, client))) == ["for_review", "applied"]
    (one,) = await waiting(client.nurse)
    assert (one["made_by"], one["pushed_by"]) == (str(DEPUTY), str(NURSE))
    taken = await take_in(await caseload.client("caseload", DEPUTY), one)
    assert (taken.status_code, taken.json()["settled_by"]) == (200, str(DEPUTY)), taken.text
    assert {contact["recorded_by"] for contact in await contacts(client)} == {str(NURSE), str(DEPUTY)}


async def test_whoever_sent_it_for_somebody_else_does_not_take_it_in(caseload: Running) -> None:
    client, toms = await take_on(caseload), await a_device(caseload)
    await toms.push(joels(toms, client))
    (one,) = await waiting(client.nurse)
    refused = await take_in(client.nurse, one)
    assert (refused.status_code, refused.json()["code"]) == (403, "another_has_to_look")
    assert await contacts(client) == []
    assert await waiting(client.nurse) == [one]


async def test_nobody_takes_in_what_somebody_did_who_was_never_there(caseload: Running) -> None:
    client, toms = await take_on(caseload), await a_device(caseload)
    (result,) = await toms.push(a_visit(toms, client, made_by=str(STRANGER)))
    assert (result["outcome"], result["refusal"]["code"]) == ("refused", "actor_mismatch")
    (one,) = (await client.nurse.get("/v1/sync/reviews")).json()["items"]
    for taker in (NURSE, DEPUTY):
        refused = await take_in(await caseload.client("caseload", taker), one)
        assert (refused.status_code, refused.json()["code"]) == (403, "actor_mismatch")
    assert await contacts(client) == []


async def test_nobody_did_anything_after_they_left(caseload: Running) -> None:
    client, toms = await take_on(caseload), await a_device(caseload)
    visit = joels(toms, client)
    await leaves(caseload, DEPUTY, days=10)
    (result,) = await toms.push(visit)
    assert (result["outcome"], result["refusal"]["code"]) == ("refused", "actor_mismatch")


async def test_whoever_holds_it_now_is_told_nothing_and_what_they_did_is_kept_for_them(caseload: Running) -> None:
    """The client's team gets what its own nurse did; what is of nobody's client is for that nurse alone."""
    client, strangers = await take_on(caseload), await a_device(caseload, STRANGER)
    real = a_visit(strangers, client, made_by=str(NURSE))
    unknown = a_visit(strangers, OnCaseload(None, "", new_id(), ""), made_by=str(NURSE))
    real["body"]["employee_id"] = unknown["body"]["employee_id"] = str(NURSE)
    results = await strangers.push(real, unknown)
    told = [{**one, "operation_id": None, "sequence": None} for one in results]
    assert outcomes(results) == ["for_review"] * 2
    assert told[0] == told[1]
    assert await caseload.published("caseload", CareContactRecorded) == []
    assert (await strangers.nurse.get("/v1/sync/reviews")).json()["items"] == []
    assert {one["operation_id"]: one["kept_for"] for one in await waiting(client.nurse)} == {
        real["operation_id"]: None,
        unknown["operation_id"]: str(NURSE),
    }
    deputy = await caseload.client("caseload", DEPUTY)
    (theirs,) = await waiting(deputy)
    assert (await take_in(deputy, theirs)).status_code == 200
    assert [contact["recorded_by"] for contact in await contacts(client)] == [str(NURSE)]


@pytest.fixture
async def giving(caseload: Running) -> Giving:
    return await a_giving(caseload)


async def test_a_dose_and_a_check_are_taken_in_by_a_registered_nurse(caseload: Running, giving: Giving) -> None:
    device, medicine = await a_device(caseload), await giving.medicine()
    driver = await giving.client.post("/v1/syringe-drivers", a_driver(giving.client.client_id))
    dose = an_administration(medicine, happened_at=AT_EIGHT)
    await device.push(
        device.did("record_administration", dose, occurred_at=AT_EIGHT, made_by=str(DEPUTY)),
        device.did(
            "check_driver", a_check(), {"syringe_driver_id": driver["id"]}, occurred_at=ago(), made_by=str(DEPUTY)
        ),
    )
    held = await waiting(giving.nurse)
    assert [one["kind"] for one in held] == ["record_administration", "check_driver"]
    for one in held:
        refused = await take_in(giving.assistant, one)
        assert (refused.status_code, refused.json()["code"]) == (403, "only_a_registered_nurse")
    taken = await take_in(giving.deputy, held[0])
    assert taken.status_code == 200, taken.text
    (kept,) = await giving.all(medicine)
    assert (kept["employee_id"], kept["recorded_by"]) == (str(DEPUTY), str(DEPUTY))
