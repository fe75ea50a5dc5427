"""What is not applied is kept whole, for whoever may see it, and for nobody else."""

import json
from typing import Any

import pytest

from services.caseload.usecases.sync.kinds import KINDS
from tests.caseload.story import OnCaseload, a_contact, new_id, take_on
from tests.caseload.sync.device import Device, a_device, ago, outcomes
from tests.caseload.sync.test_late_pushes import a_visit, leaves, take_in, waiting
from tests.caseload.sync.test_outcomes import of_another_team
from tests.running import DEPUTY, NURSE, STRANGER, Running


async def reviews(client: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get("/v1/sync/reviews")).json()["items"]
    return items


async def test_what_somebody_in_no_team_sent_is_kept_for_them_and_counted(caseload: Running) -> None:
    device = await a_device(caseload, DEPUTY)
    await leaves(caseload, DEPUTY)
    assert outcomes(await device.push(device.did("predict_the_weather", {"sun": True}))) == ["kept_aside"]
    (one,) = await reviews(device.nurse)
    assert one["kept_for"] == str(DEPUTY)
    assert await reviews(await caseload.client("caseload", NURSE)) == []
    ops = await caseload.client("caseload", "nadia", "ops")
    assert (await ops.get("/v1/sync/figures")).json()["kept_aside"] == 1
    status = (await device.nurse.get(f"/v1/sync/status?device_id={device.id}")).json()
    assert status["refused_or_kept_aside"] == 1


