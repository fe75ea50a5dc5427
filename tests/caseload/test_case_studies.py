"""A client's course as a story with a chart that tells nobody whose it is, with the client's consent (row 3.32)."""

import json
import time
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.caseload.around import a_neighbour
from tests.caseload.story import OnCaseload, a_contact, an_assessment, new_id, take_on
from tests.caseload.team_rows import a_case_study
from tests.running import STRANGER, Running

WHERE = {"address_line": "7 Colethorpe Lane", "postcode": "IP29 5AA", "phone": "01632 960111"}


@pytest.fixture
async def maureen(caseload: Running) -> OnCaseload:
    client = await take_on(caseload, **WHERE)
    assessment = an_assessment(client.episode_id)
    await client.post("/v1/assessments", assessment)
    for status in (3, 4):
        rating = {"id": new_id(), "occasion": "interim", "knowledge": 4, "behavior": 4, "status": status}
        await client.post(f"/v1/problems/{assessment['problems'][0]['id']}/ratings", rating)
    for day in ("2026-11-03", "2026-11-04", "2026-11-12"):
        await client.post("/v1/care-contacts", a_contact(client.episode_id, started_at=f"{day}T10:00:00Z"))
    await client.post("/v1/network-people", a_neighbour(client.client_id))
    return client


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.post("/v1/case-studies", json=a_case_study(new_id()))).status_code == 401
    for path in ("case-studies", f"case-studies/{new_id()}"):
        assert (await nobody.get(f"/v1/{path}")).status_code == 401


async def told(client: OnCaseload, **changes: Any) -> Any:
    return await client.nurse.post("/v1/case-studies", json=a_case_study(client.client_id, **changes))


async def test_a_story_with_a_chart_is_made_in_one_step(maureen: OnCaseload) -> None:
    begun = time.monotonic()
    made = await told(maureen)
    assert made.status_code == 201, made.text
    assert time.monotonic() - begun < 10 * 60
    study = made.json()
    parts = {(one["week"], one["what"], one["code"]): one["numbers"] for one in study["story"]}
    assert parts[0, "referred", "gp"] == []
    assert (parts[0, "contacts", "in_person"], parts[1, "contacts", "in_person"]) == ([2, 110], [1, 55])
    assert study["age_band"] == "85_and_over"
    drawn = ElementTree.fromstring(study["svg"])
    assert len(list(drawn.iter("{http://www.w3.org/2000/svg}polyline"))) == 2


async def test_nothing_in_it_tells_whose_it_is(maureen: OnCaseload) -> None:
    study = (await told(maureen)).json()
    text = json.dumps(study).casefold()
    record = (await maureen.nurse.get(f"/v1/clients/{maureen.client_id}")).json()
    client = record["client"]
    secrets = [client[name] for name in ("given_name", "family_name", "nhs_number", "birth_on", "postcode", "phone")]
    secrets += ["Colethorpe", "Catchpole", client["id"], maureen.episode_id, maureen.referral_id]
    secrets += [one["started_at"][:10] for one in record["care_contact"]] + [one["words"] for one in record["notes"]]
    assert [secret for secret in secrets if secret.casefold() in text] == []


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("reflection", "Maureen walks again"),
        ("reflection", "mrs TABOR's leg is dry"),
        ("title", "Colethorpe in spring"),
        ("alias", "Jean's neighbour"),
        ("reflection", "It began on 2026-11-02"),
        ("reflection", "It began on 2 November"),
        ("reflection", "Seen under 999 000 0204"),
        ("reflection", "In IP29 5AA they know"),
    ],
)
async def test_words_that_would_give_the_client_away_are_refused(maureen: OnCaseload, field: str, words: str) -> None:
    refused = await told(maureen, **{field: words})
    assert (refused.status_code, refused.json()["code"]) == (422, "words_give_away")
    assert refused.json()["errors"][0]["pointer"] == f"/body/{field}"
    assert words not in refused.text


async def test_without_consent_no_story_is_told_and_withdrawn_nothing_is_left(
    caseload: Running, maureen: OnCaseload
) -> None:
    refused = await told(maureen, consent=None)
    assert (refused.status_code, refused.json()["code"]) == (409, "consent_to_story_needed")
    study = (await told(maureen)).json()
    stranger = await caseload.client("caseload", STRANGER)
    assert (await stranger.get(f"/v1/case-studies/{study['id']}")).status_code == 404
    path = f"/v1/case-studies/{study['id']}/withdraw"
    gone = await maureen.nurse.post(path, json={"withdrawn_on": "2026-11-20"})
    assert [gone.json()[name] for name in ("title", "alias", "reflection", "svg", "story")] == ["", "", "", "", []]
    again = await maureen.nurse.post(path, json={"withdrawn_on": "2026-11-20"})
    assert again.json()["code"] == "story_already_withdrawn"
