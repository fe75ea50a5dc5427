"""What `benchmarks.fhir` asks of every server, as scripts for wrk: each is told in the words of FHIR alone."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from uuid6 import uuid7

from benchmarks.fhir_house import House
from benchmarks.seed_rows import NULL, Person, nhs_number
from services.interop.fhir import systems

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
SURVEYS = "http://terminology.hl7.org/CodeSystem/observation-category|survey"
PAGE, IN_A_TRANSACTION, BUNDLES, CREATES = 20, 100, 20, 2000
FORM, FHIR = "application/x-www-form-urlencoded", "application/fhir+json"
# Each request in turn, over and over; a JSON string is one of Lua's as well.
IN_TURN = """
local asks, made, at = {%s}, {}, 0
init = function()
  for i, one in ipairs(asks) do
    for name, value in pairs(wrk.headers) do one[4][name] = value end
    made[i] = wrk.format(one[1], one[2], one[4], one[3])
  end
end
request = function() at = at %% #made + 1; return made[at] end
"""
Request = tuple[str, str, str, dict[str, str]]


@dataclass(frozen=True)
class Deed:
    """One thing that is asked, by the requests for a side, and what has to be declared for it."""

    name: str
    requests: Callable[[House, str], list[Request]]
    needs: str = ""
    grows: bool = True


def script(requests: Iterable[Request]) -> str:
    return IN_TURN % ",".join(_lua(*one) for one in requests)


def _lua(method: str, path: str, body: str, headers: dict[str, str]) -> str:
    named = ",".join(f"[{json.dumps(name)}]={json.dumps(value)}" for name, value in headers.items())
    return f"{{{','.join(map(json.dumps, (method, path, body)))},{{{named}}}}}"


def declares(house: House, side: str, wanted: str) -> bool:
    """Whether the server's own CapabilityStatement has this: `Type.interaction`, an interaction, or `$operation`.

    Medplum's router has no statement, and is asked.
    """
    with _client(house, side) as http:
        told = http.get("metadata").raise_for_status().json()
    if "rest" not in told:
        return True
    (rest, *_) = told["rest"]
    kind, _, code = wanted.rpartition(".")
    types = {one["type"]: one for one in rest["resource"]}
    held = types.get(kind, {}) if kind else rest
    named = {one["code"] for one in held.get("interaction", [])}
    return code in named | {f"${one['name'].removeprefix('$')}" for one in rest.get("operation", [])}


def _client(house: House, side: str) -> httpx.Client:
    headers = {"Authorization": house.authorization(), "Content-Type": FHIR}
    return httpx.Client(base_url=f"{house.bases[side]}/", headers=headers, trust_env=False, timeout=120)


def _path(house: House, side: str) -> str:
    return urlsplit(house.bases[side]).path


def _get(house: House, side: str, asked: Iterable[str]) -> list[Request]:
    root = _path(house, side)
    return [("GET", f"{root}/{one}", "", {"Accept": FHIR}) for one in asked]


def _read(house: House, side: str) -> list[Request]:
    return _get(house, side, (f"Patient/{one.client_id}" for one in house.sample(side)))


def _found_by_number(house: House, side: str) -> list[Request]:
    numbers = [nhs_number(one.number) for one in house.sample(side)]
    forms = [urlencode({"identifier": f"{NHS_NUMBER}|{number}"}) for number in numbers if number != NULL]
    return [("POST", f"{_path(house, side)}/Patient/_search", form, {"Content-Type": FORM}) for form in forms]


def _pages(house: House, side: str) -> list[Request]:
    """The first page of surveys, and the one after it, where the server links one."""
    first = f"Observation?{urlencode({'category': SURVEYS, '_count': PAGE})}"
    with _client(house, side) as http:
        links = http.get(first).raise_for_status().json().get("link", [])
    after = [urlsplit(one["url"]) for one in links if one["relation"] == "next"]
    later = [("GET", f"{one.path}?{one.query}", "", {"Accept": FHIR}) for one in after]
    return [*_get(house, side, [first]), *later]


def _of_a_patient(house: House, side: str) -> list[Request]:
    asked = (f"Encounter?patient={one.client_id}&date=ge2020" for one in house.sample(side))
    return _get(house, side, asked)


def _named(house: House, side: str) -> list[Request]:
    forms = {urlencode({"family": one.family, "birthdate": one.born.isoformat()}) for one in house.sample(side)}
    return [("POST", f"{_path(house, side)}/Patient/_search", form, {"Content-Type": FORM}) for form in sorted(forms)]


def _request_for(one: Person) -> dict[str, Any]:
    """A referral as a trust writes it, about somebody who is known."""
    return {
        "resourceType": "ServiceRequest",
        "meta": {"profile": ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-ServiceRequest"]},
        "identifier": [{"system": "https://example.org/Id/referral", "value": str(uuid7())}],
        "status": "active",
        "intent": "order",
        "priority": "routine",
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "1111000175109"}], "text": "Leg ulcer"},
        "subject": {"reference": f"Patient/{one.client_id}"},
        "authoredOn": "2026-11-02T09:00:00+00:00",
        "performer": [{"identifier": {"system": systems.TEAM, "value": str(one.team_id)}}],
        "reasonCode": [{"text": "Leg ulcer, for compression twice a week"}],
    }


def _turns(people: Sequence[Person], number: int) -> list[Person]:
    return [people[turn % len(people)] for turn in range(number)]


def _created(house: House, side: str) -> list[Request]:
    bodies = (json.dumps(_request_for(one)) for one in _turns(house.sample(side), CREATES))
    return [("POST", f"{_path(house, side)}/ServiceRequest", body, {"Content-Type": FHIR}) for body in bodies]


def _transactions(house: House, side: str) -> list[Request]:
    return [("POST", _path(house, side), _bundle(house, side), {"Content-Type": FHIR}) for _ in range(BUNDLES)]


def _bundle(house: House, side: str) -> str:
    entries = [
        {
            "fullUrl": f"urn:uuid:{uuid7()}",
            "resource": _request_for(one),
            "request": {"method": "POST", "url": "ServiceRequest"},
        }
        for one in _turns(house.sample(side), IN_A_TRANSACTION)
    ]
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})


DEEDS = (
    Deed("read", _read),
    Deed("search_by_identifier", _found_by_number),
    Deed("search_page_of_20", _pages),
    Deed("search_of_a_patient", _of_a_patient),
    Deed("search_by_name_and_birth", _named),
    Deed("create", _created, needs="ServiceRequest.create", grows=False),
    Deed("transaction_of_100", _transactions, needs="transaction", grows=False),
)
