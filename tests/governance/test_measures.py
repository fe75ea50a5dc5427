"""Measures are counted from facts: all of them for the team, and without small numbers for those around it."""

from typing import Any

import pytest
from uuid6 import uuid7

from services.governance.domain.cell import NOT_TAKEN_REASONS
from services.governance.domain.measure import MEASURES
from tests.governance.telling import (
    assessment_completed,
    break_glass_opened,
    care_plan_conflicted,
    contact_recorded,
    incident_raised,
    measures,
    referral_accepted,
    referral_not_taken,
    referral_received,
    sync_conflict_opened,
    value,
    visit_done,
)
from tests.running import TEAM, Running

PERIOD = {"team_id": str(TEAM), "from_on": "2026-03-01", "to_on": "2026-03-31"}


async def test_anonymous_is_refused(governance: Running) -> None:
    nobody = await governance.client("governance", None)
    assert (await nobody.get("/v1/measures", params=PERIOD)).status_code == 401


async def test_who_may_read_measures(governance: Running, stranger: Any) -> None:
    for persona, status in {
        "coach": 200,
        "heatshield": 200,
        "steering": 200,
        "commissioner": 200,
        "social_worker": 403,
        "council": 403,
        "integrator": 403,
        "service": 403,
    }.items():
        caller = await governance.client("governance", uuid7(), persona)
        assert (await caller.get("/v1/measures", params=PERIOD)).status_code == status, persona
    assert (await stranger.get("/v1/measures", params=PERIOD)).status_code == 404


async def test_every_measure_has_its_definition_and_counts_nothing_as_nothing(nurse: Any) -> None:
    """Row 8.07: few, defined, with numerator and denominator as code."""
    found = await measures(nurse)
    assert {code for code, _ in found} == {measure.code for measure in MEASURES}
    assert all(item["definition"].endswith(".") and not item["hidden"] for item in found.values())
    assert found["referrals_received", None]["value"] == 0
    assert found["social_minutes_share", None]["value"] is None
    assert found["referral_answer_hours", None]["value"] is None
    assert {part for code, part in found if code == "referrals_not_taken"} == set(NOT_TAKEN_REASONS)


async def test_referrals_are_counted_by_answer_with_the_median_time_it_took(governance: Running, nurse: Any) -> None:
    """Row 2.01: GP referral to answer, measured. Row 2.07: declines by reason."""
    for hours in (1, 3):
        await referral_accepted(governance, hours=hours)
    await referral_not_taken(governance, "no_capacity", hours=10)
    await referral_received(governance)
    found = await measures(nurse)
    assert found["referrals_received", None]["value"] == 4
    assert (found["referrals_accepted", None]["numerator"], found["referrals_accepted", None]["denominator"]) == (2, 4)
    assert found["referrals_not_taken", "no_capacity"]["value"] == 1
    assert found["referrals_not_taken", "out_of_area"]["value"] == 0
    answered = found["referral_answer_hours", None]
    assert (answered["value"], answered["denominator"], answered["unit"]) == (3.0, 3, "hours")


async def test_a_reason_that_governance_does_not_know_is_counted_too(governance: Running, nurse: Any) -> None:
    await referral_not_taken(governance, "moved_away")
    assert await value(nurse, "referrals_not_taken", "moved_away") == 1


async def test_minutes_are_counted_by_type_with_the_social_share(governance: Running, nurse: Any) -> None:
    """Row 3.15: wider support is counted."""
    await contact_recorded(governance, {"nursing": 30, "wider_support": 20})
    await contact_recorded(governance, {"nursing": 15, "personal_care": 10, "reablement": 5})
    found = await measures(nurse)
    assert found["contacts", None]["value"] == 2
    assert found["contact_minutes", "nursing"]["value"] == 45
    assert found["contact_minutes", "coordination"]["value"] == 0
    share = found["social_minutes_share", None]
    assert (share["numerator"], share["denominator"], share["value"]) == (35, 80, 0.4375)
    assert found["wider_support_minutes", None]["value"] == 20


