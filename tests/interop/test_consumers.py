"""What interop hears from the others has one effect, however often and in whatever order it is delivered."""

from typing import Any

import pytest
from sqlalchemy import func, select
from uuid6 import uuid7

from services.common.auth import SYSTEM
from services.interop.consumers import SUBSCRIPTIONS
from services.interop.domain.inbound import InboundReferral
from services.interop.domain.resource import Resource
from tests.interop.bars_message import a_message, ids
from tests.interop.records import Caseload, a_record, a_referral
from tests.interop.staff import Staff, a_colleague
from tests.running import NURSE, OTHER_TEAM, TEAM, Running

AT = "2026-11-20T09:00:00Z"


async def one(system: Running, wanted: Any) -> Any:
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        return (await tx.all(wanted))[0]


ALERT = {"alert_id": str(uuid7()), "kind": "late_dose", "raised_at": AT}
HANDOVER = {"handover_id": str(uuid7()), "sent_at": AT}
SAID_NO = {"reason": "no_capacity", "decided_at": AT}


def a_fact(name: str, client_id: str, referral_id: str) -> dict[str, Any]:
    """What the publisher says, by the name of the event."""
    about = {"client_id": client_id, "team_id": str(TEAM), "employee_id": str(NURSE)}
    visit = {"visit_id": str(uuid7()), "starts_at": AT, "ends_at": "2026-11-20T09:30:00Z", "channel": "phone"}
    plan = {"care_plan_id": str(uuid7()), "line_id": str(uuid7()), "plan_version": 2, "changed_at": AT}
    dates = {"started_on": "2026-11-16", "last_free_day_on": "2026-12-27", "decision_due_on": "2026-12-13"}
    particular = {
        "caseload.referral.received.v1": {"referral_id": referral_id, "inbound_referral_id": None},
        "caseload.referral.accepted.v1": {"referral_id": referral_id, "inbound_referral_id": None, "accepted_at": AT},
        "caseload.referral.not_taken.v1": {"referral_id": referral_id, "inbound_referral_id": None, **SAID_NO},
        "caseload.care_plan.changed.v1": {**plan, "domain": "nursing", "intervention": None},
        "caseload.care_contact.recorded.v1": {
            "care_contact_id": str(uuid7()),
            "channel": "phone",
            "started_at": AT,
            "segments": [{"activity_type": "nursing", "minutes": 5}],
        },
        "caseload.episode_of_care.discharged.v1": {
            "episode_of_care_id": str(uuid7()),
            "reason": "goals_met",
            "since_on": "2026-11-20",
        },
        "caseload.surgery_share.stopped.v1": {"surgery_share_id": str(uuid7())},
        "caseload.introduction.changed.v1": {
            "introduction_id": str(uuid7()),
            "status": "accepted",
            "accepted_on": "2026-11-20",
            "introduced_by": str(NURSE),
        },
        "caseload.alert.raised.v1": ALERT,
        "caseload.alert.escalated.v1": ALERT,
        "caseload.alert.acknowledged.v1": ALERT | {"acknowledged_at": AT},
        "caseload.handover.sent.v1": HANDOVER,
        "caseload.handover.accepted.v1": HANDOVER | {"accepted_at": AT},
        "caseload.handover.declined.v1": HANDOVER | {"declined_at": AT},
        "caseload.handover.done.v1": HANDOVER | {"accepted_at": AT, "done_at": AT},
        "caseload.handover.expired.v1": HANDOVER | {"expired_at": AT},
        "caseload.handover.returned.v1": HANDOVER | {"accepted_at": None, "returned_at": AT},
        "roster.visit.planned.v1": {**visit, "status": "planned"},
        "roster.visit.done.v1": visit,
        "roster.visit.no_reply.v1": {**visit, "status": "no_reply"},
        "roster.visit.missed.v1": {**visit, "status": "missed"},
        "finance.reablement.started.v1": {"reablement_id": str(uuid7()), **dates},
        "finance.reablement.ending.v1": {"reablement_id": str(uuid7()), **dates},
        "finance.financial_assessment.asked.v1": {"reablement_id": str(uuid7()), **dates, "asked_on": "2026-12-14"},
        "hr.team_membership.changed.v1": {"from_on": "2026-01-01", "until_on": None},
    }
    return about | particular.get(name, {})


