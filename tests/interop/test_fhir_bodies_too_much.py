"""Bodies that are small when they come and would be much to work on: each is refused, quickly, and where it is."""

import json
from time import monotonic
from typing import Any

import pytest

from services.interop.domain.inbound import InboundMessage, InboundReferral
from services.interop.fhir import structure, systems, xml_in
from tests.interop.answers import BASE, PATH, refused_once, stored
from tests.interop.bars_message import DOS_SERVICE, OURS, a_message, a_person, ids
from tests.interop.records import Caseload, a_record
from tests.interop.telling import tell
from tests.interop.writes import FHIR, THEIRS, a_bundle, a_request, a_stay, an_entry
from tests.running import TEAM, Running

PATCH = {"Content-Type": "application/json-patch+json"}
# Each took minutes, or all the memory there is.
SECONDS = 20


def nested(levels: int) -> dict[str, Any]:
    made: dict[str, Any] = {"url": "http://x", "valueString": "x"}
    for _ in range(levels):
        made = {"url": "http://x", "extension": [made]}
    return made


async def patched(client: Any, resource: dict[str, Any], operations: list[dict[str, Any]]) -> Any:
    return await client.patch(f"{BASE}/{resource['resourceType']}/{resource['id']}", json=operations, headers=PATCH)


async def made(client: Any, resource: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(f"{BASE}/{resource['resourceType']}", json=resource, headers=FHIR)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_patch_that_nests_what_it_adds_is_refused(bars: Any) -> None:
    """Each operation is shallow, and all together are deeper than can be written."""
    step = "/extension/0" * 12
    operations: list[dict[str, Any]] = [{"op": "add", "path": "/extension", "value": [nested(12)]}]
    places = [f"/extension/0{step}{step * number}" for number in range(25)]
    operations += [{"op": "replace", "path": place, "value": nested(12)} for place in places]
    answer = await patched(bars, await made(bars, a_request()), operations)
    assert refused_once(answer, 400, "invalid")["expression"] == ["ServiceRequest"]


async def test_a_resource_does_not_grow_with_each_patch(bars: Any) -> None:
    request, note = await made(bars, a_request()), {"text": "a" * 700_000}
    assert (await patched(bars, request, [{"op": "add", "path": "/note", "value": [note]}])).status_code == 200
    answer = await patched(bars, request, [{"op": "add", "path": "/note/-", "value": note}])
    assert refused_once(answer, 413, "too-long")["expression"] == ["ServiceRequest"]
    assert len((await bars.get(f"{BASE}/ServiceRequest/{request['id']}")).json()["note"]) == 1


async def test_a_condition_is_asked_once_however_often_it_is_referred_to(
    interop: Running, caseload: Caseload, bars: Any, statements: Any
) -> None:
    client_id = await tell(interop, caseload, a_record())
    request = await made(bars, a_request())
    stay = a_stay(client_id, basedOn=[{"reference": f"ServiceRequest?identifier={THEIRS}|R-1"}] * 300)
    with statements(interop.databases["interop"]) as seen:
        answer = await bars.post(
            BASE, json=a_bundle(an_entry(stay)), headers=FHIR | {"Prefer": "return=representation"}
        )
    assert answer.status_code == 200, answer.text
    led_to = {one["reference"] for one in answer.json()["entry"][0]["resource"]["basedOn"]}
    assert led_to == {f"ServiceRequest/{request['id']}"}
    assert len(seen) < 60


async def test_a_transaction_asks_no_more_conditions_than_it_may_have_entries(
    interop: Running, caseload: Caseload, bars: Any
) -> None:
    client_id = await tell(interop, caseload, a_record())
    request = await made(bars, a_request())
    conditions = [f"ServiceRequest?_id={request['id']}&_count={number}" for number in range(501)]
    stay = a_stay(client_id, basedOn=[{"reference": one} for one in conditions])
    answer = await bars.post(BASE, json=a_bundle(an_entry(stay)), headers=FHIR)
    assert refused_once(answer, 422, "too-costly")["expression"] == ["Bundle.entry[0].resource.basedOn[500].reference"]


async def test_teams_are_looked_for_all_at_once(interop: Running, bars: Any, statements: Any) -> None:
    teams = [f"01938000-0000-7000-8000-{number:012d}" for number in range(300)] + ["no team", str(TEAM)]
    performers = [{"identifier": {"system": systems.TEAM, "value": one}} for one in teams]
    with statements(interop.databases["interop"]) as seen:
        await made(bars, a_request(performer=performers))
    assert len(seen) < 40
    (referral,) = await stored(interop, InboundReferral)
    assert referral.team_id == TEAM


async def test_what_is_contained_is_read_once_however_often_it_performs(bars: Any) -> None:
    numbers = [{"system": DOS_SERVICE, "value": str(number)} for number in range(6000)]
    service = {
        "resourceType": "HealthcareService",
        "id": "s",
        "identifier": [*numbers, {"system": DOS_SERVICE, "value": OURS}],
    }
    contained, before = [*a_request()["contained"], service], monotonic()
    await made(bars, a_request(contained=contained, performer=[{"reference": "#s"}] * 20_000))
    assert monotonic() - before < SECONDS


async def test_a_persons_own_telephones_are_read_once_however_often_they_are_themselves(bars: Any) -> None:
    phones = [{"system": "phone", "value": "01229 870001"}] * 8000
    contact = {"relationship": [{"coding": [{"code": "ONESELF"}] * 20_000}], "telecom": phones}
    before = monotonic()
    answer = await bars.post(PATH, json=a_message(person=a_person(contact=[contact])), headers=ids())
    assert answer.status_code == 200, answer.text
    assert monotonic() - before < SECONDS


async def test_more_names_than_any_type_has_are_refused_before_they_are_compared(bars: Any) -> None:
    names = {f"a{number}": 1 for number in range(60_000)}
    before = monotonic()
    for path, document, headers in (
        (f"{BASE}/ServiceRequest", a_request() | names, FHIR),
        (PATH, a_message(request=names), ids()),
    ):
        answer = await bars.post(path, json=document, headers=headers)
        assert refused_once(answer, answer.status_code, "too-costly")["details"]["text"].startswith(
            "An element has more"
        )
        assert answer.status_code in {400, 422}
    assert monotonic() - before < SECONDS / 4


def test_what_is_always_a_list_is_one_at_once_in_xml() -> None:
    """Each level was found by holding the whole document against the definitions once more."""
    asked, counted = structure.complaints, []

    def counting(document: str) -> list[tuple[str, str]]:
        counted.append(document)
        return asked(document)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structure, "complaints", counting)
        deep = b"<extension url='http://x'>" * 12 + b"<valueCode value='a'/>" + b"</extension>" * 12
        content = json.loads(xml_in.to_json(b'<Patient xmlns="http://hl7.org/fhir">' + deep + b"</Patient>"))
    for _ in range(12):
        (content,) = content["extension"]
    assert content == {"url": "http://x", "valueCode": "a"}
    assert len(counted) < 4


async def test_large_and_deep_bodies_are_refused_where_they_are_too_much(interop: Running, bars: Any) -> None:
    many = b",".join([b'{"request":{"method":"GET","url":"Patient"}}'] * 10_000)
    bundle = b'{"resourceType":"Bundle","type":"%s","entry":[' + many + b"]}"
    bodies = [
        (bundle % b"batch", 422, "too-costly"),
        (bundle % b"transaction", 422, "too-costly"),
        (b"[" * 100_000, 400, "invalid"),
        (b"[" * 100_000 + b"]" * 100_000, 400, "invalid"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400, "invalid"),
        (b"[" + b" " * 50_000_000 + b"]", 413, "too-long"),
    ]
    for raw, status, code in bodies:
        refused_once(await bars.post(BASE, content=raw, headers=FHIR), status, code)
    kept = [one.raw for one in await stored(interop, InboundMessage)]
    assert kept == [raw for raw, status, _ in bodies if status != 413]