async def test_a_day_is_a_day_in_england(governance: Running, nurse: Any) -> None:
    for started_at in ("2026-06-30T22:59:59Z", "2026-06-30T23:00:00Z", "2026-06-30T23:30:00Z", "2026-07-31T23:00:00Z"):
        await contact_recorded(governance, {"nursing": 10}, started_at=started_at)
    july = {"from_on": "2026-07-01", "to_on": "2026-07-31"}
    assert await value(nurse, "contacts", **july) == await value(nurse, "contact_minutes", "nursing", **july) / 10 == 2
    assert await value(nurse, "contacts", from_on="2026-07-01", to_on="2026-07-01") == 2


async def test_a_period_does_not_run_backwards(nurse: Any) -> None:
    refused = await nurse.get("/v1/measures", params=PERIOD | {"to_on": "2026-02-28"})
    assert refused.status_code == 422
    assert refused.json()["code"] == "period_reversed"
    assert (await nurse.get("/v1/measures", params={"team_id": str(TEAM)})).status_code == 422


@pytest.mark.parametrize("persona", ["coach", "heatshield", "steering", "commissioner"])
async def test_outside_the_team_measures_are_of_whole_calendar_months(
    governance: Running, nurse: Any, persona: str
) -> None:
    """March less March without its last day would be one day, and perhaps one person."""
    around = await governance.client("governance", uuid7(), persona)
    for from_on, to_on in (("2026-03-01", "2026-03-30"), ("2026-03-02", "2026-03-31"), ("2026-03-01", "2026-04-30")):
        days = PERIOD | {"from_on": from_on, "to_on": to_on}
        refused = await around.get("/v1/measures", params=days)
        assert (refused.status_code, refused.json()["code"]) == (422, "not_a_whole_month")
        assert refused.json()["errors"][0]["pointer"] == "/query/from_on"
        assert (await nurse.get("/v1/measures", params=days)).status_code == 200
    assert (await around.get("/v1/measures", params=PERIOD)).status_code == 200


@pytest.mark.parametrize("persona", ["coach", "heatshield", "steering", "commissioner"])
async def test_outside_the_team_a_figure_on_fewer_than_five_is_hidden(
    governance: Running, nurse: Any, persona: str
) -> None:
    """Row 8.13: no cell under 5."""
    for _ in range(4):
        await visit_done(governance)
    around = await governance.client("governance", uuid7(), persona)
    hidden = (await measures(around))["visits_done", None]
    assert (hidden["hidden"], hidden["value"], hidden["numerator"], hidden["denominator"]) == (True, None, None, None)
    assert await value(nurse, "visits_done") == 4
    await visit_done(governance)
    shown = (await measures(around))["visits_done", None]
    assert (shown["hidden"], shown["value"]) == (False, 5)


async def test_records_opened_in_an_emergency_are_counted(governance: Running, nurse: Any, coach: Any) -> None:
    for _ in range(2):
        await break_glass_opened(governance)
    await break_glass_opened(governance, opened_at="2026-04-01T09:00:00Z")
    assert await value(nurse, "records_opened_in_emergency") == 2
    assert (await measures(coach))["records_opened_in_emergency", None]["hidden"]


async def test_incidents_are_counted_once_each(governance: Running, nurse: Any, coach: Any) -> None:
    twice, first = str(uuid7()), await incident_raised(governance)
    for _ in range(2):
        await incident_raised(governance, incident_id=twice)
    await governance.hand_over("governance", first)
    await incident_raised(governance, raised_at="2026-04-01T09:00:00Z")
    assert await value(nurse, "incidents") == 2
    assert (await measures(coach))["incidents", None]["hidden"]


async def test_conflicts_of_care_plans_are_counted_once_each(governance: Running, nurse: Any, coach: Any) -> None:
    await governance.hand_over("governance", await care_plan_conflicted(governance))
    await care_plan_conflicted(governance, opened_at="2026-04-01T09:00:00Z")
    assert await value(nurse, "care_plan_conflicts") == 1
    assert (await measures(coach))["care_plan_conflicts", None]["hidden"]


