"""Who cares: the team and its members, and who is around a client, as FHIR."""

import json
from typing import Any

import fhirkit
from uuid6 import uuid7

from services.caseload.main import SERVICE as CASELOAD
from services.hr.main import SERVICE as HR
from services.interop.fhir.systems import EMPLOYEE, ODS_CODE
from services.interop.fhir.systems import TEAM as TEAM_ID
from services.interop.main import SERVICE
from tests.caseload.around import a_neighbour
from tests.caseload.story import take_on
from tests.hr.office import employed, joined
from tests.interop.answers import BASE, refused_once, resources
from tests.interop.network import a_carer, a_person
from tests.interop.records import Caseload, a_record
from tests.interop.staff import Staff, a_colleague, a_place, tell_of
from tests.interop.telling import tell
from tests.interop.test_fhir_versions import granted
from tests.running import DEPUTY, NURSE, OTHER_TEAM, STRANGER, TEAM, Databases, Running, running, until

PEOPLE = ("CareTeam", "Organization", "Practitioner", "PractitionerRole", "RelatedPerson")


async def shown(interop: Running, caseload: Caseload, staff: Staff) -> tuple[str, dict[str, Any]]:
    """A client with a carer, and somebody around them who was never asked; and the named nurse, who is in the team."""
    carer, unasked = a_person(), a_person(name="Edith Shaw", tie="neighbour", phone=None, consent_on=None)
    record = a_record()
    record |= {"network_person": [carer, unasked], "carer": [a_carer(carer), a_carer(unasked)]}
    await tell_of(interop, staff, a_colleague())
    return await tell(interop, caseload, record), record


async def test_who_cares_is_shown_and_comes_along(
    interop: Running, caseload: Caseload, staff: Staff, trust: Any
) -> None:
    client_id, record = await shown(interop, caseload, staff)
    for kind in PEOPLE:
        (one,) = resources(await trust.get(f"{BASE}/{kind}"))
        assert fhirkit.validate(json.dumps(one)) == []
        assert one["meta"]["profile"] == [f"https://fhir.hl7.org.uk/StructureDefinition/UKCore-{kind}"]
        # Of her file no more than her name; of whom nobody asked, and of what the carer is to the client, nothing.
        for kept_back in ("07700", "Edith", "stressful", "Shops"):
            assert kept_back not in json.dumps(one)
    care_team = (await trust.get(f"{BASE}/CareTeam/{record['episode_of_care'][0]['id']}")).json()
    participants = care_team["participant"]
    members = [(one["role"][0]["coding"][0]["code"], one["member"]["reference"]) for one in participants]
    person = record["network_person"][0]["id"]
    assert members == [
        ("named_nurse", f"Practitioner/{NURSE}"),
        ("deputy", f"Practitioner/{DEPUTY}"),
        ("unpaid_carer", f"RelatedPerson/{person}"),
    ]
    everything = {one["resourceType"] for one in resources(await trust.get(f"{BASE}/Patient/{client_id}/$everything"))}
    assert {"CareTeam", "RelatedPerson"} <= everything
    assert everything.isdisjoint({"Practitioner", "PractitionerRole", "Organization"})
    along = {
        f"CareTeam?patient={client_id}&_include=CareTeam:participant": {"Practitioner", "RelatedPerson"},
        f"Encounter?patient={client_id}&_include=Encounter:participant": {"Practitioner"},
        "PractitionerRole?_include=PractitionerRole:practitioner&_include=PractitionerRole:organization": {
            "Practitioner",
            "Organization",
        },
        f"Practitioner?_id={NURSE}&_revinclude=PractitionerRole:practitioner": {"PractitionerRole"},
    }
    for asked, expected in along.items():
        entries = (await trust.get(f"{BASE}/{asked}")).json()["entry"]
        found = {one["resource"]["resourceType"] for one in entries if one["search"]["mode"] == "include"}
        assert found == expected, asked


