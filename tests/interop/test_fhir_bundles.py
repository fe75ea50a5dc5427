"""Batches, of which each entry stands for itself, and transactions, of which all is done or nothing."""

import json
from base64 import b64encode
from itertools import count
from typing import Any

import fhirkit
import pytest
from uuid6 import uuid7

from services.common.auth import SYSTEM
from services.common.db import Transaction
from services.common.errors import Conflict
from services.interop.domain.hospital_stay import HospitalStay
from services.interop.domain.inbound import InboundMessage, InboundReferral
from tests.interop.answers import BASE, stored
from tests.interop.records import Caseload, a_record
from tests.interop.telling import tell
from tests.interop.writes import FHIR, THEIRS, a_bundle, a_request, a_stay, an_entry
from tests.running import Running, written

NAME = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"


async def sent(client: Any, bundle: Any, **headers: str) -> Any:
    answer = await client.post(BASE, json=bundle, headers=FHIR | headers)
    assert fhirkit.validate(answer.text) == [], answer.text
    return answer


def statuses(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [entry["response"]["status"] for entry in answer.json()["entry"]]


async def test_a_transaction_does_all_and_its_references_lead_there(
    interop: Running, caseload: Caseload, bars: Any
) -> None:
    client_id = await tell(interop, caseload, a_record())
    stay = a_stay(client_id, basedOn=[{"reference": NAME}])
    bundle = a_bundle(
        an_entry(None, "GET", f"Patient/{client_id}"),
        an_entry(stay),
        an_entry(a_request(), full_url=NAME),
        an_entry(None, "GET", f"Encounter?patient={client_id}&status=in-progress"),
    )
    answer = await sent(bars, bundle, Prefer="return=representation")
    assert answer.json()["type"] == "transaction-response"
    assert statuses(answer) == ["200 OK", "201 Created", "201 Created", "200 OK"]
    read, made, request, found = answer.json()["entry"]
    assert read["resource"]["id"] == client_id
    assert made["resource"]["basedOn"] == [{"reference": f"ServiceRequest/{request['resource']['id']}"}]
    assert request["response"]["location"].endswith(f"/ServiceRequest/{request['resource']['id']}/_history/1")
    assert [one["resource"]["id"] for one in found["resource"]["entry"]] == [made["resource"]["id"]]
    (whole, alone) = await stored(interop, InboundMessage)
    assert whole.raw != alone.raw
    assert [whole.outcome, alone.outcome] == ["accepted", "accepted"]


async def test_a_transaction_that_fails_half_way_leaves_nothing(
    interop: Running, caseload: Caseload, bars: Any
) -> None:
    client_id = await tell(interop, caseload, a_record())
    before = len(await written(interop.databases["interop"]))
    for bad, at, status in (
        (an_entry(a_stay(str(uuid7()))), "Bundle.entry[1].resource.subject.reference", 422),
        (an_entry(a_stay(client_id, status="triaged")), "Bundle.entry[1].resource.status", 422),
        (an_entry({"resourceType": "Patient"}), "Bundle.entry[1]", 405),
        (an_entry(None, "GET", f"Patient/{uuid7()}"), "Bundle.entry[1].request", 404),
        (an_entry(None, "DELETE", f"Encounter/{uuid7()}"), "Bundle.entry[1]", 405),
        (
            an_entry(a_stay(client_id, basedOn=[{"reference": NAME}])),
            "Bundle.entry[1].resource.basedOn[0].reference",
            422,
        ),
        (
            an_entry(a_stay(client_id, basedOn=[{"reference": f"ServiceRequest?identifier={THEIRS}|none"}])),
            "Bundle.entry[1].resource.basedOn[0].reference",
            412,
        ),
        (an_entry(a_stay(client_id), url="Encounter/../Patient"), "Bundle.entry[1].request", 400),
        (an_entry(a_stay(client_id), url="ServiceRequest"), "Bundle.entry[1].resource", 400),
    ):
        answer = await sent(bars, a_bundle(an_entry(a_request()), bad))
        assert answer.status_code == status, (at, answer.text)
        places = [issue["expression"][0] for issue in answer.json()["issue"]]
        assert [place for place in places if place.startswith(at)], (at, places)
    assert await stored(interop, InboundReferral) == []
    assert await stored(interop, HospitalStay) == []
    assert len(await written(interop.databases["interop"])) == before
    assert {one.outcome for one in await stored(interop, InboundMessage)} == {"refused"}


async def test_a_resource_is_in_a_transaction_once(interop: Running, bars: Any) -> None:
    made = (await bars.post(f"{BASE}/ServiceRequest", json=a_request(), headers=FHIR)).json()
    twice = an_entry(made, "PUT", f"ServiceRequest/{made['id']}")
    answer = await sent(bars, a_bundle(twice, twice))
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (400, "duplicate")
    condition = f"identifier={THEIRS}|R-9"
    once = an_entry(a_request("R-9"), ifNoneExist=condition)
    answer = await sent(bars, a_bundle(once, once))
    assert answer.json()["issue"][0]["expression"] == ["Bundle.entry[1].request"]
    same = an_entry(a_request("R-9"), full_url=NAME)
    answer = await sent(bars, a_bundle(same, same))
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (422, "duplicate")
    answer = await sent(bars, a_bundle(an_entry(made, "PUT", f"ServiceRequest/{made['id']}", ifMatch='W/"7"')))
    assert (answer.status_code, answer.json()["issue"][0]["expression"]) == (412, ["Bundle.entry[0].request"])


async def test_each_entry_shows_what_it_found_or_left_and_nothing_that_came_after(interop: Running, bars: Any) -> None:
    made = (await bars.post(f"{BASE}/ServiceRequest", json=a_request("R-9"), headers=FHIR)).json()
    change = an_entry({**made, "priority": "stat"}, "PUT", f"ServiceRequest/{made['id']}")
    there = an_entry(a_request("R-9"), ifNoneExist=f"identifier={THEIRS}|R-9")
    answer = await sent(bars, a_bundle(change, there), Prefer="return=representation")
    assert statuses(answer) == ["200 OK", "200 OK"]
    changed, found = answer.json()["entry"]
    shown = [(one["response"]["etag"], one["resource"]["priority"]) for one in (found, changed)]
    assert shown == [('W/"1"', made["priority"]), ('W/"2"', "stat")]


async def test_a_batch_goes_on_after_an_entry_that_is_refused(interop: Running, caseload: Caseload, bars: Any) -> None:
    client_id = await tell(interop, caseload, a_record())
    patch = {"resourceType": "Binary", "contentType": "application/json-patch+json"}
    patch["data"] = b64encode(b'[{"op": "replace", "path": "/priority", "value": "stat"}]').decode()
    made = (await bars.post(f"{BASE}/ServiceRequest", json=a_request(), headers=FHIR)).json()
    bundle = a_bundle(
        an_entry(a_stay(client_id, status="bogus")),
        an_entry(a_stay(client_id)),
        an_entry({"resourceType": "Patient"}),
        an_entry(patch, "PATCH", f"ServiceRequest/{made['id']}"),
        an_entry(None, "GET", f"Patient/{uuid7()}"),
        an_entry(None, "GET", "Patient?colour=red"),
        an_entry(a_request("R-1"), ifNoneExist=f"identifier={THEIRS}|R-1"),
        an_entry(a_stay(client_id, basedOn=[{"reference": NAME}])),
        kind="batch",
    )
    answer = await sent(bars, bundle)
    found = [status[:3] for status in statuses(answer)]
    assert found == ["422", "201", "405", "200", "404", "200", "200", "422"]
    first = answer.json()["entry"][0]["response"]["outcome"]["issue"][0]
    assert first["expression"] == ["Bundle.entry[0].resource.status"]
    assert len(await stored(interop, HospitalStay)) == 1
    told = [one.type for one in await written(interop.databases["interop"])]
    assert told.count("interop.hospital_stay.told.v1") == 1


async def test_what_is_no_batch_or_transaction_is_refused(interop: Running, bars: Any) -> None:
    for bad, status in (
        ({"resourceType": "Bundle", "type": "message"}, 400),
        ({"resourceType": "Patient"}, 400),
        ([], 400),
        ({"resourceType": "Bundle", "type": "batch", "entry": [1]}, 422),
        ({"resourceType": "Bundle", "type": "batch", "entry": [{"resource": {"resourceType": "Patient"}}]}, 422),
        (a_bundle(*[an_entry(None, "GET", "Patient")] * 501, kind="batch"), 422),
        (a_bundle(*[an_entry(None, "GET", "Patient")] * 501), 422),
    ):
        assert (await sent(bars, bad)).status_code == status
    assert statuses_of_nothing(await sent(bars, {"resourceType": "Bundle", "type": "transaction"}))


def statuses_of_nothing(answer: Any) -> bool:
    return bool(answer.status_code == 200 and "entry" not in answer.json())


async def test_each_entry_needs_its_own_scope(interop: Running, caseload: Caseload) -> None:
    client_id = await tell(interop, caseload, a_record())
    some = await interop.client("interop", "trust-tie", "integrator", scope="system/Encounter.c system/Patient.r")
    bundle = a_bundle(
        an_entry(a_stay(client_id)),
        an_entry(a_request()),
        an_entry(None, "GET", f"Patient/{client_id}"),
        an_entry(None, "GET", "Patient"),
        kind="batch",
    )
    assert [status[:3] for status in statuses(await sent(some, bundle))] == ["201", "403", "200", "403"]


async def test_what_is_undone_in_a_batch_is_told_to_nobody(interop: Running, caseload: Caseload, bars: Any) -> None:
    client_id = await tell(interop, caseload, a_record())
    made = (await bars.post(f"{BASE}/ServiceRequest", json=a_request(), headers=FHIR)).json()
    before = len(await written(interop.databases["interop"]))
    # A leap second, which FHIR allows and no clock here shows.
    leap = "2026-12-31T23:59:60Z"
    bundle = a_bundle(
        an_entry(a_request("R-2", authoredOn=leap)),
        an_entry(made | {"authoredOn": leap}, "PUT", f"ServiceRequest/{made['id']}"),
        an_entry(a_stay(client_id, status="planned", period={"start": "2026-11-20", "end": leap})),
        an_entry(a_request("R-3")),
        kind="batch",
    )
    answer = await sent(bars, bundle)
    assert [status[:3] for status in statuses(answer)] == ["422", "422", "422", "201"]
    assert len(await stored(interop, InboundReferral)) == 2
    assert await stored(interop, HospitalStay) == []
    (told,) = (await written(interop.databases["interop"]))[before:]
    kept = answer.json()["entry"][3]["response"]["location"].split("/")[-3]
    assert (told.type, told.data["inbound_referral_id"]) == ("interop.referral.received.v1", kept)


async def test_what_fails_at_its_very_end_is_neither_told_nor_on_record(
    interop: Running, bars: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle, tries = Transaction.settle, count()

    async def once_refused(tx: Transaction) -> None:
        await settle(tx)
        if tx.record is not None and next(tries) == 0:
            raise Conflict("This cannot be.")

    monkeypatch.setattr(Transaction, "settle", once_refused)
    bundle = a_bundle(an_entry(a_request("R-1")), an_entry(a_request("R-2")), kind="batch")
    answer = await sent(bars, bundle)
    assert [status[:3] for status in statuses(answer)] == ["409", "201"]
    (kept,) = await stored(interop, InboundReferral)
    told = [one.data for one in await written(interop.databases["interop"]) if "referral" in one.type]
    assert [one["inbound_referral_id"] for one in told] == [str(kept.id)]
    async with interop.databases["interop"].transaction(SYSTEM) as tx:
        trail = tx.metadata.tables["audit_event"]
        rows = await tx.rows(trail.select().where(trail.c.operation == "POST /fhir/R4/{resource_type}"))
    assert [(row.entity_id, row.outcome) for row in rows] == [(kept.id, 0)]


async def test_each_entry_of_a_batch_is_answered_with_its_own_version(
    interop: Running, caseload: Caseload, bars: Any
) -> None:
    client_id = await tell(interop, caseload, a_record())
    made = (await bars.post(f"{BASE}/Encounter", json=a_stay(client_id, status="planned"), headers=FHIR)).json()
    patch = {"resourceType": "Binary", "contentType": "application/json-patch+json"}
    patch["data"] = b64encode(b'[{"op": "replace", "path": "/status", "value": "cancelled"}]').decode()
    path = f"Encounter/{made['id']}"
    bundle = a_bundle(
        an_entry(a_stay(client_id, id=made["id"]) | {"status": "planned", "priority": {"text": "A"}}, "PUT", path),
        an_entry(patch, "PATCH", path),
        kind="batch",
    )
    answer = await sent(bars, bundle, Prefer="return=representation")
    assert statuses(answer) == ["200 OK", "200 OK"]
    put, patched = answer.json()["entry"]
    assert [one["response"]["etag"] for one in (put, patched)] == ['W/"2"', 'W/"3"']
    assert [one["response"]["location"].split("/")[-1] for one in (put, patched)] == ["2", "3"]
    assert [one["resource"]["status"] for one in (put, patched)] == ["planned", "cancelled"]


async def test_a_number_in_a_batch_keeps_its_digits(interop: Running, caseload: Caseload, bars: Any) -> None:
    client_id = await tell(interop, caseload, a_record())
    for kind in ("batch", "transaction"):
        stay = a_stay(client_id, length={"value": 5, "unit": "d"})
        text = json.dumps(a_bundle(an_entry(stay), kind=kind)).replace('"value": 5', '"value": 72.50')
        answer = await bars.post(BASE, content=text, headers=FHIR | {"Prefer": "return=representation"})
        assert statuses(answer) == ["201 Created"]
        assert '"value":72.50' in answer.text, kind
        assert (
            '"value":72.50' in (await bars.get(f"{BASE}/Encounter/{answer.json()['entry'][0]['resource']['id']}")).text
        )


async def test_an_element_that_has_no_value_is_refused_at_its_place(interop: Running, bars: Any) -> None:
    for kind in ("batch", "transaction"):
        for name in ("url", "method"):
            entry = an_entry(a_request())
            del entry["request"][name]
            entry["request"][f"_{name}"] = {"id": "x"}
            answer = await sent(bars, a_bundle(entry, kind=kind))
            assert answer.status_code == 400, (kind, name, answer.text)
            assert answer.json()["issue"][0]["expression"] == ["Bundle.entry[0].request"]


async def test_what_is_no_resource_in_a_batch_is_refused_and_the_others_go_on(interop: Running, bars: Any) -> None:
    made = (await bars.post(f"{BASE}/ServiceRequest", json=a_request(), headers=FHIR)).json()
    spoiled: list[Any] = ["x", 1, [], ["x"], True, None, {}]
    for bad in spoiled:
        for method, path in (
            ("POST", "ServiceRequest"),
            ("PUT", f"ServiceRequest/{made['id']}"),
            ("PATCH", f"ServiceRequest/{made['id']}"),
        ):
            entry = an_entry(None, method, path) | {"resource": bad}
            answer = await sent(
                bars, a_bundle(entry, an_entry(None, "GET", f"ServiceRequest/{made['id']}"), kind="batch")
            )
            refused, read = statuses(answer)
            assert (refused[:1], read[:3]) == ("4", "200"), (bad, method, answer.text)
