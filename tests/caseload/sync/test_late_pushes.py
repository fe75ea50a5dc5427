"""Whoever was there then and is not now, or holds somebody else's tablet: somebody of the team looks first."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.caseload.events import CareContactRecorded
from tests.caseload.story import OnCaseload, a_contact, end_care, new_id, take_on
from tests.caseload.sync.device import Device, a_device, ago, outcomes, planned
from tests.running import DEPUTY, NURSE, OTHER_TEAM, STRANGER, TEAM, Running

LAST_WEEK = {"days": 7}


async def leaves(caseload: Running, employee: UUID, days: int = 3) -> None:
    """They left the team so many days ago."""
    on = (datetime.now(UTC) - timedelta(days=days)).date()
    await caseload.alter("caseload", f"update team_member set until_on = '{on}' where employee_id = '{employee}'")


def a_visit(device: Device, client: OnCaseload, **more: Any) -> Any:
    contact = a_contact(client.episode_id, employee_id=str(device.holder), started_at=ago(**LAST_WEEK))
    return device.did("record_care_contact", contact, occurred_at=ago(**LAST_WEEK), **more)


async def waiting(client: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get("/v1/sync/reviews?outcome=for_review")).json()["items"]
    return items


async def take_in(client: Any, review: Any, **said: str) -> Any:
    path, headers = f"/v1/sync/reviews/{review['id']}/take-in", {"If-Match": f'"{review["version"]}"'}
    return await client.post(path, headers=headers, json=said)


async def test_a_push_of_somebody_who_left_waits_for_the_team(caseload: Running) -> None:
    client, joels = await take_on(caseload), await a_device(caseload, DEPUTY)
    visit = a_visit(joels, client)
    note = joels.did("add_note", {"id": new_id(), "words": "Pale"}, {"care_contact_id": visit["body"]["id"]})
    note["occurred_at"] = visit["occurred_at"]
    await leaves(caseload, DEPUTY)
    assert outcomes(await joels.push(visit, note)) == ["for_review", "for_review"]
    assert outcomes(await joels.push(visit, note)) == ["duplicate", "duplicate"]
    assert await caseload.published("caseload", CareContactRecorded) == []
    assert await waiting(joels.nurse) == []
    first, second = await waiting(client.nurse)
    assert (first["made_by"], first["client_id"], second["kind"]) == (str(DEPUTY), client.client_id, "add_note")
    for one in (first, second):
        taken = await take_in(client.nurse, one)
        assert (taken.status_code, taken.json()["applied"]) == (200, "applied"), taken.text
    record = (await client.nurse.get(f"/v1/clients/{client.client_id}")).json()
    (contact,) = record["care_contact"]
    assert (contact["recorded_by"], contact["employee_id"]) == (str(DEPUTY), str(DEPUTY))
    assert "Pale" in {one["words"] for one in record["notes"]}
    assert await waiting(client.nurse) == []


async def test_what_follows_on_what_waits_waits_in_a_later_push_as_well(caseload: Running) -> None:
    client, joels = await take_on(caseload), await a_device(caseload, DEPUTY)
    visit = a_visit(joels, client)
    await leaves(caseload, DEPUTY)
    await joels.push(visit)
    note = joels.did("add_note", {"id": new_id(), "words": "Pale"}, {"care_contact_id": visit["body"]["id"]})
    assert outcomes(await joels.push(note | {"occurred_at": visit["occurred_at"]})) == ["for_review"]


async def test_everybody_of_the_team_is_told_how_many_wait_for_a_look(caseload: Running) -> None:
    client, toms = await take_on(caseload), await a_device(caseload)
    visit = a_visit(toms, client)
    await leaves(caseload, NURSE)
    assert outcomes(await toms.push(visit)) == ["for_review"]
    deputy, stranger = await caseload.client("caseload", DEPUTY), await caseload.client("caseload", STRANGER)
    for who, counts in ((deputy, (0, 1)), (stranger, (0, 0)), (toms.nurse, (0, 0))):
        told = (await who.get(f"/v1/sync/status?device_id={toms.id}")).json()
        assert (told["for_review"], told["for_review_in_team"]) == counts
    (one,) = await waiting(deputy)
    assert (await take_in(deputy, one)).status_code == 200
    assert (await deputy.get(f"/v1/sync/status?device_id={toms.id}")).json()["for_review_in_team"] == 0


async def test_whoever_sent_it_for_somebody_else_does_not_set_it_aside(caseload: Running) -> None:
    client, toms = await take_on(caseload), await a_device(caseload)
    await toms.push(a_visit(toms, client, made_by=str(DEPUTY)))
    (one,) = await waiting(client.nurse)
    path, headers = f"/v1/sync/reviews/{one['id']}/set-aside", {"If-Match": '"1"'}
    refused = await client.nurse.post(path, json={"reason": "Not ours"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "another_has_to_look")
    assert await waiting(client.nurse) == [one]


async def test_it_is_taken_in_once_or_set_aside_with_a_reason(caseload: Running) -> None:
    client, joels = await take_on(caseload), await a_device(caseload, DEPUTY)
    await leaves(caseload, DEPUTY)
    await joels.push(a_visit(joels, client), a_visit(joels, client))
    first, second = await waiting(client.nurse)
    taken = await take_in(client.nurse, first)
    assert taken.status_code == 200, taken.text
    path, headers = f"/v1/sync/reviews/{second['id']}/set-aside", {"If-Match": '"1"'}
    aside = await client.nurse.post(path, json={"reason": "Was Ruth's"}, headers=headers)
    assert (aside.status_code, aside.json()["decision"]) == (200, "set_aside")
    assert (aside.json()["settled_by"], aside.json()["reason"]) == (str(NURSE), "Was Ruth's")
    for one in (first, second):
        again = await take_in(client.nurse, one)
        assert (again.status_code, again.json()["code"]) == (409, "already_settled")
        whole = (await client.nurse.get(f"/v1/sync/reviews/{one['id']}")).json()
        assert whole["operation"] is None
    assert len(await caseload.published("caseload", CareContactRecorded)) == 1


async def test_whoever_was_never_there_is_told_that_it_does_not_exist(caseload: Running) -> None:
    client, strangers = await take_on(caseload), await a_device(caseload, STRANGER)
    results = await strangers.push(a_visit(strangers, client), a_visit(strangers, OnCaseload(None, "", new_id(), "")))
    assert outcomes(results) == ["refused", "refused"]
    assert results[0]["refusal"] == results[1]["refusal"]
    assert results[0]["refusal"]["code"] == "not_found"
    assert (await client.nurse.get("/v1/sync/reviews")).json()["items"] == []
    assert len((await strangers.nurse.get("/v1/sync/reviews")).json()["items"]) == 2


async def test_a_visit_after_one_left_is_no_late_push(caseload: Running) -> None:
    client, joels = await take_on(caseload), await a_device(caseload, DEPUTY)
    await leaves(caseload, DEPUTY, days=10)
    (result,) = await joels.push(a_visit(joels, client))
    assert (result["outcome"], result["refusal"]["code"]) == ("refused", "not_found")


async def test_what_was_done_for_somebody_who_was_discharged_since_waits(caseload: Running) -> None:
    plan, device = await planned(caseload), await a_device(caseload)
    client = plan.client
    contact = a_contact(client.episode_id, started_at=ago(hours=3))
    queue = [
        device.did("record_care_contact", contact, occurred_at=ago(hours=3)),
        plan.change(device, "Three layers", occurred_at=ago(hours=3)),
    ]
    await end_care(client)
    assert outcomes(await device.push(*queue)) == ["for_review", "for_review"]
    deputy = await caseload.client("caseload", DEPUTY)
    for one in await waiting(client.nurse):
        taken = await take_in(deputy, one)
        assert (taken.status_code, taken.json()["applied"]) == (200, "applied"), taken.text
    assert (await plan.line())["words"] == "Three layers"


async def test_what_was_done_for_somebody_who_moved_since_waits_for_their_team_now(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    await caseload.alter("caseload", f"update client set team_id = '{OTHER_TEAM}' where id = '{client.client_id}'")
    assert outcomes(await device.push(a_visit(device, client))) == ["for_review"]
    stranger = await caseload.client("caseload", STRANGER)
    assert await waiting(client.nurse) == []
    (one,) = await waiting(stranger)
    assert one["client_id"] == client.client_id
    await caseload.alter("caseload", f"update client set team_id = '{TEAM}' where id = '{client.client_id}'")


async def test_what_its_own_rule_refuses_waits_on_and_says_why(caseload: Running) -> None:
    client, joels = await take_on(caseload), await a_device(caseload, DEPUTY)
    visit = a_visit(joels, client)
    visit["body"]["started_at"] = "2024-12-31T10:00:00Z"
    await leaves(caseload, DEPUTY)
    await joels.push(visit)
    (one,) = await waiting(client.nurse)
    refused = await take_in(client.nurse, one)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_in_the_team")
    assert await waiting(client.nurse) == [one]


async def test_what_this_release_does_not_know_is_kept_until_one_does(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    (result,) = await device.push(device.did("predict_the_weather", {"sun": True}))
    assert result["outcome"] == "kept_aside"
    (one,) = (await client.nurse.get("/v1/sync/reviews?outcome=kept_aside")).json()["items"]
    refused = await take_in(client.nurse, one)
    assert (refused.status_code, refused.json()["code"]) == (409, "still_unknown")
