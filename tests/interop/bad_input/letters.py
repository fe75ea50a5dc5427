"""What a careful partner sends, one of each kind, to be spoiled; with what it needs to be there before."""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.interop.answers import BASE, PATH
from tests.interop.bad_input.oddities import MARK, NAME
from tests.interop.bars_message import NHS_NUMBER, a_message, a_person, ids
from tests.interop.hook import a_subscription, an_r4_subscription
from tests.interop.telling import hand_over
from tests.interop.validating import a_patient
from tests.interop.writes import FHIR, THEIRS, a_bundle, a_request, a_stay, an_entry
from tests.running import Running

SCOPES = "system/*.cruds handovers:rrv00"
PATCH = {"Content-Type": "application/json-patch+json"}
NARRATIVE = {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{MARK}</p></div>'}


@dataclass(frozen=True)
class Letter:
    """`is_kept` says whether it is a message, which is kept as it came before it is judged."""

    method: str
    path: str
    document: Any
    headers: dict[str, str] = field(default_factory=lambda: dict(FHIR))
    is_kept: bool = True
    may_be_xml: bool = True


@dataclass(frozen=True)
class Sender:
    """A trust's system at the door, and a client whom it knows."""

    system: Running
    client: Any
    client_id: str
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def sign_in(self) -> None:
        """With a new token: one lasts as long as a few hundred letters take."""
        token = self.system.issuer.token("trust-tie", "integrator", "interop", scope=SCOPES)
        self.client.headers["Authorization"] = f"Bearer {token}"

    def number(self) -> str:
        """What the trust calls its next referral."""
        return f"R-{next(self.numbers)}"

    async def made(self, document: dict[str, Any]) -> dict[str, Any]:
        answer = await self.client.post(f"{BASE}/{document['resourceType']}", json=document, headers=FHIR)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def task(self) -> dict[str, Any]:
        asked = {"ods_code": "RRV00", "accept_by": "2099-01-01T18:00:00Z"}
        answer = await self.client.get(f"{BASE}/Task/{await hand_over(self.system, self.client_id, **asked)}")
        found: dict[str, Any] = answer.json()
        return found

    def request(self, number: str | None = None, **changes: Any) -> dict[str, Any]:
        """With a person's data in each place that has some."""
        number = number or self.number()
        person = a_person(meta=None, name=[{"family": MARK, "given": [MARK]}], text=NARRATIVE) | {"id": "person"}
        role = {"resourceType": "Practitioner", "id": "by", "name": [{"family": MARK}]}
        words = {"reasonCode": [{"text": MARK}], "note": [{"text": MARK}], "text": NARRATIVE}
        identifier = [{"system": THEIRS, "value": number}, {"system": "https://trust.example/Id/pas", "value": MARK}]
        held = {"contained": [person, role], "requester": {"reference": "#by", "display": MARK}}
        return a_request(number, **words, **held, identifier=identifier, **changes)

    def stay(self, **changes: Any) -> dict[str, Any]:
        diagnosis = [{"text": MARK, "coding": [{"system": "http://snomed.info/sct", "code": "1", "display": MARK}]}]
        length = {"value": 1.50, "system": "http://unitsofmeasure.org", "code": "h"}
        return a_stay(self.client_id, reasonCode=diagnosis, length=length, text=NARRATIVE, **changes)


async def create_request(sender: Sender) -> Letter:
    return Letter("POST", f"{BASE}/ServiceRequest", sender.request())


async def create_unless_there(sender: Sender) -> Letter:
    number = sender.number()
    headers = FHIR | {"If-None-Exist": f"identifier={THEIRS}|{number}"}
    return Letter("POST", f"{BASE}/ServiceRequest", sender.request(number), headers)


async def update_request(sender: Sender) -> Letter:
    made = await sender.made(sender.request())
    return Letter("PUT", f"{BASE}/ServiceRequest/{made['id']}", made, FHIR | {"If-Match": 'W/"1"'})


async def update_found(sender: Sender) -> Letter:
    number = sender.number()
    return Letter("PUT", f"{BASE}/ServiceRequest?identifier={THEIRS}|{number}", sender.request(number))


async def patch_request(sender: Sender) -> Letter:
    made = await sender.made(sender.request())
    operations = [
        {"op": "test", "path": "/status", "value": "active"},
        {"op": "replace", "path": "/priority", "value": "stat"},
        {"op": "add", "path": "/note/-", "value": {"text": MARK}},
        {"op": "remove", "path": "/reasonCode/0/text"},
    ]
    return Letter("PATCH", f"{BASE}/ServiceRequest/{made['id']}", operations, PATCH, may_be_xml=False)


async def create_stay(sender: Sender) -> Letter:
    return Letter("POST", f"{BASE}/Encounter", sender.stay())


async def create_stay_by_number(sender: Sender) -> Letter:
    subject = {"identifier": {"system": NHS_NUMBER, "value": "9990000204"}, "display": MARK}
    return Letter("POST", f"{BASE}/Encounter", sender.stay(subject=subject))


async def update_stay(sender: Sender) -> Letter:
    made = await sender.made(sender.stay())
    return Letter("PUT", f"{BASE}/Encounter/{made['id']}", made | {"status": "finished", "period": _PERIOD})


async def patch_stay(sender: Sender) -> Letter:
    made = await sender.made(sender.stay())
    operations = [
        {"op": "replace", "path": "/status", "value": "finished"},
        {"op": "add", "path": "/period/end", "value": _PERIOD["end"]},
    ]
    return Letter("PATCH", f"{BASE}/Encounter/{made['id']}", operations, PATCH, may_be_xml=False)


async def answer_task(sender: Sender) -> Letter:
    task = await sender.task()
    answer = task | {"status": "accepted", "note": [{"text": MARK}], "statusReason": {"text": MARK}}
    return Letter("PUT", f"{BASE}/Task/{task['id']}", answer)


async def patch_task(sender: Sender) -> Letter:
    operations = [{"op": "replace", "path": "/status", "value": "accepted"}]
    return Letter("PATCH", f"{BASE}/Task/{(await sender.task())['id']}", operations, PATCH, may_be_xml=False)


async def transaction(sender: Sender) -> Letter:
    made, number = await sender.made(sender.request()), sender.number()
    entries = (
        an_entry(None, "GET", f"Patient/{sender.client_id}"),
        an_entry(sender.stay(basedOn=[{"reference": NAME}]), full_url="urn:uuid:6f2b7c1a-0000-4000-8000-000000000001"),
        an_entry(sender.request(number), full_url=NAME, ifNoneExist=f"identifier={THEIRS}|{number}"),
        an_entry(made | {"priority": "stat"}, "PUT", f"ServiceRequest/{made['id']}", ifMatch='W/"1"'),
        an_entry(None, "GET", "Encounter?status=planned&_count=2"),
    )
    return Letter("POST", BASE, a_bundle(*entries))


async def batch(sender: Sender) -> Letter:
    made, one, another = await sender.made(sender.request()), sender.number(), sender.number()
    patch = {"resourceType": "Binary", "contentType": PATCH["Content-Type"]}
    patch["data"] = b64encode(b'[{"op": "replace", "path": "/priority", "value": "stat"}]').decode()
    entries = (
        an_entry(sender.stay()),
        an_entry(patch, "PATCH", f"ServiceRequest/{made['id']}"),
        an_entry(None, "GET", f"Patient/{sender.client_id}/_history/1"),
        an_entry(sender.request(one), ifNoneExist=f"identifier={THEIRS}|{one}"),
        an_entry(sender.request(another), "PUT", f"ServiceRequest?identifier={THEIRS}|{another}"),
        an_entry(None, "DELETE", f"Encounter/{sender.client_id}"),
    )
    return Letter("POST", BASE, a_bundle(*entries, kind="batch"))


async def validate(sender: Sender) -> Letter:
    patient = a_patient(
        name=[{"family": MARK}], text=NARRATIVE, contained=[{"resourceType": "Organization", "id": "a"}]
    )
    patient["managingOrganization"] = {"reference": "#a"}
    mode = [{"name": "mode", "valueCode": "create"}, {"name": "profile", "valueUri": "http://x"}]
    parameters = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": patient}, *mode]}
    return Letter("POST", f"{BASE}/Patient/$validate", parameters, is_kept=False)


async def validate_bundle(sender: Sender) -> Letter:
    entries = [
        {"fullUrl": NAME, "resource": sender.request()},
        {"fullUrl": "http://x/Patient/1", "resource": a_patient()},
    ]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return Letter("POST", f"{BASE}/Bundle/$validate", bundle, is_kept=False)


async def send_message(sender: Sender) -> Letter:
    person = a_person(name=[{"family": MARK, "given": [MARK]}], text=NARRATIVE)
    return Letter("POST", PATH, a_message(person=person), ids(), may_be_xml=False)


async def subscribe(sender: Sender) -> Letter:
    asked = a_subscription("Patient?_id=1", header=[f"Authorization: {MARK}"])
    return Letter("POST", f"{BASE}/Subscription", asked, is_kept=False)


async def subscribe_as_in_r4(sender: Sender) -> Letter:
    return Letter("POST", f"{BASE}/Subscription", an_r4_subscription(), is_kept=False)


async def change_subscription(sender: Sender) -> Letter:
    made = await sender.made(an_r4_subscription())
    asked = a_subscription() | {"id": made["id"]}
    return Letter("PUT", f"{BASE}/Subscription/{made['id']}", asked, is_kept=False)


_PERIOD = {"start": "2026-11-20T22:10:00Z", "end": "2026-11-22T10:00:00Z"}
LETTERS: tuple[Callable[[Sender], Awaitable[Letter]], ...] = (
    create_request,
    create_unless_there,
    update_request,
    update_found,
    patch_request,
    create_stay,
    create_stay_by_number,
    update_stay,
    patch_stay,
    answer_task,
    patch_task,
    transaction,
    batch,
    validate,
    validate_bundle,
    send_message,
    subscribe,
    subscribe_as_in_r4,
    change_subscription,
)
