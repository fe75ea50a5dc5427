"""FHIR search by codes, references, times and amounts; and what comes along with what is found."""

from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import text

from services.common.auth import SYSTEM
from services.interop.fhir import indexing
from services.interop.usecases import look
from tests.interop.answers import BASE, refused_once, resources
from tests.interop.records import Caseload, a_record
from tests.interop.telling import tell
from tests.interop.test_fhir_versions import granted
from tests.running import OTHER_TEAM, Running

# What is asked of a record with one contact at 9:00 for 65 minutes, two ratings, and a wound measured once at 9:20.
ASKED = [
    ("Encounter?status=finished", 1),
    ("Encounter?status=planned,finished", 1),
    ("Encounter?status:not=finished", 0),
    ("Encounter?status:missing=true", 0),
    ("Encounter?status:missing=false", 1),
    ("Encounter?class=http://terminology.hl7.org/CodeSystem/v3-ActCode|HH", 1),
    ("Encounter?class=http://terminology.hl7.org/CodeSystem/v3-ActCode|", 1),
    ("Encounter?class=|HH", 0),
    ("Encounter?status=|finished", 1),
    ("Encounter?status=http://hl7.org/fhir/encounter-status|finished", 1),
    ("Encounter?status=http://hl7.org/fhir/encounter-status|", 1),
    ("Encounter?status=http://hl7.org/fhir/observation-status|finished", 0),
    ("Encounter?date=2026-11-10", 1),
    ("Encounter?date=ne2026-11-10", 0),
    ("Encounter?date=gt2026-11-10T09:30:00Z", 1),
    ("Encounter?date=sa2026-11-10T09:30:00Z", 0),
    ("Encounter?date=sa2026-11-09", 1),
    ("Encounter?date=eb2026-11-11", 1),
    ("Encounter?date=lt2026-11-10", 0),
    ("Encounter?date=le2026-11-10", 1),
    ("Encounter?date=ge2026-11-11", 0),
    ("Encounter?date=ge2026-11&date=lt2026-12", 1),
    ("Encounter?length=65", 1),
    ("Encounter?length=gt64|http://unitsofmeasure.org|min", 1),
    ("Encounter?length=gt64|http://unitsofmeasure.org|h", 0),
    ("Encounter?length=lt65", 0),
    ("Encounter?length=65.0", 1),
    ("Encounter?length=ne65", 0),
    ("Observation?component-value-quantity=ge42||mm", 1),
    ("Observation?component-value-quantity=gt5000", 0),
    ("Observation?code=72287-6", 1),
    ("Observation?code:not=72287-6", 2),
    ("Observation?category=survey", 2),
    ("EpisodeOfCare?date=2030", 0),
    ("EpisodeOfCare?date=ge2030", 1),
    ("EpisodeOfCare?care-manager:identifier=https://heatshield.uk/Id/employee|x", 0),
    ("Patient?gender=female&active=true", 1),
    ("Patient?_has:Observation:patient:code=72287-6", 1),
    ("Patient?_has:Observation:patient:code=0", 0),
    ("Encounter?patient.gender=female", 1),
    ("Encounter?subject:Patient.gender=male", 0),
]

STRANGE = """
    insert into resource (id, version, changed_at, team_id, resource_type, resource_id, owner_version, content, tokens)
    select gen_random_uuid(), 1, now(), team_id, 'Strange', resource_id, 1, '{"resourceType": "Strange"}', '{}'
    from resource limit 1
"""


async def test_what_is_asked_is_found_and_nothing_else(interop: Running, caseload: Caseload, trust: Any) -> None:
    await tell(interop, caseload, a_record())
    strict = {"Prefer": "handling=strict"}
    for asked, matches in ASKED:
        answer = await trust.get(f"{BASE}/{asked}", headers=strict)
        assert len(resources(answer)) == matches, asked


async def test_only_equality_rounds_an_amount(interop: Running, caseload: Caseload, trust: Any) -> None:
    """FHIR R4, search: the other prefixes compare with the number itself."""
    await tell(interop, caseload, a_record())
    for amount, found, passed_over in (
        (3.2, ("3", "gt3", "sa3", "ge3", "lt3.3", "ne4"), ("le3", "lt3", "eb3", "ne3")),
        (3.0, ("3", "ge3", "le3", "3.0"), ("gt3", "lt3", "sa3", "eb3", "ne3")),
        (2.8, ("3", "le3", "lt3", "eb3"), ("ge3", "gt3", "sa3", "2.9")),
    ):
        await interop.alter("interop", f"update search_amount set amount = {amount} where name = 'length'")
        for asked in (*found, *passed_over):
            answer = resources(await trust.get(f"{BASE}/Encounter?length={asked}"))
            assert len(answer) == (asked in found), (amount, asked)


