"""A dose is given once: a second record is refused, unless it says why and is an incident (mission row 3.11)."""

import asyncio
from typing import Any

import pytest

from services.caseload.events import IncidentRaised
from services.caseload.main import SERVICE
from services.governance.main import SERVICE as GOVERNANCE
from tests.caseload.medicating import Giving, an_administration, as_needed, giving, now, told_of_role
from tests.caseload.story import new_id, take_on
from tests.running import DEPUTY, NURSE, STRANGER, TEAM, Databases, Running, running, until

WHY = {"override_reason": "The first was spat out; the GP said to give another"}


@pytest.fixture
async def given(caseload: Running) -> Giving:
    return await giving(caseload)


async def test_anonymous_is_refused(caseload: Running) -> None:
    nobody = await caseload.client("caseload", None)
    assert (await nobody.post("/v1/administrations", json=an_administration(new_id()))).status_code == 401


async def test_what_became_of_a_dose_is_kept_with_who_and_when(given: Giving) -> None:
    medicine = await given.medicine()
    kept = await given.recorded(medicine, witness_id=str(DEPUTY))
    assert (kept["outcome"], kept["happened_at"], kept["due_at"]) == (
        "given",
        "2026-11-04T08:05:00Z",
        "2026-11-04T08:00:00Z",
    )
    assert (kept["employee_id"], kept["recorded_by"], kept["witness_id"]) == (str(NURSE), str(NURSE), str(DEPUTY))
    refused = await given.recorded(
        medicine, outcome="refused", happened_at="2026-11-04T20:00:00Z", reason="Feels sick", by=given.deputy
    )
    assert (refused["outcome"], refused["reason"], refused["employee_id"]) == ("refused", "Feels sick", str(DEPUTY))
    listed = await given.nurse.get("/v1/administrations", params={"client_id": given.client.client_id})
    assert [one["id"] for one in listed.json()["items"]] == [refused["id"], kept["id"]], "newest first"
    assert (await given.nurse.get(f"/v1/administrations/{kept['id']}")).json() == kept


async def test_a_second_record_of_a_dose_is_refused_and_the_way_out_is_said(given: Giving) -> None:
    medicine = await given.medicine()
    await given.recorded(medicine)
    for at in ("2026-11-04T08:05:00Z", "2026-11-04T08:55:00Z", "2026-11-04T18:00:00Z", "2026-11-04T07:10:00Z"):
        error = await given.refused(medicine, "dose_already_recorded", happened_at=at, by=given.deputy)
        assert (error["pointer"], "override_reason" in error["way_out"]) == ("/body/happened_at", True)
    late = {"outcome": "refused", "reason": "Did not want it"}
    await given.refused(medicine, "dose_already_recorded", happened_at="2026-11-04T09:00:00Z", **late)
    await given.recorded(medicine, happened_at="2026-11-04T20:00:00Z")
    await given.recorded(await given.medicine(drug="Ramipril 5 mg capsules"))


async def test_of_two_at_once_one_gives_the_dose(given: Giving) -> None:
    medicine = await given.medicine()
    callers = [given.nurse, given.deputy] * 3
    answers = await asyncio.gather(*(given.record(medicine, by=caller) for caller in callers))
    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409, 409, 409]
    assert {one.json()["code"] for one in answers if one.status_code == 409} == {"dose_already_recorded"}
    assert len(await given.all(medicine)) == 1


async def test_of_two_at_once_as_needed_one_gives_it(given: Giving) -> None:
    medicine = await given.medicine(**as_needed())
    answers = await asyncio.gather(*(given.record(medicine, by=one) for one in (given.nurse, given.deputy)))
    assert sorted(one.status_code for one in answers) == [201, 409]


async def test_an_override_says_why_and_is_an_incident(given: Giving) -> None:
    medicine = await given.medicine()
    await given.recorded(medicine)
    assert await given.system.published("caseload", IncidentRaised) == []
    kept = await given.recorded(medicine, happened_at="2026-11-04T08:20:00Z", **WHY)
    assert (kept["overrode"], kept["override_reason"]) == ("dose_already_recorded", WHY["override_reason"])
    (event,) = await given.system.published("caseload", IncidentRaised)
    assert {name: event.data[name] for name in ("incident_id", "kind", "client_id", "team_id", "medicine_id")} == {
        "incident_id": kept["id"],
        "kind": "dose_already_recorded",
        "client_id": given.client.client_id,
        "team_id": str(TEAM),
        "medicine_id": medicine,
    }
    assert WHY["override_reason"] not in event.model_dump_json()
    await given.refused(medicine, "dose_already_recorded", happened_at="2026-11-04T08:20:00Z")


