"""Assessment, plan, contact, wound: what a nurse writes once, and how it reads back."""

from typing import Any

from uuid6 import uuid7

from services.caseload.events import (
    AssessmentCompleted,
    CareContactRecorded,
    CarePlanChanged,
    OmahaRatingRecorded,
    ReablementAgreed,
    WoundMeasured,
)
from tests.caseload.story import (
    a_contact,
    a_plan,
    a_problem,
    a_referral,
    an_acceptance,
    an_assessment,
    new_id,
    take_on,
)
from tests.running import DEPUTY, NURSE, OTHER_TEAM, STRANGER, TEAM, Running


async def test_one_assessment_reads_as_nursing_and_as_care_act(caseload: Running) -> None:
    client = await take_on(caseload)
    form = an_assessment(client.episode_id)
    await client.post("/v1/assessments", form)
    nursing = (await client.nurse.get(f"/v1/assessments/{form['id']}/nursing-view")).json()
    care_act = (await client.nurse.get(f"/v1/assessments/{form['id']}/care-act-view")).json()
    assert [found["problem"]["code"] for found in nursing["found"]] == ["07", "26"]
    assert {found["rating"]["edition"] for found in nursing["found"]} == {"2005"}
    assert "care_act" not in nursing
    assert care_act["eligible"] is True
    assert [finding["outcome"] for finding in care_act["care_act"]["findings"]] == ["hygiene", "community", "nutrition"]
    assert "found" not in care_act
    assert nursing["what_matters"] == care_act["what_matters"] == form["what_matters"]


async def test_completing_tells_of_each_problem_once(caseload: Running) -> None:
    client = await take_on(caseload)
    form = an_assessment(client.episode_id)
    await client.post("/v1/assessments", form)
    assert await caseload.published("caseload", AssessmentCompleted) == []
    await client.post(f"/v1/assessments/{form['id']}/complete", None)
    again = await client.nurse.post(f"/v1/assessments/{form['id']}/complete")
    assert (again.status_code, again.json()["code"]) == (409, "assessment_already_complete")
    assert (await caseload.published("caseload", AssessmentCompleted))[0].data["problem_codes"] == ["07", "26"]
    assert len(await caseload.published("caseload", OmahaRatingRecorded)) == 2


async def test_a_problem_has_one_admission_rating(caseload: Running) -> None:
    client = await take_on(caseload)
    form = an_assessment(client.episode_id)
    await client.post("/v1/assessments", form)
    path = f"/v1/problems/{form['problems'][0]['id']}/ratings"
    rating = {"id": new_id(), "occasion": "interim", "knowledge": 4, "behavior": 4, "status": 3}
    await client.post(path, rating)
    second = await client.nurse.post(path, json=rating | {"id": new_id(), "occasion": "admission"})
    assert (second.status_code, second.json()["code"]) == (409, "admission_rating_exists")
    assert second.json()["errors"][0]["pointer"] == "/body/occasion"


async def test_omaha_outcomes_pair_admission_with_the_latest_and_hide_small_cells_outside(caseload: Running) -> None:
    for number in range(5):
        problems = [a_problem("42", (), (2, 2, 3))] + ([a_problem("07", (), (3, 2, 2))] if number == 0 else [])
        await rated_twice(caseload, number, problems)
    nurse, coach = await caseload.nurse("caseload"), await caseload.client("caseload", STRANGER, "coach")
    inside = (await nurse.get(f"/v1/outcomes?team_id={TEAM}")).json()
    outside = (await coach.get(f"/v1/outcomes?team_id={TEAM}")).json()
    assert [(o["scale"], o["pairs"], o["change"]) for o in inside["by_problem"]["42"]] == [
        ("knowledge", 5, 2.0),
        ("behavior", 5, 1.0),
        ("status", 5, 1.0),
    ]
    assert inside["by_problem"]["07"][0]["pairs"] == 1
    assert set(outside["by_problem"]) == {"42"}
    assert outside["hidden_problems"] == 1
    assert [o["pairs"] for o in inside["all"]] == [6, 6, 6]
    assert outside["all"] == [], "six in all less the five shown would be one person's"
    ways = [(o["improved"], o["same"], o["worse"]) for o in outside["by_problem"]["42"]]
    assert ways == [(None, None, None)] * 3, "all five the same way would be everybody's"
    assert inside["by_problem"]["42"][0]["improved"] == 5


async def test_one_persons_many_episodes_are_one_person_outside(caseload: Running) -> None:
    numbers = ["9990000018"] * 3 + ["9990000026", "9990000034"]
    for nhs_number in numbers:
        await rated_twice(caseload, 1, [a_problem("42", (), (2, 2, 3))], nhs_number)
    coach = await caseload.client("caseload", STRANGER, "coach")
    outside = (await coach.get(f"/v1/outcomes?team_id={TEAM}")).json()
    assert outside == {"all": [], "by_problem": {}, "hidden_problems": 1}


