"""A council hears exactly what a client agreed to share, and only from then on."""

import json

from tests.interop.council import (
    CHANGE,
    REABLEMENT,
    SUPPORT,
    Council,
    agree,
    change_plan,
    connect,
    end,
    queued,
    sent,
    settled,
    start_reablement,
    support,
    take_on,
)
from tests.interop.records import Caseload
from tests.running import Running, until


async def test_support_reaches_the_council_with_exactly_the_agreed_fields(
    system: Running, caseload: Caseload, council: Council
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    share = await agree(system, client_id, connection_id)
    await support(system, client_id)
    await until(lambda: council.heard)
    (event,) = council.heard
    assert event["data"] == {"council_ref": "LAS-40021", "personal_care_minutes": 21}
    assert {name: event[name] for name in ("specversion", "type", "source", "subject", "datacontenttype")} == {
        "specversion": "1.0",
        "type": SUPPORT,
        "source": "/heatshield/interop",
        "subject": f"share/{share['id']}",
        "datacontenttype": "application/json",
    }
    (delivered,) = await settled(system, "sent")
    assert council.ids == [delivered["id"]]
    assert delivered.keys() == {
        "id",
        "connection_id",
        "type",
        "status",
        "attempts",
        "last_status",
        "queued_at",
        "due_at",
        "sent_at",
        "outcome",
        "reason",
        "answered_at",
    }
    assert (delivered["attempts"], delivered["last_status"]) == (1, 204)


async def test_no_name_number_or_note_ever_leaves(system: Running, caseload: Caseload, council: Council) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    everything = (await (await system.nurse("interop")).get("/openapi.json")).json()
    fields = everything["components"]["schemas"]["SharedField"]["enum"]
    await agree(system, client_id, connection_id, fields=fields)
    await support(system, client_id)
    await change_plan(system, client_id)
    await start_reablement(system, client_id)
    await until(lambda: len(council.heard) == 3)
    told = json.dumps(council.heard)
    for private in ("Maureen", "Tabor", "9990000204", "1936", "Chapel", "LA14", "ulcer", "bath", client_id):
        assert private not in told


async def test_a_changed_social_care_line_is_told_and_a_nursing_line_is_not(
    system: Running, caseload: Caseload, council: Council
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id, fields=["intervention", "plan_version", "changed_at"])
    await change_plan(system, client_id, domain="nursing")
    await change_plan(system, client_id)
    await until(lambda: council.heard)
    assert [(event["type"], event["data"]) for event in council.heard] == [
        (CHANGE, {"intervention": "02.05", "plan_version": 3, "changed_at": "2026-11-20T11:00:00Z"})
    ]
    assert await queued(system) == 1


async def test_reablement_is_told_with_its_dates(system: Running, caseload: Caseload, council: Council) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    dates = ["started_on", "last_free_day_on", "decision_due_on"]
    await agree(system, client_id, connection_id, fields=dates)
    await start_reablement(system, client_id)
    await until(lambda: council.heard)
    assert council.heard[0]["type"] == REABLEMENT
    assert council.heard[0]["data"] == dict(zip(dates, ("2026-11-16", "2026-12-27", "2026-12-13"), strict=True))


async def test_what_nothing_was_agreed_about_is_not_sent(system: Running, caseload: Caseload) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id, fields=["council_ref", "started_on"])
    await support(system, client_id)
    await change_plan(system, client_id)
    assert await queued(system) == 0


async def test_a_contact_of_nursing_alone_is_not_told(system: Running, caseload: Caseload) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id, fields=["care_contact_id"])
    nursing = [{"activity_type": "nursing", "minutes": 30}, {"activity_type": "coordination", "minutes": 5}]
    await support(system, client_id, segments=nursing)
    assert await queued(system) == 0


async def test_a_fact_delivered_twice_is_sent_once(system: Running, caseload: Caseload, council: Council) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id)
    contact = await support(system, client_id)
    await support(system, client_id, care_contact_id=contact["care_contact_id"])
    await settled(system, "sent")
    assert await queued(system) == len(council.heard) == 1


async def test_each_council_hears_by_its_own_share(system: Running, caseload: Caseload, council: Council) -> None:
    one, two = await connect(system), await connect(system)
    client_id = await take_on(system, caseload)
    first = await agree(system, client_id, one, fields=["personal_care_minutes"], council_ref="ONE")
    second = await agree(system, client_id, two, fields=["channel"], council_ref="TWO")
    await support(system, client_id)
    await until(lambda: len(council.heard) == 2)
    assert {event["subject"]: event["data"] for event in council.heard} == {
        f"share/{first['id']}": {"personal_care_minutes": 21},
        f"share/{second['id']}": {"channel": "in_person"},
    }
    assert len({event["id"] for event in council.heard}) == 1
    assert not any(reference in json.dumps(council.heard) for reference in ("ONE", "TWO"))
    assert len(await sent(system, connection_id=one)) == 1


async def test_consent_covers_nothing_before_it(system: Running, caseload: Caseload) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await support(system, client_id)
    await agree(system, client_id, connection_id)
    assert await queued(system) == 0


async def test_a_share_that_has_ended_sends_nothing(system: Running, caseload: Caseload) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    share = await agree(system, client_id, connection_id)
    await end(system, share)
    await support(system, client_id)
    assert await queued(system) == 0