async def test_people_are_found_by_what_they_are_known_by(
    interop: Running, caseload: Caseload, staff: Staff, trust: Any
) -> None:
    client_id, record = await shown(interop, caseload, staff)
    person = record["network_person"][0]["id"]
    for asked, matches in {
        f"Practitioner?identifier={EMPLOYEE}|{NURSE}": 1,
        f"PractitionerRole?practitioner={NURSE}&organization=Organization/{TEAM}": 1,
        f"PractitionerRole?organization={OTHER_TEAM}": 0,
        "PractitionerRole?role=registered_nurse&date=ge2026": 1,
        "PractitionerRole?role=coach": 0,
        "PractitionerRole?date=lt2025": 0,
        f"CareTeam?patient={client_id}&status=active": 1,
        "CareTeam?status=http://hl7.org/fhir/care-team-status|inactive": 0,
        f"CareTeam?participant=Practitioner/{NURSE}": 1,
        f"CareTeam?participant:RelatedPerson={person}": 1,
        f"CareTeam?participant={STRANGER}": 0,
        "CareTeam?patient.gender=female&date=ge2026-11": 1,
        f"RelatedPerson?patient={client_id}&active=true&relationship=CHILD": 1,
        f"RelatedPerson?patient={uuid7()}": 0,
        "Patient?_has:RelatedPerson:patient:relationship=unpaid_carer": 1,
        f"Organization?identifier={TEAM_ID}|{TEAM}&type=team": 1,
        "Organization?name=x": 0,
        f"EpisodeOfCare?organization={TEAM}&care-manager={NURSE}": 1,
        f"Encounter?practitioner={NURSE}&service-provider={TEAM}": 1,
    }.items():
        answer = await trust.get(f"{BASE}/{asked}", headers={"Prefer": "handling=strict"})
        assert len(resources(answer)) == matches, asked
    for kind, name in (("Practitioner", "ade ruth"), ("RelatedPerson", "colin")):
        assert len(resources(await trust.post(f"{BASE}/{kind}/_search", data={"name": name}))) == 1
        refused_once(await trust.get(f"{BASE}/{kind}?name={name}"), 400, "invalid")


async def test_only_who_may_is_told_of_people(interop: Running, caseload: Caseload, staff: Staff, trust: Any) -> None:
    client_id, record = await shown(interop, caseload, staff)
    nurse, stranger = await interop.nurse("interop"), await interop.client("interop", STRANGER)
    for kind in PEOPLE:
        (one,) = resources(await nurse.get(f"{BASE}/{kind}"))
        assert resources(await stranger.get(f"{BASE}/{kind}")) == []
        refused_once(await stranger.get(f"{BASE}/{kind}/{one['id']}"), 404, "not-found")
        refused_once(await stranger.get(f"{BASE}/{kind}/{one['id']}/_history"), 404, "not-found")
        refused_once(await trust.post(f"{BASE}/{kind}", json=one), 405, "not-supported")
    narrow = await granted(interop, "system/CareTeam.rs")
    assert len(resources(await narrow.get(f"{BASE}/CareTeam?patient={client_id}"))) == 1
    refused_once(await narrow.get(f"{BASE}/CareTeam?_include=CareTeam:participant"), 403, "forbidden")
    refused_once(await narrow.get(f"{BASE}/RelatedPerson?patient={client_id}"), 403, "forbidden")
    refused_once(await narrow.get(f"{BASE}/Practitioner/{NURSE}"), 403, "forbidden")


async def test_who_no_longer_agrees_is_no_longer_named(
    interop: Running, caseload: Caseload, staff: Staff, trust: Any
) -> None:
    client_id, record = await shown(interop, caseload, staff)
    person = record["network_person"][0]
    person |= {"version": 2, "consent_on": None, "consent_how": None, "phone": None, "withdrawn_on": "2026-11-20"}
    told = {"client_id": client_id}
    await interop.deliver("interop", "caseload.network_person.changed.v1", told)
    answer = await trust.get(f"{BASE}/RelatedPerson/{person['id']}")
    assert fhirkit.validate(answer.text) == []
    assert (answer.json()["active"], answer.json()["meta"]["versionId"]) == (False, "2")
    assert {"name", "telecom", "relationship"}.isdisjoint(answer.json())
    path = f"{BASE}/RelatedPerson/{person['id']}/_history"
    for asked in (f"{path}/1", path, f"{BASE}/RelatedPerson/_history"):
        before = await trust.get(asked)
        assert (before.status_code, '"versionId":"1"' in before.text.replace(" ", "")) == (200, True), asked
        assert not any(said in before.text for said in ("Colin", "07700", "Child")), asked
    person |= {"version": 3, "consent_on": "2026-11-25", "withdrawn_on": None}
    await interop.deliver("interop", "caseload.network_person.changed.v1", told, version=2)
    assert "Colin" in (await trust.get(f"{path}/1")).text, "they agree again"
    care_team = (await trust.get(f"{BASE}/CareTeam/{record['episode_of_care'][0]['id']}")).json()
    assert len(care_team["participant"]) == 3
    assert care_team["meta"]["versionId"] == "3"