async def rated_twice(caseload: Running, number: int, problems: list[Any], nhs_number: str | None = None) -> None:
    """A client whose problems were rated at admission, in between and at discharge."""
    client = await take_on(caseload, nhs_number=nhs_number, given_name=f"Client {number}")
    await client.post("/v1/assessments", an_assessment(client.episode_id, problems=problems))
    for problem in problems:
        for occasion, scores in (("interim", (2, 2, 2)), ("discharge", (4, 3, 4))):
            rating = dict(zip(("knowledge", "behavior", "status"), scores, strict=True))
            await client.post(f"/v1/problems/{problem['id']}/ratings", {"id": new_id(), "occasion": occasion} | rating)


async def test_a_problem_is_found_once_in_an_episode_and_then_rated_again(caseload: Running) -> None:
    client = await take_on(caseload)
    await client.post("/v1/assessments", an_assessment(client.episode_id))
    again = await client.nurse.post("/v1/assessments", json=an_assessment(client.episode_id))
    assert (again.status_code, again.json()["code"]) == (409, "problem_already_found")
    assert again.json()["errors"][0]["pointer"] == "/body/problems"
    await client.post("/v1/assessments", an_assessment(client.episode_id, problems=[]))
    back = await take_on(caseload)
    await client.post("/v1/assessments", an_assessment(back.episode_id))


async def test_a_plan_is_not_agreed_after_its_end_or_in_the_future(caseload: Running) -> None:
    client = await take_on(caseload)
    plan = a_plan(client.episode_id, ends_on="2026-11-08")
    await client.post("/v1/care-plans", plan)
    path = f"/v1/care-plans/{plan['id']}/agree"
    late = await client.nurse.post(path, json={"agreed_how": "in_person", "agreed_on": "2026-11-09"})
    assert (late.status_code, late.json()["code"]) == (422, "plan_ends_before_it_is_agreed")
    ahead = await client.nurse.post(path, json={"agreed_how": "in_person", "agreed_on": "2199-01-01"})
    assert (ahead.status_code, ahead.json()["errors"][0]["pointer"]) == (422, "/body/agreed_on")
    backwards = a_plan(client.episode_id, reablement_from="2027-01-16")
    assert (await client.nurse.post("/v1/care-plans", json=backwards)).status_code == 422


async def test_a_plan_is_a_draft_until_the_client_agrees(caseload: Running) -> None:
    client = await take_on(caseload)
    plan = a_plan(client.episode_id, reablement_from="2026-11-09")
    drafted = await client.post("/v1/care-plans", plan)
    assert (drafted["status"], drafted["client_words"]) == ("draft", plan["client_words"])
    assert await caseload.published("caseload", ReablementAgreed) == []
    agreement = {"agreed_how": "in_person", "agreed_on": "2026-11-09"}
    agreed = await client.post(f"/v1/care-plans/{plan['id']}/agree", agreement)
    assert agreed["status"] == "agreed"
    again = await client.nurse.post(f"/v1/care-plans/{plan['id']}/agree", json=agreement)
    assert (again.status_code, again.json()["code"]) == (409, "care_plan_already_agreed")
    assert (await caseload.published("caseload", ReablementAgreed))[0].data["starts_on"] == "2026-11-09"


async def test_a_change_made_on_an_old_version_is_refused_and_nothing_is_overwritten(caseload: Running) -> None:
    client = await take_on(caseload)
    plan = a_plan(client.episode_id)
    await client.post("/v1/care-plans", plan)
    await client.post(f"/v1/care-plans/{plan['id']}/agree", {"agreed_how": "in_person", "agreed_on": "2026-11-09"})
    path = f"/v1/care-plans/{plan['id']}/lines/{plan['lines'][1]['id']}"
    etag = (await client.nurse.get(f"/v1/care-plans/{plan['id']}")).headers["etag"]
    first = await client.nurse.put(path, json={"words": "Mornings and evenings"}, headers={"If-Match": etag})
    assert first.status_code == 200
    assert first.headers["etag"] != etag
    stale = await client.nurse.put(path, json={"words": "Mornings only"}, headers={"If-Match": etag})
    assert (stale.status_code, stale.json()["errors"][0]["pointer"]) == (412, "/header/If-Match")
    blind = await client.nurse.put(path, json={"words": "Never"})
    assert blind.status_code == 428
    garbled = await client.nurse.put(path, json={"words": "Never"}, headers={"If-Match": '"x"'})
    assert garbled.status_code == 400
    assert (await client.nurse.get(f"/v1/care-plans/{plan['id']}")).json()["lines"][1][
        "words"
    ] == "Mornings and evenings"
    changed = await caseload.published("caseload", CarePlanChanged)
    assert [(event.data["domain"], event.data["plan_version"]) for event in changed] == [("social_care", 3)]


async def test_an_unknown_line_of_a_plan_is_not_found(caseload: Running) -> None:
    client = await take_on(caseload)
    plan = a_plan(client.episode_id)
    await client.post("/v1/care-plans", plan)
    path = f"/v1/care-plans/{plan['id']}/lines/{uuid7()}"
    answer = await client.nurse.put(path, json={"words": "x"}, headers={"If-Match": '"1"'})
    assert answer.status_code == 404


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
    assert len(many) == len(few) <= 15


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
