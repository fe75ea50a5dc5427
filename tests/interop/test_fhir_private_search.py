"""An NHS number stands in no address: it is searched for in a body, and no link repeats it."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.interop.answers import BASE, refused_once, resources
from tests.interop.records import Caseload, a_record, a_referral
from tests.interop.telling import tell
from tests.running import OTHER_TEAM, Running

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
NUMBER = "9990000204"
SOMEBODY_ELSE: dict[str, Any] = {
    "nhs_number": None,
    "nhs_number_status": "07",
    "given_name": "Ann",
    "family_name": "Shaw",
    "birth_on": "1940-01-01",
    "phone": None,
}
OURS = "https://heatshield.uk/Id/referral-reference|HS-00000-00000"


@pytest.mark.parametrize(
    "asked", [f"{NHS_NUMBER}|{NUMBER}", NUMBER, f"|{NUMBER}", f"{NUMBER}|", f"urn:x|{NUMBER}", f"{OURS},{NUMBER}"]
)
async def test_an_identifier_of_a_person_is_refused_in_an_address(trust: Any, asked: str) -> None:
    for path in (f"Patient?identifier={quote(asked)}", f"ServiceRequest?_count=1&identifier={quote(asked)}"):
        issue = refused_once(await trust.get(f"{BASE}/{path}"), 400, "invalid")
        assert issue["expression"] == ["http.identifier"]
        assert "POST to _search" in issue["details"]["text"]
        assert NUMBER not in str(issue)
    refused_once(await trust.post(f"{BASE}/Patient/_search?identifier={quote(asked)}"), 400, "invalid")


@pytest.mark.parametrize(
    "chained",
    [
        "patient.identifier.value",
        "patient:Practitioner.identifier",
        "episode-of-care.identifier",
        "patient.colour",
        "_has:Observation:patient:code",
        "_has",
    ],
)
async def test_a_chain_that_is_not_known_is_refused_and_never_ignored(
    interop: Running, caseload: Caseload, trust: Any, chained: str
) -> None:
    await tell(interop, caseload, a_record())
    asked = {chained: f"{NHS_NUMBER}|{NUMBER}"}
    for answer in (
        await trust.get(f"{BASE}/Encounter", params=asked),
        await trust.post(f"{BASE}/Encounter/_search", data=asked),
    ):
        issue = refused_once(answer, 400, "invalid")
        assert "Patient/_search" in issue["details"]["text"]
        assert NUMBER not in answer.text


@pytest.mark.parametrize(
    "chained", ["patient.identifier", "patient:Patient.identifier", "subject:Patient.identifier", "subject.name"]
)
async def test_a_chain_to_a_person_is_taken_in_a_body_alone(
    interop: Running, caseload: Caseload, trust: Any, chained: str
) -> None:
    client_id = await tell(interop, caseload, a_record())
    await tell(interop, caseload, a_record(nhs_number=None, nhs_number_status="07", family_name="Shaw"))
    asked = {chained: "tabor" if "name" in chained else f"{NHS_NUMBER}|{NUMBER}"}
    issue = refused_once(await trust.get(f"{BASE}/Encounter", params=asked), 400, "invalid")
    assert "POST to _search" in issue["details"]["text"]
    answer = await trust.post(f"{BASE}/Encounter/_search", data=asked)
    assert [found["subject"]["reference"] for found in resources(answer)] == [f"Patient/{client_id}"]
    assert answer.json()["link"] == [{"relation": "self", "url": "http://interop:8000/fhir/R4/Encounter"}]


@pytest.mark.parametrize(
    "asked", ["name=Tabor", "family:exact=Tabor", "given=Maureen", "birthdate=1936-06-06", "phone=01229 870001"]
)
async def test_what_tells_who_a_person_is_is_refused_in_an_address(
    interop: Running, caseload: Caseload, trust: Any, asked: str
) -> None:
    client_id = await tell(interop, caseload, a_record())
    await tell(interop, caseload, a_record(**SOMEBODY_ELSE))
    issue = refused_once(await trust.get(f"{BASE}/Patient?{asked}"), 400, "invalid")
    assert "POST to _search" in issue["details"]["text"]
    name, value = asked.split("=")
    refused_once(await trust.get(f"{BASE}/Encounter?subject.{asked}"), 400, "invalid")
    answer = await trust.post(f"{BASE}/Patient/_search", data={name: value})
    assert [found["id"] for found in resources(answer)] == [client_id]
    assert answer.json()["link"] == [{"relation": "self", "url": "http://interop:8000/fhir/R4/Patient"}]


WITH_SYSTEM = f"{NHS_NUMBER}|{NUMBER}"


@pytest.mark.parametrize(
    ("kind", "parameter", "value"),
    [
        ("Appointment", "actor:identifier", WITH_SYSTEM),
        ("Appointment", "patient:identifier", WITH_SYSTEM),
        ("ServiceRequest", "requester:identifier", WITH_SYSTEM),
        ("ServiceRequest", "performer:identifier", "urn:x|P-17"),
        ("Encounter", "participant:identifier", "P-17"),
        ("Observation", "performer:identifier", f"{NHS_NUMBER.upper()}|1"),
        ("EpisodeOfCare", "care-manager:identifier", f"https://heatshield.uk/Id/employee|{NUMBER}"),
        ("ServiceRequest", "code", WITH_SYSTEM),
        ("ServiceRequest", "code", f"{NHS_NUMBER}|1"),
        ("ServiceRequest", "code:not", f"x,{NHS_NUMBER}|1"),
        ("ServiceRequest", "status", NUMBER),
        ("ServiceRequest", "status", "999 000 0204"),
        ("Encounter", "status", f"finished,x|x{NUMBER}x"),
        ("Encounter", "length", f"gt{NUMBER}"),
        ("Patient", "_has:Encounter:subject:status", NUMBER),
    ],
)
async def test_a_number_in_any_parameter_is_refused_in_an_address_and_in_no_link(
    trust: Any, kind: str, parameter: str, value: str
) -> None:
    issue = refused_once(await trust.get(f"{BASE}/{kind}", params={parameter: value}), 400, "invalid")
    assert "POST to _search" in issue["details"]["text"]
    assert NUMBER not in str(issue)
    answer = await trust.post(f"{BASE}/{kind}/_search", data={parameter: value, "_count": "5"})
    assert resources(answer) == []
    assert answer.json()["link"] == [{"relation": "self", "url": f"http://interop:8000/fhir/R4/{kind}?_count=5"}]
    assert NUMBER not in answer.text


@pytest.mark.parametrize(
    "asked",
    [
        "ServiceRequest?requester:identifier=https://fhir.nhs.uk/Id/ods-organization-code|A81001",
        "EpisodeOfCare?care-manager:identifier=https://heatshield.uk/Id/employee|01990000-2040-7000-8000-009990000204",
        "ServiceRequest?code=9990000205",
    ],
)
async def test_what_is_no_number_of_a_person_is_taken_in_an_address(trust: Any, asked: str) -> None:
    answer = await trust.get(f"{BASE}/{asked}")
    assert resources(answer) == []
    assert "=" in answer.json()["link"][0]["url"]


async def test_a_person_not_yet_taken_on_is_found_by_the_identifier_that_a_reference_holds(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    for number, status in ((NUMBER, "01"), (None, "07")):
        referral = a_referral(nhs_number=number, nhs_number_status=status)
        caseload.referrals[referral["id"]] = referral
        told = {"referral_id": referral["id"], "inbound_referral_id": None}
        await interop.deliver("interop", "caseload.referral.received.v1", told)
    for name in ("patient:identifier", "subject:identifier"):
        (found,) = resources(await trust.post(f"{BASE}/ServiceRequest/_search", data={name: WITH_SYSTEM}))
        assert found["subject"]["identifier"]["value"] == NUMBER


@pytest.mark.parametrize("parameter", ["patient", "_id"])
async def test_no_link_repeats_what_is_no_id(interop: Running, caseload: Caseload, trust: Any, parameter: str) -> None:
    client_id = await tell(interop, caseload, a_record())
    nothing = await trust.get(f"{BASE}/Encounter?{parameter}={NUMBER}&_count=5")
    assert resources(nothing) == []
    assert nothing.json()["link"][0]["url"] == "http://interop:8000/fhir/R4/Encounter?_count=5"
    (outcome,) = nothing.json()["entry"]
    assert f"{parameter}: no id" in outcome["resource"]["issue"][0]["details"]["text"]
    among = await trust.get(f"{BASE}/Encounter?{parameter}={NUMBER},{client_id}")
    assert among.json()["link"][0]["url"] == f"http://interop:8000/fhir/R4/Encounter?{parameter}={client_id}"
    counted = await trust.get(f"{BASE}/Encounter?{parameter}={NUMBER}&_count=0")
    assert (counted.json()["total"], NUMBER in counted.text) == (0, False)


@pytest.mark.parametrize("asked", [OURS, f"{NHS_NUMBER}|", f"{OURS},{NHS_NUMBER}|"])
async def test_what_names_nobody_may_stand_in_an_address(trust: Any, asked: str) -> None:
    answer = await trust.get(f"{BASE}/Patient", params={"identifier": asked})
    assert resources(answer) == []
    assert "identifier" in answer.json()["link"][0]["url"]


async def test_no_link_of_a_posted_search_repeats_the_number(interop: Running, caseload: Caseload, trust: Any) -> None:
    client_id = await tell(interop, caseload, a_record())
    await tell(interop, caseload, a_record(team_id=OTHER_TEAM))
    asked = {"identifier": f"{NHS_NUMBER}|{NUMBER}", "_count": "10", "_lastUpdated": "ge2020"}
    answer = await trust.post(f"{BASE}/Patient/_search", data=asked)
    assert len(resources(answer)) == 2
    (own,) = answer.json()["link"]
    assert own == {"relation": "self", "url": "http://interop:8000/fhir/R4/Patient?_count=10&_lastUpdated=ge2020"}
    for part in ("identifier", NUMBER):
        assert part not in str(answer.json()["link"])
    narrowed = await trust.post(f"{BASE}/Patient/_search", data=asked | {"_id": client_id})
    assert [found["id"] for found in resources(narrowed)] == [client_id]
    counted = await trust.post(f"{BASE}/Patient/_search", data=asked | {"_count": "0"})
    assert counted.json()["total"] == 2
    assert NUMBER not in str(counted.json()["link"])


async def test_what_does_not_fit_on_one_page_is_refused_rather_than_cut(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    await tell(interop, caseload, a_record())
    await tell(interop, caseload, a_record(team_id=OTHER_TEAM))
    answer = await trust.post(f"{BASE}/Patient/_search", data={"identifier": NUMBER, "_count": "1"})
    issue = refused_once(answer, 400, "invalid")
    assert issue["expression"] == ["http._count"]
    assert NUMBER not in answer.text


async def test_a_posted_search_without_a_persons_identifier_has_pages(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    made = [await tell(interop, caseload, a_record(nhs_number=None, nhs_number_status="07")) for _ in range(2)]
    first = await trust.post(f"{BASE}/Patient/_search", data={"_count": "1"})
    links = {link["relation"]: link["url"] for link in first.json()["link"]}
    second = await trust.get(links["next"].removeprefix("http://interop:8000"))
    assert [found["id"] for found in resources(first) + resources(second)] == made
