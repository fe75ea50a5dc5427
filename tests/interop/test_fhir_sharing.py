"""What a client shares with a council is seen as a Consent, and what the council was told as Communications."""

from typing import Any

import fhirkit

from tests.interop.answers import BASE, refused_once, resources
from tests.interop.council import Council, agree, connect, settled, support, take_on
from tests.interop.records import Caseload
from tests.interop.test_fhir_versions import made_again
from tests.running import STRANGER, Running

UNTOLD = ("LAS-40021", "One plan for help", 'personal_care_minutes":')


async def test_a_share_is_a_consent_and_what_was_told_under_it_a_communication(
    system: Running, caseload: Caseload, council: Council
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    trust = await system.client("interop", "trust-tie", "integrator")
    share = await agree(system, client_id, connection_id)
    await support(system, client_id)
    await settled(system, "sent")
    asked = f"{BASE}/Consent?patient={client_id}&status=active&category=IDSCL&date=2026-11-02&period=ge2026-11-20"
    (consent,) = resources(await trust.get(asked))
    provision = consent["provision"]
    assert (consent["id"], provision["period"]) == (share["id"], {"start": "2026-11-02", "end": "2199-12-31"})
    assert {one["coding"][0]["code"] for one in provision["code"]} == set(share["fields"])
    told = await trust.get(f"{BASE}/Communication?patient={client_id}&status=completed&category=notification")
    (communication,) = resources(told)
    assert communication["about"] == [{"reference": f"Consent/{share['id']}"}]
    by_council = {"recipient:identifier": f"https://heatshield.uk/Id/connection|{connection_id}"}
    assert len(resources(await trust.get(f"{BASE}/Communication", params=by_council))) == 1
    stranger = await system.client("interop", STRANGER)
    for kind, found in (("Consent", consent["id"]), ("Communication", communication["id"])):
        answer = await trust.get(f"{BASE}/{kind}/{found}")
        assert fhirkit.validate(answer.text) == []
        assert not any(words in answer.text for words in UNTOLD)
        refused_once(await stranger.get(f"{BASE}/{kind}/{found}"), 404, "not-found")
    everything = resources(await trust.get(f"{BASE}/Patient/{client_id}/$everything?_count=100"))
    assert {"Consent", "Communication"} <= {one["resourceType"] for one in everything}


async def test_a_consent_that_is_withdrawn_says_so_and_what_it_was_is_kept(system: Running, caseload: Caseload) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    share = await agree(system, client_id, connection_id, basis="best_interests", consented_on=None)
    nurse, path = await system.nurse("interop"), f"{BASE}/Consent/{share['id']}"
    before = (await nurse.get(path)).json()
    assert (before["status"], "performer" in before) == ("active", False)
    withdrawn = await nurse.post(f"/v1/shares/{share['id']}/withdraw", headers={"If-Match": f'"{share["version"]}"'})
    assert withdrawn.status_code == 200, withdrawn.text
    answer = await nurse.get(path)
    assert (answer.json()["status"], answer.json()["meta"]["versionId"]) == ("inactive", "2")
    assert fhirkit.validate(answer.text) == []
    assert (await nurse.get(f"{path}/_history/1")).json() == before


async def test_what_was_agreed_and_told_before_is_shown_by_a_rebuild(
    system: Running, caseload: Caseload, council: Council
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id)
    await support(system, client_id)
    await settled(system, "sent")
    trust: Any = await system.client("interop", "trust-tie", "integrator")
    kinds = ("Consent", "Communication")
    before = [resources(await trust.get(f"{BASE}/{kind}?patient={client_id}"))[0]["id"] for kind in kinds]
    await system.alter("interop", "delete from resource where resource_type in ('Consent', 'Communication')")
    assert resources(await trust.get(f"{BASE}/Consent?patient={client_id}")) == []
    await made_again(system, "caseload.episode_of_care.opened.v1", client_id)
    assert [resources(await trust.get(f"{BASE}/{kind}?patient={client_id}"))[0]["id"] for kind in kinds] == before
