"""Facts have one effect, however often and in whatever order they are told."""

from datetime import timedelta
from typing import Any

from uuid6 import uuid7

from services.common.auth import SYSTEM
from services.governance.main import SERVICE
from tests.governance.telling import (
    MARCH,
    activity_costed,
    assessment_completed,
    contact_recorded,
    episode_opened,
    measures,
    rating_recorded,
    referral_accepted,
    referral_not_taken,
    referral_received,
    value,
    visit_done,
)
from tests.running import OTHER_TEAM, TEAM, Running


async def told_again(system: Running, envelope: Any) -> None:
    """The same event once more, and the same fact in another event."""
    await system.hand_over("governance", envelope)
    await system.deliver("governance", envelope.type, envelope.data, version=envelope.aggregateversion)


async def test_every_fact_told_again_counts_once(governance: Running, nurse: Any) -> None:
    contact_id = uuid7()
    for envelope in (
        await referral_received(governance),
        await referral_accepted(governance),
        await referral_not_taken(governance, "no_capacity"),
        await contact_recorded(governance, {"nursing": 30}, contact_id=contact_id),
        await activity_costed(governance, contact_id, 2500),
        await rating_recorded(governance),
        await episode_opened(governance),
        await assessment_completed(governance, True),
        await visit_done(governance),
    ):
        await told_again(governance, envelope)
    found = {key: item["value"] for key, item in (await measures(nurse)).items()}
    assert found["referrals_received", None] == 3
    assert found["referrals_accepted", None] == found["referrals_not_taken", "no_capacity"] == 1
    assert found["contacts", None] == found["problems_rated", None] == found["episodes_opened", None] == 1
    assert found["assessments_care_act_eligible", None] == found["visits_done", None] == 1
    assert (found["contact_minutes", "nursing"], found["care_cost_pence", None]) == (30, 2500)


async def test_a_referral_counts_once_in_whatever_order_it_is_told(governance: Running, nurse: Any) -> None:
    first, second = uuid7(), uuid7()
    await referral_accepted(governance, first)
    await referral_received(governance, first)
    await referral_received(governance, second)
    await referral_not_taken(governance, "out_of_area", second)
    found = await measures(nurse)
    assert found["referrals_received", None]["value"] == 2
    assert found["referrals_accepted", None]["value"] == 1
    assert found["referrals_not_taken", "out_of_area"]["value"] == 1
    assert found["referral_answer_hours", None]["denominator"] == 2


async def test_a_cost_that_comes_before_its_contact_waits_for_it(governance: Running, nurse: Any) -> None:
    contact_id = uuid7()
    costed_at = (MARCH + timedelta(days=40)).isoformat()
    await activity_costed(governance, contact_id, 4200, costed_at=costed_at)
    april = await measures(nurse, from_on="2026-04-01", to_on="2026-04-30")
    assert (april["contacts", None]["value"], april["care_cost_pence", None]["value"]) == (0, 4200)
    await contact_recorded(governance, {"nursing": 60}, contact_id=contact_id)
    found = await measures(nurse)
    assert (found["contacts", None]["value"], found["care_cost_pence", None]["value"]) == (1, 4200)
    assert await value(nurse, "care_cost_pence", from_on="2026-04-01", to_on="2026-04-30") == 0


async def test_a_contact_is_costed_again_and_an_older_cost_changes_nothing(governance: Running, nurse: Any) -> None:
    contact_id = uuid7()
    await contact_recorded(governance, {"nursing": 60}, contact_id=contact_id)
    await activity_costed(governance, contact_id, 4300, version=2)
    await activity_costed(governance, contact_id, 4200, version=1)
    cost = (await measures(nurse))["care_cost_pence", None]
    assert (cost["value"], cost["denominator"]) == (4300, 1)
    await activity_costed(governance, contact_id, 4100, version=3)
    assert await value(nurse, "care_cost_pence") == 4100


async def test_a_cost_that_is_taken_back_counts_no_longer(governance: Running, nurse: Any) -> None:
    contact_id = uuid7()
    await contact_recorded(governance, {"nursing": 60}, contact_id=contact_id)
    for version, cost_pence, costed in ((2, 4300, 1), (3, None, 0), (2, 4300, 0), (4, 4200, 1)):
        await activity_costed(governance, contact_id, cost_pence, version=version)
        cost = (await measures(nurse))["care_cost_pence", None]
        assert (cost["value"], cost["denominator"]) == (cost_pence if costed and cost_pence else 0, costed)