@pytest.mark.parametrize("name", [subscription.event_name for subscription in SUBSCRIPTIONS])
async def test_every_event_delivered_twice_is_applied_once(
    interop: Running, caseload: Caseload, staff: Staff, name: str
) -> None:
    staff.colleagues[str(NURSE)] = a_colleague(id=str(NURSE))
    record, referral = a_record(), a_referral()
    caseload.clients[record["client"]["id"]], caseload.referrals[referral["id"]] = record, referral
    fact = a_fact(name, record["client"]["id"], referral["id"])
    envelope = await interop.deliver("interop", name, fact)
    everything = select(func.count()).select_from(Resource), select(func.max(Resource.version))
    before = [await one(interop, wanted) for wanted in everything]
    await interop.hand_over("interop", envelope)
    assert [await one(interop, wanted) for wanted in everything] == before
    letters = interop.databases["interop"].metadata.tables["parked_event"]
    assert await one(interop, select(func.count()).select_from(letters)) == 0


async def test_a_new_member_sees_the_teams_clients(interop: Running, caseload: Caseload) -> None:
    record = a_record(team_id=OTHER_TEAM)
    client_id = record["client"]["id"]
    caseload.clients[client_id] = record
    await interop.deliver("interop", "caseload.assessment.completed.v1", {"client_id": client_id})
    nurse = await interop.nurse("interop")
    assert (await nurse.get(f"/fhir/R4/Patient/{client_id}")).status_code == 404
    member = {"team_id": str(OTHER_TEAM), "employee_id": str(NURSE), "from_on": "2026-01-01", "until_on": None}
    await interop.deliver("interop", "hr.team_membership.changed.v1", member)
    assert (await nurse.get(f"/fhir/R4/Patient/{client_id}")).status_code == 200


@pytest.mark.parametrize(
    ("names", "outcome"),
    [
        (("received",), "waiting"),
        (("received", "accepted"), "accepted"),
        (("accepted", "received"), "accepted"),
        (("not_taken", "received"), "not_taken"),
    ],
)
async def test_a_partners_referral_keeps_how_it_was_decided_in_any_order(
    interop: Running, caseload: Caseload, bars: Any, names: tuple[str, ...], outcome: str
) -> None:
    await bars.post("/fhir/R4/$process-message", json=a_message(), headers=ids())
    inbound = await one(interop, select(InboundReferral))
    record, referral = a_record(), a_referral(inbound_referral_id=str(inbound.id))
    client_id = record["client"]["id"]
    caseload.clients[client_id], caseload.referrals[referral["id"]] = record, referral
    for name in names:
        fact = {"referral_id": referral["id"], "inbound_referral_id": str(inbound.id), "client_id": client_id}
        fact |= {"accepted_at": AT, **SAID_NO}
        await interop.deliver("interop", f"caseload.referral.{name}.v1", fact)
    inbound = await one(interop, select(InboundReferral))
    assert (inbound.outcome, str(inbound.referral_id)) == (outcome, referral["id"])


async def test_news_of_a_message_that_is_not_here_changes_nothing(interop: Running, caseload: Caseload) -> None:
    referral = a_referral()
    caseload.referrals[referral["id"]] = referral
    fact = {"referral_id": referral["id"], "inbound_referral_id": str(uuid7())}
    await interop.deliver("interop", "caseload.referral.received.v1", fact)
    assert await one(interop, select(func.count()).select_from(InboundReferral)) == 0
    assert await one(interop, select(func.count()).select_from(Resource)) == 1