async def test_what_was_shown_before_the_indexes_is_found_by_them(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    """As migration 9 fills them, from what was shown already; a type that it does not know is passed over."""
    migration = import_module("services.interop.migrations.0009_resource_search")
    await tell(interop, caseload, a_record())
    await interop.alter("interop", "update resource set tokens = '{}'")
    await interop.alter("interop", "delete from search_time; delete from search_amount")
    await interop.alter("interop", STRANGE)
    async with interop.databases["interop"].transaction(SYSTEM) as tx:
        connection = await tx.session.connection()
        rows = (await connection.execute(text("select * from resource"))).all()
        await connection.run_sync(migration._fill_with, rows)
    for asked, matches in ASKED:
        assert len(resources(await trust.get(f"{BASE}/{asked}"))) == matches, asked
    found = await trust.post(f"{BASE}/Patient/_search", data={"identifier": "9990000204", "birthdate": "1936"})
    assert len(resources(found)) == 1


async def test_a_reference_is_found_by_type_id_and_address(interop: Running, caseload: Caseload, trust: Any) -> None:
    record = a_record()
    client_id = await tell(interop, caseload, record)
    episode = record["episode_of_care"][0]["id"]
    for asked in (episode, f"EpisodeOfCare/{episode}", f"http://interop:8000{BASE}/EpisodeOfCare/{episode}"):
        assert len(resources(await trust.get(f"{BASE}/Encounter", params={"episode-of-care": asked}))) == 1
    for asked in (client_id, f"Patient/{episode}", "9990000204"):
        answer = await trust.get(f"{BASE}/Encounter", params={"episode-of-care": asked})
        assert resources(answer) == []
        assert "9990000204" not in answer.text
    assert len(resources(await trust.get(f"{BASE}/Encounter?subject:Patient={client_id}"))) == 1


async def test_names_are_found_by_their_starts(interop: Running, caseload: Caseload, trust: Any) -> None:
    await tell(interop, caseload, a_record(family_name="Gómez Tabor", given_name="Zoë"))
    asked = {
        ("name", "zoe"): 1,
        ("name", "GOMEZ t"): 1,
        ("name", "Zoë Tabor"): 1,
        ("name", "tab zo"): 1,
        ("name", "zoe smith"): 0,
        ("name", "zoe smith,gomez"): 1,
        ("family", "gomez zoe"): 0,
        ("family", "tab"): 1,
        ("family", "bor"): 0,
        ("given", "gomez"): 0,
        ("family:exact", "Gómez Tabor"): 1,
        ("family:exact", "gómez tabor"): 0,
        ("address-postalcode", "LA14"): 1,
        ("birthdate", "1936"): 1,
        ("birthdate", "lt1936-06-06"): 0,
        ("phone:missing", "false"): 1,
        ("phone", "01229 870001"): 1,
        ("phone", "|01229 870001"): 1,
        ("phone", "email|01229 870001"): 0,
        ("identifier", "9990000204"): 1,
        ("identifier", "https://fhir.nhs.uk/Id/nhs-number|9990000204"): 1,
        # It does have a system, and this asks for what has none.
        ("identifier", "|9990000204"): 0,
    }
    for (name, value), matches in asked.items():
        found = resources(await trust.post(f"{BASE}/Patient/_search", data={name: value}))
        assert len(found) == matches, (name, value)
    for value in ("x" * 41, " "):
        refused_once(await trust.post(f"{BASE}/Patient/_search", data={"name": value}), 400, "invalid")


def test_a_telephone_is_no_other_way_to_reach_somebody() -> None:
    reached = [{"system": system, "value": value} for system, value in (("phone", "01229"), ("email", "a@b"))]
    tokens = indexing.found_by({"resourceType": "Patient", "telecom": [*reached, {"value": "07700"}]}).tokens
    assert [one for one in tokens if "a@b" in one or "07700" in one] == []
    assert any("01229" in one for one in tokens)


async def test_what_is_referred_to_and_what_refers_comes_along(
    interop: Running, caseload: Caseload, trust: Any
) -> None:
    client_id = await tell(interop, caseload, a_record())
    await tell(interop, caseload, a_record())
    answer = await trust.get(f"{BASE}/Encounter?patient={client_id}&_include=Encounter:subject&_total=accurate")
    modes = [(entry["resource"]["resourceType"], entry["search"]["mode"]) for entry in answer.json()["entry"]]
    assert modes == [("Encounter", "match"), ("Patient", "include")]
    assert answer.json()["total"] == 1
    back = await trust.get(f"{BASE}/Patient?_id={client_id}&_revinclude=Observation:subject")
    assert [one["resourceType"] for one in resources(back)] == ["Patient", *["Observation"] * 3]


async def test_what_refers_comes_along_once_and_is_limited_in_all(
    interop: Running, caseload: Caseload, trust: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_id = await tell(interop, caseload, a_record())
    monkeypatch.setattr(look, "MOST_REFERRING", 3)
    observations = "&_revinclude=Observation:subject" * 20
    answer = await trust.get(f"{BASE}/Patient?_id={client_id}{observations}&_revinclude=Observation:patient")
    assert [one["resourceType"] for one in resources(answer)] == ["Patient", *["Observation"] * 3]
    more = f"{BASE}/Patient?_id={client_id}&_revinclude=Observation:subject&_revinclude=Encounter:subject"
    issue = refused_once(await trust.get(more), 400, "invalid")
    assert issue["expression"] == ["http._revinclude"]


async def test_nothing_comes_along_that_could_not_be_read(interop: Running, caseload: Caseload) -> None:
    record = a_record()
    await tell(interop, caseload, record)
    nurse = await interop.nurse("interop")
    async with interop.databases["interop"].transaction(SYSTEM) as tx:
        table = tx.metadata.tables["resource"]
        await tx.session.execute(table.update().where(table.c.resource_type == "Patient").values(team_id=OTHER_TEAM))
    answer = await nurse.get(f"{BASE}/Encounter?_include=Encounter:subject")
    assert [one["resourceType"] for one in resources(answer)] == ["Encounter"]
    for chain in ("patient.gender=female", "subject.gender=female"):
        assert resources(await nurse.get(f"{BASE}/Encounter?{chain}")) == []


@pytest.mark.parametrize(
    "asked",
    [
        "Encounter?_include=Encounter:subject",
        "Encounter?patient.gender=female",
        "Encounter?_include=Encounter:episode-of-care",
    ],
)
async def test_a_way_round_needs_the_right_to_what_it_shows(interop: Running, asked: str) -> None:
    limited = await granted(interop, "system/Encounter.rs")
    refused_once(await limited.get(f"{BASE}/{asked}"), 403, "forbidden")


async def test_a_part_of_a_resource_says_that_it_is_one(interop: Running, caseload: Caseload, trust: Any) -> None:
    await tell(interop, caseload, a_record())
    (part,) = resources(await trust.get(f"{BASE}/Encounter?_elements=period"))
    assert set(part) == {"resourceType", "id", "meta", "status", "class", "period"}
    assert part["meta"]["tag"][0]["code"] == "SUBSETTED"
    for asked in ("_summary=count&_count=10", "_count=10&_summary=count"):
        answer = await trust.get(f"{BASE}/Observation?{asked}")
        assert (answer.json()["total"], resources(answer)) == (3, [])
    counted = await trust.get(f"{BASE}/Observation?_summary=count")
    assert (counted.json()["total"], "entry" in counted.json()) == (3, False)


async def test_what_was_passed_over_is_said_in_the_answer(trust: Any) -> None:
    answer = await trust.get(f"{BASE}/Patient?colour=red&9990000204=1")
    (entry,) = answer.json()["entry"]
    assert (entry["search"]["mode"], entry["resource"]["issue"][0]["severity"]) == ("outcome", "warning")
    assert "colour" in entry["resource"]["issue"][0]["details"]["text"]
    assert "9990000204" not in answer.text
    assert answer.json()["link"][0]["url"].endswith("/Patient")


async def test_pages_go_either_way(interop: Running, caseload: Caseload, trust: Any) -> None:
    made = [await tell(interop, caseload, a_record()) for _ in range(3)]
    first = await trust.get(f"{BASE}/Patient?_sort=-_id&_count=2")
    links = {link["relation"]: link["url"] for link in first.json()["link"]}
    second = await trust.get(links["next"].removeprefix("http://interop:8000"))
    assert [one["id"] for one in resources(first) + resources(second)] == made[::-1]