async def test_conflicts_of_records_are_counted_once_each_beside_those_of_plans(
    governance: Running, nurse: Any, coach: Any
) -> None:
    """A conflict of a plan is told twice: by its own event, and as one of all."""
    of_plan = str(uuid7())
    await care_plan_conflicted(governance, conflict_id=of_plan)
    await sync_conflict_opened(governance, "care_plan_line", conflict_id=of_plan)
    await governance.hand_over("governance", await sync_conflict_opened(governance, "dose"))
    await sync_conflict_opened(governance, "fact")
    await sync_conflict_opened(governance, "dose", opened_at="2026-04-01T09:00:00Z")
    assert (await value(nurse, "care_plan_conflicts"), await value(nurse, "record_conflicts")) == (1, 2)
    assert (await measures(coach))["record_conflicts", None]["hidden"]


async def test_many_contacts_with_few_people_are_hidden_too(governance: Running, coach: Any) -> None:
    people = [uuid7() for _ in range(4)]
    for number in range(12):
        await contact_recorded(governance, {"nursing": 30}, client_id=people[number % 4])
    found = await measures(coach)
    assert found["contacts", None]["hidden"]
    assert found["contact_minutes", "nursing"]["hidden"]


async def test_what_is_derived_from_a_hidden_figure_is_hidden(governance: Running, coach: Any) -> None:
    for _ in range(6):
        await contact_recorded(governance, {"nursing": 30})
    await contact_recorded(governance, {"wider_support": 30})
    found = await measures(coach)
    assert found["contacts", None]["value"] == 7
    for code in ("social_minutes_share", "wider_support_minutes"):
        assert (found[code, None]["hidden"], found[code, None]["value"]) == (True, None)
    assert found["contact_minutes", "nursing"]["hidden"], "all minutes less nursing would be the hidden ones"


async def test_a_small_figure_cannot_be_had_by_taking_the_others_from_their_sum(
    governance: Running, coach: Any
) -> None:
    for _ in range(6):
        await referral_accepted(governance)
    for _ in range(5):
        await referral_not_taken(governance, "no_capacity")
    for _ in range(3):
        await referral_not_taken(governance, "out_of_area")
    found = await measures(coach)
    assert found["referrals_received", None]["value"] == 14
    assert found["referrals_not_taken", "out_of_area"]["hidden"]
    assert found["referrals_not_taken", "no_capacity"]["hidden"], "14 less 6 less 5 would be the hidden 3"
    assert found["referrals_accepted", None]["value"] == 6


async def test_few_without_eligible_needs_hide_those_with_them(governance: Running, coach: Any) -> None:
    for _ in range(8):
        await assessment_completed(governance, True)
    assert await value(coach, "assessments_care_act_eligible") == 8
    await assessment_completed(governance, False)
    assert (await measures(coach))["assessments_care_act_eligible", None]["hidden"]


async def test_a_coach_is_told_of_no_client(governance: Running, nurse: Any, coach: Any) -> None:
    clients = [uuid7() for _ in range(6)]
    for client in clients:
        await contact_recorded(governance, {"nursing": 30}, client_id=client)
        await visit_done(governance, client_id=str(client))
        await assessment_completed(governance, True, client_id=str(client))
    obstacle = {"id": str(uuid7()), "team_id": str(TEAM), "title": "No signal", "kind": "it", "tag": "remove"}
    assert (await nurse.post("/v1/obstacles", json=obstacle)).status_code == 201
    for path in (
        f"/v1/measures?team_id={TEAM}&from_on=2026-03-01&to_on=2026-03-31",
        f"/v1/obstacles?team_id={TEAM}",
        f"/v1/obstacles/summary?team_id={TEAM}",
        f"/v1/complaints/summary?team_id={TEAM}",
        "/v1/goals",
    ):
        answer = await coach.get(path)
        assert answer.status_code == 200, path
        assert "client_id" not in answer.text
        assert not any(str(client) in answer.text for client in clients)
