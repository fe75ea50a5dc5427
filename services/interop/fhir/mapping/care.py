"""The course of care: referral, episode, plan, contact and planned visit."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from services.interop.domain.record import CareActivity, CareContact, CarePlan, Episode, Goal, Line, Referral
from services.interop.fhir import omaha, snomed, systems
from services.interop.fhir.mapping import parts
from services.interop.fhir.mapping.parts import Content, resource
from services.interop.fhir.mapping.person import nhs_number

REQUEST_STATUS = {"received": "active", "needs_info": "active", "accepted": "active", "not_taken": "revoked"}
PRESCRIBING_STATUS = {"accepted": "active", "started": "active", "still_going": "completed", "stopped": "revoked"}
PLAN_STATUS = {"draft": ("draft", "not-started"), "agreed": ("active", "in-progress")}
GOAL_STATUS = {"working": "active", "met": "completed", "not_able": "cancelled", "not_wanted": "cancelled"}
ACHIEVED = {"working": "in-progress", "met": "achieved", "not_able": "not-attainable"}
ACHIEVEMENT = "http://terminology.hl7.org/CodeSystem/goal-achievement"
CHANNELS = {"in_person": "In-person", "phone": "Telephone", "video": "Video"}


def service_request(referral: Referral, reference: str | None) -> Content:
    """A referral. Until the person is taken on there is no Patient, and the subject is an identifier alone."""
    identifiers = [{"system": systems.REFERRAL_REFERENCE, "value": reference}] if reference else None
    return resource(
        "ServiceRequest",
        referral.id,
        identifier=identifiers,
        status=REQUEST_STATUS[referral.status],
        intent="order",
        priority=referral.urgency,
        subject=_subject(referral),
        authoredOn=parts.instant(referral.received_at),
        requester=_requester(referral),
        performer=[parts.team(referral.team_id)],
        reasonCode=[{"text": referral.reason}],
        note=_why_not(referral),
    )


def _subject(referral: Referral) -> Content:
    if referral.client_id is not None:
        return parts.patient(referral.client_id)
    number = nhs_number(referral)
    if number is not None:
        return {"type": "Patient", "identifier": number}
    return parts.known_as("Patient", systems.URN, f"urn:uuid:{referral.id}")


def _requester(referral: Referral) -> Content | None:
    if referral.referrer_ods_code is not None:
        by_code = parts.known_as("Organization", systems.ODS_CODE, referral.referrer_ods_code)
        return {**by_code, "display": referral.referrer} if referral.referrer else by_code
    return {"display": referral.referrer} if referral.referrer else None


def _why_not(referral: Referral) -> list[Content] | None:
    if referral.not_taken_reason is None:
        return None
    return [{"text": f"{parts.plain(referral.not_taken_reason)}. {referral.signpost or ''}".strip()}]


def social_prescribing(
    *, introduction_id: UUID, client_id: UUID, status: str, accepted_on: date, introduced_by: UUID | None
) -> Content:
    """An introduction to something of the village, coded as general practice counts it. Where to is not told."""
    return resource(
        "ServiceRequest",
        introduction_id,
        status=PRESCRIBING_STATUS[status],
        intent="order",
        code=snomed.concept("social_prescribing"),
        subject=parts.patient(client_id),
        authoredOn=accepted_on.isoformat(),
        requester=parts.employee(introduced_by),
    )


def episode_of_care(episode: Episode, client_id: UUID, team_id: UUID) -> Content:
    return resource(
        "EpisodeOfCare",
        episode.id,
        status=episode.status,
        type=[{"text": parts.plain(episode.pathway)}],
        patient=parts.patient(client_id),
        managingOrganization=parts.team(team_id),
        period=_care_between(episode),
        referralRequest=[parts.reference("ServiceRequest", episode.referral_id)],
        careManager=parts.employee(episode.named_nurse_id),
    )


def _care_between(episode: Episode) -> Content:
    ended = {"end": episode.ended_on.isoformat()} if episode.ended_on else {}
    return {"start": episode.opened_on.isoformat(), **ended}


def care_plan(plan: CarePlan, lines: Sequence[Line], client_id: UUID) -> Content:
    status, activity_status = PLAN_STATUS[plan.status]
    return resource(
        "CarePlan",
        plan.id,
        status=status,
        intent="plan",
        description=plan.client_words,
        subject=parts.patient(client_id),
        period=_period(plan.agreed_on, plan.ends_on),
        author=parts.employee(plan.written_by),
        activity=[{"detail": _activity(line, activity_status)} for line in lines],
    )


def _period(start: date | None, end: date) -> Content:
    """A plan that is agreed after its own end, to put it on record, has no period that FHIR would take."""
    if start is None or start > end:
        return {"end": end.isoformat()}
    return {"start": start.isoformat(), "end": end.isoformat()}


def _activity(line: Line, status: str) -> Content:
    code = (
        {"code": {"text": omaha.intervention(line.intervention) or f"Omaha System {line.intervention}"}}
        if line.intervention
        else {}
    )
    return {**code, "status": status, "description": line.words}


def goal(goal: Goal, client_id: UUID) -> Content:
    """What the client wants to do without the team again, in their own words. Why it was given up is not told."""
    achieved = ACHIEVED.get(goal.status)
    return resource(
        "Goal",
        goal.id,
        lifecycleStatus=GOAL_STATUS[goal.status],
        achievementStatus=parts.coded(ACHIEVEMENT, achieved) if achieved else None,
        description={"text": goal.words},
        subject=parts.patient(client_id),
        startDate=goal.set_on.isoformat(),
        statusDate=(goal.settled_on or goal.set_on).isoformat(),
        expressedBy=parts.patient(client_id),
    )


def encounter(contact: CareContact, activities: Sequence[CareActivity], client_id: UUID, team_id: UUID) -> Content:
    """What happened, with the minutes of each kind of activity."""
    ended_at = contact.started_at + timedelta(minutes=contact.minutes)
    return resource(
        "Encounter",
        contact.id,
        status="finished",
        **{"class": systems.HOME_HEALTH if contact.channel == "in_person" else systems.VIRTUAL},
        type=_types(activities),
        subject=parts.patient(client_id),
        episodeOfCare=[parts.reference("EpisodeOfCare", contact.episode_of_care_id)],
        basedOn=[parts.reference("ServiceRequest", contact.referral_id)],
        participant=[{"individual": parts.employee(contact.employee_id)}],
        appointment=[parts.reference("Appointment", contact.visit_id)] if contact.visit_id else None,
        period={"start": parts.instant(contact.started_at), "end": parts.instant(ended_at)},
        length={"value": contact.minutes, "unit": "min", "system": systems.UCUM, "code": "min"},
        serviceProvider=parts.team(team_id),
    )


def _types(activities: Sequence[CareActivity]) -> list[Content]:
    minutes: dict[str, int] = {}
    for activity in activities:
        minutes[activity.activity_type] = minutes.get(activity.activity_type, 0) + activity.minutes
    return [
        parts.coded(systems.ACTIVITY_TYPE, kind, f"{parts.plain(kind)}, {spent} minutes")
        for kind, spent in minutes.items()
    ]


def appointment(
    *,
    visit_id: UUID,
    client_id: UUID,
    employee_id: UUID,
    status: str,
    starts_at: datetime,
    ends_at: datetime,
    channel: str,
) -> Content:
    """A planned visit."""
    actors = (parts.patient(client_id), parts.employee(employee_id))
    return resource(
        "Appointment",
        visit_id,
        extension=_delivery_channel(channel),
        status=status,
        start=parts.instant(starts_at),
        end=parts.instant(ends_at),
        participant=[{"actor": actor, "status": "accepted"} for actor in actors],
    )


def _delivery_channel(channel: str) -> list[Content]:
    """The UK Core extension for a channel; one that UK Core has no code for is left out."""
    code = CHANNELS.get(channel)
    if code is None:
        return []
    value = parts.coded(systems.DELIVERY_CHANNEL, code)
    return [{"url": systems.DELIVERY_CHANNEL_EXTENSION, "valueCodeableConcept": value}]