async def test_a_cost_of_nobody_known_is_hidden_outside_the_team(governance: Running, nurse: Any, coach: Any) -> None:
    for _ in range(6):
        await activity_costed(governance, uuid7(), 1000)
    assert (await measures(coach))["care_cost_pence", None]["hidden"]
    assert await value(nurse, "care_cost_pence") == 6000


async def test_a_problem_rated_twice_counts_once(governance: Running, nurse: Any) -> None:
    problem_id = uuid7()
    await rating_recorded(governance, problem_id)
    await rating_recorded(governance, problem_id)
    assert await value(nurse, "problems_rated") == 1


async def test_another_teams_facts_are_not_counted(governance: Running, nurse: Any, stranger: Any) -> None:
    await visit_done(governance, team_id=str(OTHER_TEAM))
    assert await value(nurse, "visits_done") == 0
    assert await value(stranger, "visits_done", team_id=str(OTHER_TEAM)) == 1


async def test_a_membership_told_twice_or_late_keeps_its_newest_state(governance: Running) -> None:
    employee = uuid7()
    newcomer = await governance.client("governance", employee)
    joined = {"team_id": str(TEAM), "employee_id": str(employee), "role": "nurse", "from_on": "2025-01-01"}
    params = {"team_id": str(TEAM), "from_on": "2026-03-01", "to_on": "2026-03-31"}
    assert (await newcomer.get("/v1/measures", params=params)).status_code == 404
    for _ in range(2):
        await governance.deliver("governance", "hr.team_membership.changed.v1", joined | {"until_on": None}, version=1)
    assert (await newcomer.get("/v1/measures", params=params)).status_code == 200
    left = joined | {"until_on": "2025-12-31"}
    await governance.deliver("governance", "hr.team_membership.changed.v1", left, version=3)
    await governance.deliver("governance", "hr.team_membership.changed.v1", joined | {"until_on": None}, version=2)
    assert (await newcomer.get("/v1/measures", params=params)).status_code == 404


async def test_nothing_that_is_told_becomes_a_dead_letter(governance: Running) -> None:
    contact_id = uuid7()
    await activity_costed(governance, contact_id, 1)
    await contact_recorded(governance, {"nursing": 1}, contact_id=contact_id)
    letters = governance.databases["governance"].metadata.tables["parked_event"]
    async with governance.databases["governance"].transaction(SYSTEM) as tx:
        assert await tx.all(letters.select()) == []


def test_governance_listens_to_what_it_measures() -> None:
    assert {subscription.event_name for subscription in SERVICE.subscriptions} == {
        "caseload.referral.received.v1",
        "caseload.referral.accepted.v1",
        "caseload.referral.not_taken.v1",
        "caseload.episode_of_care.opened.v1",
        "caseload.episode_of_care.discharged.v1",
        "caseload.omaha_rating.recorded.v1",
        "caseload.care_plan.agreed.v1",
        "caseload.care_plan.changed.v1",
        "caseload.care_plan.conflicted.v1",
        "caseload.sync_conflict.opened.v1",
        "caseload.assessment.completed.v1",
        "caseload.care_contact.recorded.v1",
        "caseload.break_glass.opened.v1",
        "caseload.incident.raised.v1",
        "caseload.handover.sent.v1",
        "caseload.handover.accepted.v1",
        "caseload.handover.declined.v1",
        "caseload.handover.expired.v1",
        "caseload.handover.returned.v1",
        "caseload.alert.raised.v1",
        "caseload.alert.escalated.v1",
        "caseload.alert.acknowledged.v1",
        "roster.floor.fallen.v1",
        "roster.floor.restored.v1",
        "roster.protected_time.lost.v1",
        "roster.rest.overdue.v1",
        "roster.rest.settled.v1",
        "roster.visit.done.v1",
        "finance.activity.costed.v1",
        "finance.reablement.started.v1",
        "finance.reablement.ending.v1",
        "finance.financial_assessment.asked.v1",
        "hr.team_membership.changed.v1",
    }
