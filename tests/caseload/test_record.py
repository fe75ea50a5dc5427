"""Assessment, plan, contact, wound: what a nurse writes once, and how it reads back."""

from typing import Any

from services.caseload.api.record_shapes import ClientRecord
from tests.caseload.story import (
    a_contact,
    a_plan,
    a_referral,
    an_acceptance,
    an_assessment,
    new_id,
    take_on,
)
from tests.running import NURSE, OTHER_TEAM, STRANGER, Running


async def test_the_whole_record_comes_in_one_call_with_who_wrote_what(caseload: Running) -> None:
    client = await take_on(caseload)
    form, plan, contact = (make(client.episode_id) for make in (an_assessment, a_plan, a_contact))
    wound = {"id": new_id(), "episode_of_care_id": client.episode_id, "site": "sacrum"}
    await client.post("/v1/assessments", form)
    await client.post("/v1/care-plans", plan)
    await client.post("/v1/care-contacts", contact)
    await client.post("/v1/wounds", wound)
    measured = {"id": new_id(), "measured_at": "2026-11-04T10:00:00Z", "length_mm": 30, "width_mm": 22}
    await client.post(f"/v1/wounds/{wound['id']}/measurements", measured)
    record = (await client.nurse.get(f"/v1/clients/{client.client_id}")).json()
    counted = {name: len(rows) for name, rows in record.items() if isinstance(rows, list)}
    assert counted == {
        "referral": 1,
        "episode_of_care": 1,
        "assessment": 1,
        "client_problem": 2,
        "ratings": 2,
        "care_plan": 1,
        "lines": 2,
        "care_contact": 1,
        "activities": 2,
        "notes": 1,
        "wound": 1,
        "measurements": 1,
        "goal": 0,
        "photo": 0,
        "medicine": 0,
        "surgery_note": 0,
        "surgery_share": 0,
        "network_person": 0,
        "carer": 0,
    }
    authors = {
        record["referral"][0]["decided_by"],
        record["assessment"][0]["assessed_by"],
        record["ratings"][0]["rated_by"],
        record["care_plan"][0]["written_by"],
        record["care_contact"][0]["recorded_by"],
        record["notes"][0]["written_by"],
        record["measurements"][0]["measured_by"],
    }
    assert authors == {str(NURSE)}


async def test_the_record_is_written_as_its_shape_writes_it_letter_for_letter(caseload: Running) -> None:
    """The database writes it, so names, instants, white space and what has to be escaped are compared."""
    odd = 'Zoë "Dot" O\'Neill \\ 50 % : to\n\tthe hall \u2014 \U0001f33b </script>'
    client = await take_on(caseload, given_name="Zoë", family_name='O\'Neill \\ "Dot"')
    form = an_assessment(client.episode_id, what_matters=odd)
    form["problems"][0]["words"] = odd
    await client.post("/v1/assessments", form)
    await client.post("/v1/care-plans", a_plan(client.episode_id, client_words=odd))
    for started_at in ("2026-06-30T23:30:00.120000Z", "2026-07-01T00:30:00+01:00", "2026-11-04T10:00:00.000001Z"):
        await client.post("/v1/care-contacts", a_contact(client.episode_id, started_at=started_at, note=odd))
    answer = await client.nurse.get(f"/v1/clients/{client.client_id}")
    assert ClientRecord.model_validate_json(answer.content).model_dump_json().encode() == answer.content
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["etag"] == f'"{answer.json()["client"]["version"]}"'
    assert answer.json()["notes"][0]["words"] == odd


async def test_a_record_costs_the_same_statements_however_long_it_is(caseload: Running, statements: Any) -> None:
    client = await take_on(caseload)
    await client.post("/v1/care-contacts", a_contact(client.episode_id))
    await client.nurse.get(f"/v1/clients/{client.client_id}")
    with statements(caseload.databases["caseload"]) as few:
        await client.nurse.get(f"/v1/clients/{client.client_id}")
    for _ in range(12):
        await client.post("/v1/care-contacts", a_contact(client.episode_id))
    with statements(caseload.databases["caseload"]) as many:
        await client.nurse.get(f"/v1/clients/{client.client_id}")
    # Who acts, the record, and the audit trail.
    assert len(many) == len(few) == 3


async def test_a_person_is_found_by_number_in_a_body_and_only_by_their_team(caseload: Running) -> None:
    client = await take_on(caseload)
    found = await client.post("/v1/clients/_search", {"nhs_number": "999-000-0204"})
    assert found["id"] == client.client_id
    stranger = await caseload.client("caseload", STRANGER)
    assert (await stranger.post("/v1/clients/_search", json={"nhs_number": "9990000204"})).status_code == 404
    theirs = await take_on_elsewhere(caseload)
    assert theirs != client.client_id


async def take_on_elsewhere(caseload: Running) -> str:
    """The same person on another team's caseload is another record, and neither team sees the other's."""
    stranger = await caseload.client("caseload", STRANGER)
    referral = a_referral(team_id=str(OTHER_TEAM))
    assert (await stranger.post("/v1/referrals", json=referral)).status_code == 201
    people = {"named_nurse_id": str(STRANGER), "deputy_id": str(NURSE)}
    await caseload.join("caseload", team=OTHER_TEAM)
    accepted = await stranger.post(f"/v1/referrals/{referral['id']}/accept", json=an_acceptance(**people))
    assert accepted.status_code == 201, accepted.text
    return str(accepted.json()["client_id"])


async def test_the_omaha_problems_are_the_42_of_2005(caseload: Running) -> None:
    nurse = await caseload.nurse("caseload")
    answer = await nurse.get("/v1/omaha/problems")
    assert len(answer.json()["items"]) == 42
    assert answer.json()["edition"] == "2005"
    assert "max-age=31536000" in answer.headers["cache-control"]
    found = (await nurse.get("/v1/omaha/problems?domain=physiological&q=skin")).json()["items"]
    assert [problem["code"] for problem in found] == ["26"]