async def test_governance_counts_the_incident(databases: Databases) -> None:
    async with running(databases, SERVICE, GOVERNANCE) as system:
        for service in ("caseload", "governance"):
            for member in (NURSE, DEPUTY):
                await system.join(service, employee=member)
        given = await giving(system)
        medicine, asked = await given.medicine(), {"team_id": str(TEAM), "from_on": "2026-11-01", "to_on": "2199-12-31"}
        nurse = await system.nurse("governance")

        async def counted() -> Any:
            items = (await nurse.get("/v1/measures", params=asked)).json()["items"]
            return next(item["value"] for item in items if item["code"] == "incidents")

        await given.recorded(medicine)
        assert await counted() == 0
        await given.recorded(medicine, **WHY)

        async def one_is_counted() -> bool:
            return await counted() == 1

        await until(one_is_counted)


async def test_an_override_of_nothing_is_no_incident(given: Giving) -> None:
    medicine = await given.medicine()
    assert (await given.recorded(medicine, **WHY))["overrode"] is None
    assert await given.system.published("caseload", IncidentRaised) == []
    await given.refused(medicine, "dose_already_recorded")


async def test_what_was_refused_at_first_may_be_given_after_all_and_not_the_other_way_round(given: Giving) -> None:
    medicine = await given.medicine()
    await given.recorded(medicine, outcome="not_given", reason="Asleep")
    twice = {"outcome": "refused", "reason": "Not now"}
    await given.refused(medicine, "dose_already_recorded", happened_at="2026-11-04T08:10:00Z", **twice)
    await given.recorded(medicine, happened_at="2026-11-04T08:30:00Z")
    await given.refused(medicine, "dose_already_recorded", happened_at="2026-11-04T08:40:00Z", **twice)


async def test_a_late_dose_keeps_the_next_one_away(given: Giving) -> None:
    """At least half of the twelve hours that are planned lie between them, although they are two doses."""
    medicine = await given.medicine()
    await given.recorded(medicine, happened_at="2026-11-04T13:55:00Z")
    await given.refused(medicine, "given_too_recently", happened_at="2026-11-04T19:04:00Z")
    evening = await given.recorded(medicine, happened_at="2026-11-04T19:55:00Z")
    assert evening["due_at"] == "2026-11-04T20:00:00Z"


async def test_what_was_missed_a_week_ago_is_not_given_an_hour_before_todays(given: Giving) -> None:
    weekly = await given.medicine(times=["08:00"], every_days=7, starts_on="2026-10-28")
    await given.recorded(weekly, happened_at="2026-11-04T06:59:00Z")
    await given.refused(weekly, "given_too_recently", happened_at="2026-11-04T08:00:00Z")


async def test_what_is_told_late_is_held_against_what_was_given_after_it(given: Giving) -> None:
    """A tablet without signal tells of 08:00 when a colleague has recorded 10:00 already."""
    medicine = await given.medicine(**as_needed())
    await given.recorded(medicine, happened_at="2026-11-04T10:00:00Z", by=given.deputy)
    await given.refused(medicine, "given_too_recently", happened_at="2026-11-04T08:00:00Z")
    truth = await given.recorded(medicine, happened_at="2026-11-04T08:00:00Z", **WHY)
    assert truth["overrode"] == "given_too_recently"


async def test_as_needed_keeps_its_interval_and_its_most_in_24_hours(given: Giving) -> None:
    medicine = await given.medicine(**as_needed(maximum_in_24_hours=3))
    for hour in (6, 10, 14):
        kept = await given.recorded(medicine, happened_at=f"2026-11-04T{hour:02}:00:00Z")
        assert kept["due_at"] is None
    await given.refused(medicine, "given_too_recently", happened_at="2026-11-04T17:59:59Z")
    await given.refused(medicine, "too_many_in_a_day", happened_at="2026-11-04T18:00:00Z")
    await given.refused(medicine, "too_many_in_a_day", happened_at="2026-11-05T05:59:59Z")
    await given.refused(medicine, "too_many_in_a_day", happened_at="2026-11-04T02:00:00Z")
    await given.recorded(medicine, outcome="refused", reason="No pain", happened_at="2026-11-04T18:00:00Z")
    await given.recorded(medicine, happened_at="2026-11-05T06:00:00Z")


async def test_before_its_window_a_dose_is_too_early(given: Giving) -> None:
    medicine = await given.medicine(window_minutes=30)
    await given.refused(medicine, "not_yet_due", happened_at="2026-11-02T07:29:00Z")
    assert (await given.recorded(medicine, happened_at="2026-11-02T07:30:00Z"))["due_at"] == "2026-11-02T08:00:00Z"
    await given.refused(medicine, "dose_already_recorded", happened_at="2026-11-02T19:29:00Z")
    await given.recorded(medicine, happened_at="2026-11-02T19:30:00Z")


