"""Each operation is on record by itself; what waits is behind the team's wall; figures are counts and ages."""

from typing import Any
from uuid import UUID

from services.common.auth import SYSTEM
from tests.caseload.story import OnCaseload, a_contact, new_id, take_on
from tests.caseload.sync.device import Device, a_device, ago, outcomes, planned
from tests.common.audited import trail
from tests.running import DEPUTY, NURSE, STRANGER, TEAM, Running

WORDS = "Zzcanary"


async def since(caseload: Running, before: int) -> list[Any]:
    return list((await trail(caseload.databases["caseload"]))[before:])


async def test_each_operation_is_a_row_of_the_audit_trail(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    before = len(await trail(caseload.databases["caseload"]))
    contact = a_contact(client.episode_id, note=WORDS)
    await device.push(
        device.did("record_care_contact", contact),
        device.did("record_care_contact", a_contact(new_id())),
        device.did("add_note", {"id": new_id(), "words": WORDS}, {"care_contact_id": contact["id"]}),
    )
    rows = await since(caseload, before)
    assert [row.operation for row in rows] == [
        "POST /v1/sync/push record_care_contact",
        "POST /v1/sync/push record_care_contact",
        "POST /v1/sync/push add_note",
        "POST /v1/sync/push",
    ]
    assert [(row.outcome, row.reason_code) for row in rows] == [(0, None), (8, "not_found"), (0, None), (0, None)]
    assert [row.client_ids for row in rows] == [[UUID(client.client_id)], None, [UUID(client.client_id)], None]
    assert {row.subject for row in rows} == {str(NURSE)}
    assert len({row.request_id for row in rows}) == 1
    assert WORDS not in str(rows)


async def test_a_push_that_is_refused_whole_leaves_one_row(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    done = device.did("record_care_contact", a_contact(client.episode_id))
    before = len(await trail(caseload.databases["caseload"]))
    assert (await device.send(done | {"sequence": 5})).status_code == 409
    (row,) = await since(caseload, before)
    assert (row.operation, row.reason_code) == ("POST /v1/sync/push", "sequence_gap")


async def test_what_waits_is_behind_the_teams_wall(caseload: Running) -> None:
    plan, device = await planned(caseload), await a_device(caseload)
    joels = await a_device(caseload, DEPUTY)
    await joels.push(plan.change(joels, "Three layers", occurred_at=ago(hours=1)))
    await device.push(plan.change(device, WORDS), device.did("predict", {"words": WORDS}))
    database = caseload.databases["caseload"]
    for employee, seen in ((NURSE, True), (STRANGER, False)):
        principal = SYSTEM.__class__(subject=str(employee), persona=SYSTEM.persona.NURSE, employee_id=employee)
        async with database.transaction(principal) as tx:
            for table in ("sync_held", "sync_conflict", "sync_version", "plan_edit"):
                rows = await tx.rows(database.metadata.tables[table].select())
                assert bool(rows) is seen, table
            # The ledger and the devices are nobody's, and hold no word.
            for table in ("sync_operation", "sync_device"):
                rows = await tx.rows(database.metadata.tables[table].select())
                assert rows
                assert WORDS not in str(rows)


async def test_the_team_sees_its_devices_and_nobody_elses(caseload: Running) -> None:
    device, stranger = await a_device(caseload), await a_device(caseload, STRANGER)
    await device.send(unsent=12, oldest_unsent_at=ago(hours=5))
    await stranger.send(unsent=3)
    (one,) = (await device.nurse.get("/v1/sync/devices")).json()["items"]
    assert (one["id"], one["unsent"], one["pushed_by"]) == (device.id, 12, str(NURSE))
    refused = await device.nurse.post("/v1/sync/lost-devices", json={"device_id": stranger.id})
    assert refused.status_code == 404


async def test_what_may_be_lost_with_a_device_is_what_it_last_said_it_had(caseload: Running) -> None:
    client, device = await take_on(caseload), await a_device(caseload)
    await device.send(unsent=12, oldest_unsent_at=ago(hours=5))
    ops = await caseload.client("caseload", "nadia", "ops")
    assert await figures(ops) == {"devices": 1, "devices_with_unsent": 1, "devices_lost": 0, "may_be_lost": 0}
    lost = await device.nurse.post("/v1/sync/lost-devices", json={"device_id": device.id})
    assert (lost.status_code, lost.json()["lost_by"]) == (200, str(NURSE))
    assert await figures(ops) == {"devices": 1, "devices_with_unsent": 1, "devices_lost": 1, "may_be_lost": 12}
    await device.push(device.did("record_care_contact", a_contact(client.episode_id)))
    assert await figures(ops) == {"devices": 1, "devices_with_unsent": 0, "devices_lost": 0, "may_be_lost": 0}


async def figures(client: Any) -> dict[str, Any]:
    answer = await client.get("/v1/sync/figures")
    assert answer.status_code == 200, answer.text
    return {name: answer.json()[name] for name in ("devices", "devices_with_unsent", "devices_lost", "may_be_lost")}


async def a_little_of_everything(caseload: Running) -> tuple[OnCaseload, Device]:
    plan, device, joels = await planned(caseload), await a_device(caseload), await a_device(caseload, DEPUTY)
    await joels.push(plan.change(joels, "Three layers", occurred_at=ago(hours=1)))
    results = await device.push(
        plan.change(device, WORDS),
        device.did("predict", {"words": WORDS}),
        device.did("record_care_contact", a_contact(plan.client.episode_id), made_by=str(DEPUTY)),
        device.did("record_care_contact", a_contact(new_id(), note=WORDS)),
    )
    assert outcomes(results) == ["conflict", "kept_aside", "for_review", "refused"]
    return plan.client, device


async def test_figures_are_counts_and_ages_over_all_teams(caseload: Running) -> None:
    client, device = await a_little_of_everything(caseload)
    for persona in ("ops", "heatshield"):
        shown = await (await caseload.client("caseload", "somebody", persona)).get("/v1/sync/figures")
        assert shown.status_code == 200, shown.text
        told = shown.json()
        assert (told["conflicts_open"], told["conflicts_within_a_day"], told["conflicts_older"]) == (1, 1, 0)
        assert (told["for_review"], told["refused"], told["kept_aside"]) == (1, 1, 1)
        for secret in (WORDS, client.client_id, str(NURSE), str(TEAM), device.id):
            assert secret not in shown.text
    assert (await device.nurse.get("/v1/sync/figures")).status_code == 403


async def test_the_app_is_told_where_its_queue_stands_and_what_waits_for_whom(caseload: Running) -> None:
    _, device = await a_little_of_everything(caseload)
    shown = (await device.nurse.get(f"/v1/sync/status?device_id={device.id}")).json()
    assert (shown["through"], shown["unsent"], shown["conflicts_open"]) == (4, 0, 1)
    assert (shown["for_review"], shown["for_review_in_team"], shown["refused_or_kept_aside"]) == (0, 1, 2)
    joel = await caseload.client("caseload", DEPUTY)
    his = (await joel.get(f"/v1/sync/status?device_id={new_id()}")).json()
    assert (his["through"], his["conflicts_open"], his["for_review"]) == (0, 1, 1)