async def test_who_is_no_longer_around_is_in_no_care_team(
    interop: Running, caseload: Caseload, staff: Staff, trust: Any
) -> None:
    _, record = await shown(interop, caseload, staff)
    record["network_person"][0] |= {"version": 2, "until_on": "2026-11-20"}
    await tell(interop, caseload, record)
    person = (await trust.get(f"{BASE}/RelatedPerson/{record['network_person'][0]['id']}")).json()
    assert (person["active"], person["period"]) == (False, {"end": "2026-11-20"})
    care_team = (await trust.get(f"{BASE}/CareTeam/{record['episode_of_care'][0]['id']}")).json()
    assert len(care_team["participant"]) == 2


async def test_a_place_that_ends_and_one_that_begins_are_shown(interop: Running, staff: Staff, trust: Any) -> None:
    place = a_place()
    await tell_of(interop, staff, a_colleague(place))
    left = place | {"version": 2, "until_on": "2026-12-31"}
    joined = a_place(team_id=str(OTHER_TEAM), from_on="2027-01-01")
    await tell_of(interop, staff, a_colleague(left, joined))
    # Who was told the older state later shows nothing older.
    await tell_of(interop, staff, a_colleague(place))
    role = (await trust.get(f"{BASE}/PractitionerRole/{place['id']}")).json()
    assert role["period"] == {"start": "2025-06-01", "end": "2026-12-31"}
    assert role["meta"]["versionId"] == "2"
    assert len(resources(await trust.get(f"{BASE}/PractitionerRole/{place['id']}/_history"))) == 2
    # She is with the team that she joined last; each place is with its own.
    stranger = await interop.client("interop", STRANGER)
    assert (await stranger.get(f"{BASE}/Practitioner/{NURSE}")).status_code == 200
    assert [one["id"] for one in resources(await stranger.get(f"{BASE}/PractitionerRole"))] == [joined["id"]]


async def test_a_team_has_the_name_and_the_provider_that_this_installation_gives(
    databases: Databases, staff: Staff
) -> None:
    named = {"team_names": {TEAM: "Walney"}, "ods_code": "ZZ901"}
    async with running(databases, SERVICE, peers={"hr": staff.app()}, **named) as interop:
        await tell_of(interop, staff, a_colleague())
        trust = await interop.client("interop", "trust-tie", "integrator")
        for asked in ("name=wal", "name:exact=Walney", f"partof:identifier={ODS_CODE}|ZZ901"):
            (team,) = resources(await trust.get(f"{BASE}/Organization?{asked}"))
        assert fhirkit.validate(json.dumps(team)) == []
        assert (team["name"], team["partOf"]["identifier"]["value"]) == ("Walney", "ZZ901")


async def test_what_their_owners_tell_is_what_is_shown(databases: Databases) -> None:
    """Hr and caseload themselves: somebody joins, and somebody around a client agrees, and no longer does."""
    async with running(databases, CASELOAD, HR, SERVICE) as system:
        employee_id = await employed(system)
        member = await joined(system, employee_id=employee_id)
        for who in (NURSE, DEPUTY):
            await system.join("caseload", employee=who)
        maureen = await take_on(system)
        person = await maureen.post("/v1/network-people", a_neighbour(maureen.client_id))
        trust = await system.client("interop", "trust-tie", "integrator")

        async def one(path: str, version: str) -> dict[str, Any]:
            async def read() -> Any:
                answer = await trust.get(f"{BASE}/{path}")
                told = answer.json()
                return told if answer.status_code == 200 and told["meta"]["versionId"] == version else None

            found: dict[str, Any] = await until(read)
            return found

        role = await one(f"PractitionerRole/{member['id']}", "1")
        assert role["practitioner"]["reference"] == f"Practitioner/{employee_id}"
        assert (await one(f"Practitioner/{employee_id}", "1"))["name"][0]["family"] == "Adeyemi"
        assert (await one(f"RelatedPerson/{person['id']}", "1"))["name"][0]["text"] == person["name"]
        assert (await one(f"CareTeam/{maureen.episode_id}", "1"))["status"] == "active"
        await maureen.post(f"/v1/network-people/{person['id']}/withdraw-consent", None)
        assert "name" not in await one(f"RelatedPerson/{person['id']}", "2")
