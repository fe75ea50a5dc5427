"""FHIR search: what is asked is understood exactly or refused, and pages follow each other."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from services.common.auth import SYSTEM
from tests.interop.answers import BASE, refused_once, resources
from tests.interop.records import Caseload, a_record
from tests.interop.telling import tell
from tests.running import Running

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"


@pytest.mark.parametrize("asked", [f"{NHS_NUMBER}|9990000204", "9990000204", f"{NHS_NUMBER}|", f"x|1,{NHS_NUMBER}|"])
async def test_a_patient_is_found_by_nhs_number(interop: Running, caseload: Caseload, trust: Any, asked: str) -> None:
    client_id = await tell(interop, caseload, a_record())
    await tell(interop, caseload, a_record(nhs_number=None, nhs_number_status="07"))
    found = resources(await trust.post(f"{BASE}/Patient/_search", data={"identifier": asked}))
    assert [patient["id"] for patient in found] == [client_id]


@pytest.mark.parametrize("asked", ["9990000212", "|9990000204", f"{NHS_NUMBER}|999", "urn:x|9990000204"])
async def test_another_identifier_finds_nobody(interop: Running, caseload: Caseload, trust: Any, asked: str) -> None:
    await tell(interop, caseload, a_record())
    assert resources(await trust.post(f"{BASE}/Patient/_search", data={"identifier": asked})) == []


async def test_a_number_still_to_be_resolved_finds_nobody(interop: Running, caseload: Caseload, trust: Any) -> None:
    client_id = await tell(interop, caseload, a_record(nhs_number="9990000205", nhs_number_status="05"))
    assert resources(await trust.post(f"{BASE}/Patient/_search", data={"identifier": "9990000205"})) == []
    shown = (await trust.get(f"{BASE}/Patient/{client_id}")).json()["identifier"][0]
    assert shown["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] == "05"


async def test_ids_are_alternatives_and_parameters_all_hold(interop: Running, caseload: Caseload, trust: Any) -> None:
    one = await tell(interop, caseload, a_record())
    other = await tell(interop, caseload, a_record(nhs_number=None, nhs_number_status="07"))
    found = resources(await trust.get(f"{BASE}/Patient?_id={one},{other},nonsense"))
    assert {item["id"] for item in found} == {one, other}
    assert resources(await trust.get(f"{BASE}/Patient?_id={one}&_id={other}")) == []
    both = {"_id": other, "identifier": "9990000204"}
    assert resources(await trust.post(f"{BASE}/Patient/_search", data=both)) == []
    assert resources(await trust.get(f"{BASE}/Patient?_id=nonsense")) == []
    several = await trust.get(f"{BASE}/Encounter?patient=Patient/{one},http://x.example/fhir/Patient/{other}")
    assert len(resources(several)) == 2


async def test_pages_follow_each_other_on_the_public_address(interop: Running, caseload: Caseload, trust: Any) -> None:
    made = [await tell(interop, caseload, a_record(nhs_number=None, nhs_number_status="07")) for _ in range(5)]
    behind = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "heatshield.example:8443"}
    answer = await trust.get(f"{BASE}/Patient?_count=2&whatever=1", headers=behind)
    seen = [found["id"] for found in resources(answer)]
    links = {link["relation"]: link["url"] for link in answer.json()["link"]}
    assert links["self"] == "https://heatshield.example:8443/fhir/R4/Patient?_count=2"
    assert answer.json()["entry"][0]["fullUrl"] == f"https://heatshield.example:8443/fhir/R4/Patient/{made[0]}"
    while "next" in links:
        assert links["next"].startswith("https://heatshield.example:8443/fhir/R4/Patient?_count=2&_cursor=")
        following = dict(parse_qsl(urlsplit(links["next"]).query))
        answer = await trust.get(f"{BASE}/Patient?{urlencode(following)}", headers=behind)
        seen += [found["id"] for found in resources(answer)]
        links = {link["relation"]: link["url"] for link in answer.json()["link"]}
    assert seen == made


async def test_a_page_holds_what_was_asked_for_within_bounds(interop: Running, caseload: Caseload, trust: Any) -> None:
    await tell(interop, caseload, a_record())
    assert len(resources(await trust.get(f"{BASE}/Patient?_count=100000"))) == 1
    none = await trust.get(f"{BASE}/Observation?_count=0")
    assert resources(none) == []
    assert none.json()["total"] == 3


@pytest.mark.parametrize(
    "spoofed", [{"X-Forwarded-Host": "a b"}, {"X-Forwarded-Host": "a", "X-Forwarded-Proto": "gopher"}]
)
async def test_a_forwarded_name_that_is_none_is_not_believed(trust: Any, spoofed: dict[str, str]) -> None:
    answer = await trust.get(f"{BASE}/Patient", headers=spoofed)
    assert answer.json()["link"][0]["url"] == "http://interop:8000/fhir/R4/Patient"


@pytest.mark.parametrize(
    ("changed", "matches"),
    [
        ("ge2020", True),
        ("gt2020-02", True),
        ("lt2020-02-01", False),
        ("le2020-02-01T10:00:00Z", False),
        ("2020", False),
        ("ne2020", True),
        ("ge2020-01-01T10:00:00.1234567+01:00", True),
        ("ge0001", True),
        ("gt0001-01-01T00:00:00Z", True),
        ("lt9998", True),
        ("le9999-12-30", True),
    ],
)
async def test_what_changed_lately_is_found(
    interop: Running, caseload: Caseload, trust: Any, changed: str, matches: bool
) -> None:
    await tell(interop, caseload, a_record())
    found = resources(await trust.get(f"{BASE}/Patient", params={"_lastUpdated": changed}))
    assert bool(found) is matches


async def test_what_changed_at_an_instant_is_found_by_that_instant(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    client_id = await tell(interop, caseload, a_record())
    at = (await trust.get(f"{BASE}/Patient/{client_id}")).json()["meta"]["lastUpdated"]
    for prefix, matches in (("eq", 1), ("le", 1), ("ge", 1), ("gt", 0), ("lt", 0)):
        found = resources(await trust.get(f"{BASE}/Patient", params={"_lastUpdated": prefix + at}))
        assert len(found) == matches, prefix


@pytest.mark.parametrize(("day", "matches"), [("2026-06-15", True), ("2026-06-14", False)])
async def test_a_day_is_one_of_englands(
    interop: Running, caseload: Caseload, trust: Any, day: str, matches: bool
) -> None:
    await tell(interop, caseload, a_record())
    async with interop.databases["interop"].transaction(SYSTEM) as tx:
        half_past_midnight = datetime(2026, 6, 14, 23, 30, tzinfo=UTC)
        await tx.session.execute(tx.metadata.tables["resource"].update().values(changed_at=half_past_midnight))
    assert bool(resources(await trust.get(f"{BASE}/Patient", params={"_lastUpdated": day}))) is matches


@pytest.mark.parametrize(
    "asked",
    [
        "_count=many",
        "_count=-1",
        "_lastUpdated=yesterday",
        "_lastUpdated=2026-13-01",
        "_lastUpdated=2026-11-01T10:00:00",
        "_lastUpdated=9999",
        "_lastUpdated=9999-12",
        "_lastUpdated=9999-12-31",
        "_lastUpdated=le9999-12-31T23:59:59Z",
        "_lastUpdated=9999-12-31T23:59:59.9999-14:00",
        "_lastUpdated=0000",
        "_lastUpdated=0000-01-01",
        "_lastUpdated=ge0001-01-01T00:00:00%2B14:00",
        "_lastUpdated=10000-01-01",
        "_lastUpdated=-0001-01-01",
        "_lastUpdated=2026-02-30",
        "_lastUpdated=2026-11-01T25:00:00Z",
        "_lastUpdated=2026-11-01T10:00:00%2B99:00",
        "_lastUpdated=%D9%A2%D9%A0%D9%A2%D9%A6",
        "identifier=%00",
        "identifier:below=1",
        "gender:missing=perhaps",
        "gender:exact=x",
        "_sort=birthdate",
        "_total=some",
        "_summary=true",
        "_include=Patient:name",
        "_include=Patient",
        "_include:iterate=Encounter:subject",
        "_revinclude:iterate=Encounter:subject",
        "_id:missing=true",
        "_id:missing=false",
        "_lastUpdated:missing=true",
        "_id:identifier=1",
        "identifier=",
        "gender=",
        "_count=",
        "_revinclude=Encounter:status",
        "_revinclude=Medication:patient",
        "_elements=a.b",
        "_id=,",
        "_id=%FF",
        "&".join(f"x{number}=1" for number in range(60)),
        "_id=" + ",".join(["a"] * 101),
    ],
)
async def test_a_search_that_cannot_be_read_is_refused(trust: Any, asked: str) -> None:
    refused_once(await trust.get(f"{BASE}/Patient?{asked}"), 400, "invalid")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    refused_once(await trust.post(f"{BASE}/Patient/_search", content=asked, headers=form), 400, "invalid")


async def test_a_cursor_that_is_none_of_ours_is_refused(trust: Any) -> None:
    refused_once(await trust.get(f"{BASE}/Patient?_cursor=zzz"), 400, "invalid")


async def test_an_unknown_parameter_is_ignored_unless_the_caller_is_strict(trust: Any) -> None:
    for asked in ("colour=red", "patient=1", "colour:exact=x"):
        assert (await trust.get(f"{BASE}/Patient?{asked}")).status_code == 200
        strict = await trust.get(f"{BASE}/Patient?{asked}", headers={"Prefer": "handling=strict"})
        refused_once(strict, 400, "invalid")
    allowed = await trust.get(f"{BASE}/Patient?_format=json&_pretty=true", headers={"Prefer": "handling=strict"})
    assert allowed.status_code == 200


async def test_a_search_in_a_body_is_a_form(trust: Any) -> None:
    answer = await trust.post(f"{BASE}/Patient/_search", json={"identifier": "1"})
    refused_once(answer, 415, "not-supported")
    assert (await trust.post(f"{BASE}/Patient/_search")).status_code == 200
    assert (await trust.post(f"{BASE}/Patient/_search?_count=0")).json()["total"] == 0