async def test_what_a_later_release_knows_is_taken_in_then(caseload: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose it is was not known either, so whoever did it takes it in."""
    client, device = await take_on(caseload), await a_device(caseload)
    wound = {"id": new_id(), "episode_of_care_id": client.episode_id, "site": "Heel"}
    with monkeypatch.context() as earlier:
        earlier.delitem(KINDS, "find_wound")
        assert outcomes(await device.push(device.did("find_wound", wound))) == ["kept_aside"]
        (one,) = await reviews(client.nurse)
        refused = await take_in(client.nurse, one)
        assert (refused.status_code, refused.json()["code"]) == (409, "still_unknown")
    assert (one["client_id"], one["kept_for"]) == (None, str(NURSE))
    assert (await take_in(await caseload.client("caseload", DEPUTY), one)).status_code == 404
    taken = await take_in(client.nurse, one)
    assert (taken.status_code, taken.json()["applied"]) == (200, "applied"), taken.text
    found = (await client.nurse.get(f"/v1/wounds/{wound['id']}")).json()
    assert (found["client_id"], found["site"]) == (client.client_id, "Heel")
    assert await reviews(client.nurse) == []


async def test_a_late_push_that_cannot_be_read_is_held_with_the_clients_team(caseload: Running) -> None:
    client, joels = await take_on(caseload), await a_device(caseload, DEPUTY)
    newer, wrong = a_visit(joels, client), a_visit(joels, client)
    newer["body"]["mood"] = "sunny"
    wrong["body"]["segments"] = []
    await leaves(caseload, DEPUTY)
    assert outcomes(await joels.push(newer, wrong)) == ["kept_aside", "refused"]
    kept = await reviews(client.nurse)
    assert [(one["client_id"], one["outcome"]) for one in kept] == [
        (client.client_id, "kept_aside"),
        (client.client_id, "refused"),
    ]


async def test_another_teams_clinical_text_is_shown_to_nobody_of_the_senders_team(caseload: Running) -> None:
    elsewhere, device = await of_another_team(caseload), await a_device(caseload)
    contact = a_contact(elsewhere.episode_id, note="Zzcanary")
    results = await device.push(
        device.did("record_care_contact", contact),
        device.did("record_care_contact", a_contact(new_id(), note="Zzcanary")),
        device.did("record_care_contact", contact | {"mood": "sunny"}),
    )
    assert outcomes(results) == ["refused", "refused", "kept_aside"]
    assert await reviews(await caseload.client("caseload", DEPUTY)) == []
    assert await reviews(elsewhere.nurse) == []
    mine = await reviews(device.nurse)
    assert [(one["client_id"], one["kept_for"]) for one in mine] == [(None, str(NURSE))] * 3
    stranger = await caseload.client("caseload", STRANGER)
    assert (await stranger.get(f"/v1/sync/reviews/{mine[0]['id']}")).status_code == 404


async def test_what_is_no_text_and_what_is_no_number_can_be_looked_at(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    note = {"id": new_id(), "words": "half a letter \ud800, and Infinity"}
    operation = device.did("add_note", note, {"care_contact_id": new_id()})
    size = device.did("measure_wound", {"id": new_id(), "length_mm": float("inf")}, {"wound_id": new_id()})
    told = {"device_id": device.id, "sent_at": ago(), "unsent": 0}
    content = _json({**told, "operations": [operation, size]})
    sent = await device.nurse.post("/v1/sync/push", content=content, headers={"Content-Type": "application/json"})
    assert outcomes(sent.json()["results"]) == ["refused", "refused"], sent.text
    first, second = await reviews(client.nurse)
    shown = await client.nurse.get(f"/v1/sync/reviews/{first['id']}")
    assert (shown.status_code, shown.headers["ETag"], shown.text.isascii()) == (200, '"1"', True)
    assert shown.json()["operation"] == operation
    shown = await client.nurse.get(f"/v1/sync/reviews/{second['id']}")
    assert (shown.status_code, '"length_mm": 1e999' in shown.text) == (200, True), shown.text


def _json(document: Any) -> str:
    """A number that is too large to be read, as another language would write it."""
    return json.dumps(document).replace("Infinity}", "1e999}")


async def beside(caseload: Running) -> tuple[OnCaseload, Device, dict[str, Any], dict[str, Any]]:
    """One visit that was recorded on two devices: the second, the contact that stands and the one beside it."""
    client, one, other = await take_on(caseload), await a_device(caseload), await a_device(caseload)
    visit = new_id()
    stands, sent = (a_contact(client.episode_id, visit_id=visit) for _ in range(2))
    await one.push(one.did("record_care_contact", stands))
    return client, other, stands, sent


@pytest.mark.parametrize("at_once", [True, False])
async def test_what_follows_on_a_visit_in_conflict_waits_and_goes_to_the_one_that_stands(
    caseload: Running, at_once: bool
) -> None:
    client, other, stands, sent = await beside(caseload)
    wound = {"id": new_id(), "episode_of_care_id": client.episode_id, "site": "Heel"}
    measured = {"id": new_id(), "measured_at": ago(hours=1), "length_mm": 42, "width_mm": 28}
    queue = [
        other.did("record_care_contact", sent),
        other.did("find_wound", wound),
        other.did("add_note", {"id": new_id(), "words": "Pale"}, {"care_contact_id": sent["id"]}),
        other.did("measure_wound", measured | {"care_contact_id": sent["id"]}, {"wound_id": wound["id"]}),
    ]
    results = await other.push(*queue) if at_once else [*await other.push(*queue[:2]), *await other.push(*queue[2:])]
    assert outcomes(results) == ["conflict", "applied", "for_review", "for_review"], results
    deputy = await caseload.client("caseload", DEPUTY)
    for one in await waiting(deputy):
        taken = await take_in(deputy, one)
        assert (taken.status_code, taken.json()["applied"]) == (200, "applied"), taken.text
    record = (await client.nurse.get(f"/v1/clients/{client.client_id}")).json()
    assert [one["id"] for one in record["care_contact"]] == [stands["id"]]
    assert {(one["words"], one["care_contact_id"]) for one in record["notes"]} >= {("Pale", stands["id"])}
    assert [one["id"] for one in record["measurements"]] == [measured["id"]]


async def test_what_follows_on_a_visit_that_came_into_conflict_when_it_was_taken_in(caseload: Running) -> None:
    client, toms = await take_on(caseload), await a_device(caseload)
    deputy, at_visit = await caseload.client("caseload", DEPUTY), {"visit_id": new_id(), "employee_id": str(DEPUTY)}
    visit = toms.did("record_care_contact", a_contact(client.episode_id, **at_visit), made_by=str(DEPUTY))
    about = {"care_contact_id": visit["body"]["id"]}
    note = toms.did("add_note", {"id": new_id(), "words": "Pale"}, about, made_by=str(DEPUTY))
    stands = await client.post("/v1/care-contacts", a_contact(client.episode_id, **at_visit))
    assert outcomes(await toms.push(visit, note)) == ["for_review", "for_review"]
    taken = [(await take_in(deputy, one)).json() for one in await waiting(deputy)]
    assert [one["applied"] for one in taken] == ["conflict", "applied"], taken
    record = (await client.nurse.get(f"/v1/clients/{client.client_id}")).json()
    assert {(one["words"], one["care_contact_id"]) for one in record["notes"]} >= {("Pale", stands["id"])}


async def test_what_follows_on_what_a_colleague_did_waits_with_it(caseload: Running) -> None:
    client, toms = await take_on(caseload), await a_device(caseload)
    visit = a_visit(toms, client, made_by=str(DEPUTY))
    note = toms.did("add_note", {"id": new_id(), "words": "Pale"}, {"care_contact_id": visit["body"]["id"]})
    assert outcomes(await toms.push(visit, note)) == ["for_review", "for_review"]
