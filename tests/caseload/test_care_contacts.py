"""Contacts, their minutes, notes and wounds, as recorded at the bedside."""

from services.caseload.events import (
    CareContactRecorded,
    WoundMeasured,
)
from tests.caseload.story import (
    a_contact,
    new_id,
    take_on,
)
from tests.running import DEPUTY, STRANGER, TEAM, Running


async def test_a_contact_tells_minutes_by_type_and_nothing_that_was_written(caseload: Running) -> None:
    client = await take_on(caseload)
    contact = a_contact(client.episode_id)
    recorded = await client.post("/v1/care-contacts", contact)
    assert recorded["minutes"] == 55
    told = (await caseload.published("caseload", CareContactRecorded))[0].data
    assert [(s["activity_type"], s["minutes"]) for s in told["segments"]] == [("nursing", 35), ("personal_care", 20)]
    assert told["referral_id"] == client.referral_id
    assert "fair" not in str(await caseload.published("caseload"))


async def test_minutes_by_type_by_week_for_client_and_team(caseload: Running) -> None:
    client = await take_on(caseload)
    await client.post("/v1/care-contacts", a_contact(client.episode_id))
    sunday_night = a_contact(
        client.episode_id, started_at="2026-11-08T23:30:00Z", channel="phone", note=None, note_id=None
    )
    await client.post("/v1/care-contacts", sunday_night)
    path = f"/v1/review-figures?team_id={TEAM}&from_on=2026-11-01&to_on=2026-11-30"
    figures = (await client.nurse.get(path)).json()
    by_type = {(row["week"], row["activity_type"]): row["minutes"] for row in figures["minutes_by_type"]}
    assert by_type == {("2026-W45", "nursing"): 70, ("2026-W45", "personal_care"): 40}
    assert {row["client_id"] for row in figures["minutes_by_type"]} == {client.client_id}


async def test_the_kings_funds_three_measures_come_on_call(caseload: Running) -> None:
    """Referral sources, contacts by type, and time with clients (King's Fund 2019, mission row 3.31)."""
    client = await take_on(caseload)
    await client.post("/v1/care-contacts", a_contact(client.episode_id))
    phone = a_contact(client.episode_id, channel="phone", note=None, note_id=None)
    await client.post("/v1/care-contacts", phone)
    path = f"/v1/review-figures?team_id={TEAM}&from_on=2026-11-01&to_on=2026-11-30"
    figures = (await client.nurse.get(path)).json()
    assert figures["referrals_by_source"] == [{"source": "gp", "referrals": 1}]
    assert figures["contacts_by_channel"] == [
        {"channel": "in_person", "contacts": 1, "minutes": 55},
        {"channel": "phone", "contacts": 1, "minutes": 55},
    ]


async def test_a_contact_is_of_somebody_who_was_in_the_team_that_day(caseload: Running) -> None:
    client = await take_on(caseload)
    for change in ({"employee_id": str(STRANGER)}, {"started_at": "2024-12-31T10:00:00Z"}):
        refused = await client.nurse.post("/v1/care-contacts", json=a_contact(client.episode_id) | change)
        assert (refused.status_code, refused.json()["code"]) == (409, "not_in_the_team")
        assert refused.json()["errors"][0]["pointer"] == "/body/employee_id"


async def test_each_of_two_at_a_visit_records_one_contact_of_it(caseload: Running) -> None:
    client, visit = await take_on(caseload), new_id()
    await client.post("/v1/care-contacts", a_contact(client.episode_id, visit_id=visit))
    await client.post("/v1/care-contacts", a_contact(client.episode_id, visit_id=visit, employee_id=str(DEPUTY)))
    again = await client.nurse.post("/v1/care-contacts", json=a_contact(client.episode_id, visit_id=visit))
    assert (again.status_code, again.json()["code"]) == (409, "visit_already_recorded")
    assert again.json()["errors"][0]["pointer"] == "/body/visit_id"
    assert len(await caseload.published("caseload", CareContactRecorded)) == 2


async def test_a_note_amends_only_a_note_of_its_own_contact(caseload: Running) -> None:
    client = await take_on(caseload)
    one, other = a_contact(client.episode_id), a_contact(client.episode_id)
    await client.post("/v1/care-contacts", one)
    await client.post("/v1/care-contacts", other)
    for wrong in (other["note_id"], new_id()):
        amendment = {"id": new_id(), "words": "Sloughy at the edge", "amends_id": wrong}
        refused = await client.nurse.post(f"/v1/care-contacts/{one['id']}/notes", json=amendment)
        assert (refused.status_code, refused.json()["code"]) == (422, "note_of_another_contact")


async def test_a_note_is_amended_and_never_overwritten(caseload: Running) -> None:
    client = await take_on(caseload)
    contact = a_contact(client.episode_id)
    await client.post("/v1/care-contacts", contact)
    amendment = {"id": new_id(), "words": "Wound sloughy at the edge", "amends_id": contact["note_id"]}
    await client.post(f"/v1/care-contacts/{contact['id']}/notes", amendment)
    notes = (await client.nurse.get(f"/v1/clients/{client.client_id}")).json()["notes"]
    assert [(note["words"], note["amends_id"]) for note in notes] == [
        (contact["note"], None),
        (amendment["words"], contact["note_id"]),
    ]


async def test_a_wounds_trend_is_every_area_so_far(caseload: Running) -> None:
    client = await take_on(caseload)
    wound = {"id": new_id(), "episode_of_care_id": client.episode_id, "site": "left gaiter, venous leg ulcer"}
    await client.post("/v1/wounds", wound)
    for day, length, width in ((3, 51, 34), (9, 49, 32), (20, 48, 30)):
        measured = {
            "id": new_id(),
            "measured_at": f"2026-10-{day:02d}T10:00:00Z",
            "length_mm": length,
            "width_mm": width,
        }
        trend = await client.post(f"/v1/wounds/{wound['id']}/measurements", measured)
    assert [m["area_mm2"] for m in trend["measurements"]] == [1734, 1568, 1440]
    assert [e.aggregateversion for e in await caseload.published("caseload", WoundMeasured)] == [2, 3, 4]


async def test_a_wound_is_measured_in_a_contact_with_its_own_client(caseload: Running) -> None:
    client, other = await take_on(caseload), await take_on(caseload, nhs_number=None, given_name="Ada")
    wound, theirs = (
        {"id": new_id(), "episode_of_care_id": client.episode_id, "site": "sacrum"},
        a_contact(other.episode_id),
    )
    await client.post("/v1/wounds", wound)
    await other.post("/v1/care-contacts", theirs)
    for contact_id in (theirs["id"], new_id()):
        measured = {"id": new_id(), "measured_at": "2026-11-04T10:00:00Z", "length_mm": 30, "width_mm": 22}
        path = f"/v1/wounds/{wound['id']}/measurements"
        refused = await client.nurse.post(path, json=measured | {"care_contact_id": contact_id})
        assert (refused.status_code, refused.json()["code"]) == (422, "contact_of_another_client"), refused.text
        assert refused.json()["errors"][0]["pointer"] == "/body/care_contact_id"
