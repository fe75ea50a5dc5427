"""Medicines: the device is the first check against a second dose, the server the last."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.caseload.domain.push import PushMessage, PushSubscription
from services.caseload.events import IncidentRaised, SyncConflictOpened
from services.common.auth import SYSTEM
from tests.caseload.medicating import ASSISTANT, Giving, an_administration
from tests.caseload.medicating import giving as a_giving
from tests.caseload.sync.device import Device, a_device, outcomes
from tests.caseload.test_alerts import alerts, on_call
from tests.caseload.test_push import Device as Browser
from tests.caseload.test_push import subscribed
from tests.running import DEPUTY, NURSE, Running

AT_EIGHT, SOON_AFTER = "2026-11-04T08:05:00Z", "2026-11-04T08:20:00Z"


@pytest.fixture
async def giving(caseload: Running) -> Giving:
    return await a_giving(caseload)


def gave(device: Device, medicine: str, at: str, **more: Any) -> Any:
    body = an_administration(medicine, happened_at=at, **more)
    return device.did("record_administration", body, occurred_at=at)


async def twice(caseload: Running, giving: Giving) -> tuple[str, Any]:
    """Two nurses gave the same dose, neither with signal; the medicine and the conflict."""
    toms, joels = await a_device(caseload), await a_device(caseload, DEPUTY)
    medicine = await giving.medicine()
    assert outcomes(await toms.push(gave(toms, medicine, AT_EIGHT))) == ["applied"]
    (result,) = await joels.push(gave(joels, medicine, SOON_AFTER))
    assert result["outcome"] == "conflict", result
    conflict = (await giving.nurse.get(f"/v1/sync/conflicts/{result['conflict_id']}")).json()
    return medicine, conflict


async def settle(client: Any, conflict: Any, settling: str) -> Any:
    path, headers = f"/v1/sync/conflicts/{conflict['id']}/settle", {"If-Match": f'"{conflict["version"]}"'}
    return await client.post(path, json={"settling": settling, "reason": "Spoke to Joel"}, headers=headers)


async def test_a_second_dose_is_neither_written_nor_dropped(caseload: Running, giving: Giving) -> None:
    medicine, conflict = await twice(caseload, giving)
    assert len(await giving.all(medicine)) == 1
    assert await caseload.published("caseload", IncidentRaised) == []
    assert (conflict["kind"], conflict["code"]) == ("dose", "dose_already_recorded")
    assert set(conflict["people"]) == {str(NURSE), str(DEPUTY)}
    assert [one["content"]["happened_at"] for one in conflict["versions"]] == [AT_EIGHT, SOON_AFTER]
    for client in (giving.nurse, giving.deputy):
        mine = (await client.get("/v1/sync/conflicts?needs_me=true")).json()["items"]
        assert [one["id"] for one in mine] == [conflict["id"]]


async def test_both_are_told_of_a_double_dose_until_it_is_settled(caseload: Running, giving: Giving) -> None:
    """Whoever is on call is not woken for what two others have to settle."""
    await on_call(caseload, ASSISTANT)
    for client in (giving.nurse, giving.deputy, giving.assistant):
        await subscribed(client, Browser().subscription())
    _, conflict = await twice(caseload, giving)
    (alert,) = await alerts(giving, open="true")
    assert (alert["kind"], alert["subject_id"]) == ("dose_in_conflict", conflict["id"])
    assert (alert["for_people"], alert["for_employee_id"]) == (sorted((str(NURSE), str(DEPUTY))), None)
    assert alert["due_at"] == alert["raised_at"] == conflict["opened_at"]
    woken = select(col(PushSubscription.employee_id)).join(PushMessage)
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        assert sorted(await tx.all(woken)) == sorted((NURSE, DEPUTY))
    assert (await settle(giving.nurse, conflict, "same_dose_noted_twice")).status_code == 200
    (ended,) = await alerts(giving)
    assert (ended["acknowledged_by"], ended["escalates_at"]) == (str(NURSE), None)


async def test_the_others_are_told_that_two_doses_stand_side_by_side_and_not_what_they_say(
    caseload: Running, giving: Giving
) -> None:
    medicine, conflict = await twice(caseload, giving)
    (told,) = await caseload.published("caseload", SyncConflictOpened)
    about = {"conflict_id": conflict["id"], "kind": "dose", "subject_id": medicine, "line_id": None}
    assert about.items() <= told.data.items()
    assert set(told.data) == {*about, "client_id", "team_id", "people", "opened_at"}
    assert set(told.data["people"]) == {str(NURSE), str(DEPUTY)}


async def test_one_dose_that_two_noted_stays_one(caseload: Running, giving: Giving) -> None:
    medicine, conflict = await twice(caseload, giving)
    settled = await settle(giving.nurse, conflict, "same_dose_noted_twice")
    assert settled.status_code == 200, settled.text
    assert len(await giving.all(medicine)) == 1
    assert await caseload.published("caseload", IncidentRaised) == []


async def test_a_dose_that_was_given_twice_is_an_incident(caseload: Running, giving: Giving) -> None:
    medicine, conflict = await twice(caseload, giving)
    settled = await settle(giving.nurse, conflict, "given_twice")
    assert settled.status_code == 200, settled.text
    second, first = await giving.all(medicine)
    assert (second["employee_id"], second["happened_at"]) == (str(DEPUTY), SOON_AFTER)
    assert (second["overrode"], second["override_reason"]) == ("dose_already_recorded", "Spoke to Joel")
    assert first["overrode"] is None
    (incident,) = await caseload.published("caseload", IncidentRaised)
    assert (incident.data["incident_id"], incident.data["kind"]) == (second["id"], "dose_already_recorded")


@pytest.mark.parametrize("settling", ["given_twice", "same_dose_noted_twice"])
async def test_only_a_registered_nurse_says_what_became_of_a_double_dose(
    caseload: Running, giving: Giving, settling: str
) -> None:
    medicine, conflict = await twice(caseload, giving)
    refused = await settle(giving.assistant, conflict, settling)
    assert (refused.status_code, refused.json()["code"]) == (403, "only_a_registered_nurse")
    assert len(await giving.all(medicine)) == 1
    assert (await settle(giving.nurse, conflict, settling)).status_code == 200


async def test_a_dose_with_its_reason_is_recorded_as_online(caseload: Running, giving: Giving) -> None:
    device, medicine = await a_device(caseload), await giving.medicine()
    results = await device.push(
        gave(device, medicine, AT_EIGHT), gave(device, medicine, SOON_AFTER, override_reason="Spat out the first")
    )
    assert outcomes(results) == ["applied", "applied"]
    assert len(await caseload.published("caseload", IncidentRaised)) == 1


async def test_the_same_dose_under_its_own_id_is_a_duplicate(caseload: Running, giving: Giving) -> None:
    device, medicine = await a_device(caseload), await giving.medicine()
    body = an_administration(medicine, happened_at=AT_EIGHT)
    await giving.nurse.post("/v1/administrations", json=body)
    (result,) = await device.push(device.did("record_administration", body))
    assert (result["outcome"], result["first_outcome"]) == ("duplicate", "applied")
    assert len(await giving.all(medicine)) == 1


async def test_what_was_not_given_cannot_have_been_given_twice(caseload: Running, giving: Giving) -> None:
    toms, joels = await a_device(caseload), await a_device(caseload, DEPUTY)
    medicine = await giving.medicine()
    await toms.push(gave(toms, medicine, AT_EIGHT))
    (result,) = await joels.push(gave(joels, medicine, SOON_AFTER, outcome="refused", reason="Asleep"))
    assert result["outcome"] == "conflict"
    conflict = (await giving.nurse.get(f"/v1/sync/conflicts/{result['conflict_id']}")).json()
    assert conflict["settled_by_sending"] == ["same_dose_noted_twice"]
    for settling in ("given_twice", "given_all_the_same"):
        refused = await settle(giving.nurse, conflict, settling)
        assert (refused.status_code, refused.json()["code"]) == (422, "settled_otherwise")
    assert (await settle(giving.nurse, conflict, "same_dose_noted_twice")).status_code == 200
    assert len(await giving.all(medicine)) == 1