async def test_the_window_is_narrower_for_what_is_time_critical(given: Giving) -> None:
    critical = await given.medicine(drug="Co-careldopa", time_critical=True)
    await given.recorded(critical)
    await given.refused(critical, "dose_already_recorded", happened_at="2026-11-04T19:29:00Z")
    await given.recorded(critical, happened_at="2026-11-04T19:30:00Z")
    rules = {one["code"]: one["amount"] for one in (await given.nurse.get("/v1/rules")).json()["items"]}
    assert (rules["medicine.window_minutes"], rules["medicine.time_critical_minutes"]) == (60, 30)


async def test_what_is_not_in_force_is_not_given(given: Giving) -> None:
    medicine = await given.medicine(ends_on="2026-11-10")
    await given.refused(medicine, "medicine_not_in_force", happened_at="2026-11-01T20:00:00Z")
    await given.refused(medicine, "medicine_not_in_force", happened_at="2026-11-11T08:00:00Z", **WHY)
    await given.recorded(medicine, happened_at="2026-11-10T20:00:00Z")
    await given.client.post(f"/v1/medicines/{medicine}/stop", {"reason": "The GP changed it"})
    endless = await given.medicine()
    await given.client.post(f"/v1/medicines/{endless}/stop", {"reason": "The GP changed it"})
    await given.refused(endless, "medicine_not_in_force", happened_at=now())
    await given.recorded(endless)


async def test_a_record_has_its_reason_its_time_and_a_witness_who_is_somebody_else(given: Giving) -> None:
    medicine = await given.medicine()
    wrong: list[dict[str, Any]] = [
        {"outcome": "refused"},
        {"outcome": "not_given", "reason": " "},
        {"reason": "Given as usual"},
        {"outcome": "refused", "reason": "No", **WHY},
        {"happened_at": "2199-01-01T08:00:00Z"},
        {"happened_at": "2026-11-04T08:05:00"},
        {"override_reason": ""},
        {"outcome": "omitted", "reason": "Asleep"},
    ]
    for changes in wrong:
        assert (await given.record(medicine, **changes)).status_code == 422, changes
    await given.refused(medicine, "witnessed_by_giver", status=422, witness_id=str(NURSE))
    await given.refused(medicine, "not_in_the_team", witness_id=str(STRANGER))
    await given.refused(medicine, "not_a_controlled_drug", status=422, stock_used=1)
    assert await given.all(medicine) == []


async def test_a_registered_nurse_alone_records_what_somebody_else_gave(given: Giving) -> None:
    medicine = await given.medicine()
    kept = await given.recorded(medicine, employee_id=str(DEPUTY))
    assert (kept["employee_id"], kept["recorded_by"]) == (str(DEPUTY), str(NURSE))
    await given.refused(medicine, "not_in_the_team", employee_id=str(STRANGER))
    other = {"happened_at": now(), "employee_id": str(NURSE)}
    await given.refused(medicine, "only_a_registered_nurse", by=given.assistant, status=403, **other)


async def test_another_teams_medicine_is_not_there(given: Giving) -> None:
    medicine = await given.medicine()
    await told_of_role(given.system, STRANGER, "registered_nurse", team_id=str(new_id()))
    stranger = await given.system.client("caseload", STRANGER)
    for one in (medicine, new_id()):
        assert (await given.record(one, by=stranger)).status_code == 404
    assert (await stranger.get("/v1/administrations", params={"medicine_id": medicine})).json()["items"] == []


async def test_the_same_key_gives_the_same_answer_and_one_record(given: Giving) -> None:
    body = an_administration(await given.medicine())
    sent = [
        await given.nurse.post("/v1/administrations", json=body, headers={"Idempotency-Key": body["id"]})
        for _ in range(2)
    ]
    assert [one.status_code for one in sent] == [201, 201]
    assert len(await given.all(body["medicine_id"])) == 1


async def test_pages_of_administrations_hold_each_once(given: Giving) -> None:
    medicine = await given.medicine()
    for day in range(2, 9):
        await given.recorded(medicine, happened_at=f"2026-11-{day:02}T08:00:00Z")
    await take_on(given.system, nhs_number=None)
    seen, cursor = [], None
    while True:
        params = {"client_id": given.client.client_id, "limit": 3} | ({"cursor": cursor} if cursor else {})
        page = (await given.nurse.get("/v1/administrations", params=params)).json()
        seen += [one["due_at"][:10] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"2026-11-{day:02}" for day in range(8, 1, -1)]
