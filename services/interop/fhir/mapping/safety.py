"""What keeps a client safe: what is late, as a Flag, and who has them for a night, as a Task."""

from services.interop.domain.safety import RaisedAlert, SentHandover
from services.interop.fhir import systems
from services.interop.fhir.mapping import parts
from services.interop.fhir.mapping.parts import Content, resource

CATEGORY = "http://terminology.hl7.org/CodeSystem/flag-category"
# What is the team's own concern, such as two records of one dose or broken glass to review, is told to nobody outside.
TOLD_OUTSIDE = {"late_dose", "visit_late"}


def flag(alert: RaisedAlert) -> Content:
    """It is raised until somebody of the team says that they know."""
    known = {"end": parts.instant(alert.known_at)} if alert.known_at else {}
    return resource(
        "Flag",
        alert.alert_id,
        status="inactive" if alert.known_at else "active",
        category=[parts.coded(CATEGORY, "safety")],
        code=parts.coded(systems.ALERT_KIND, alert.kind, parts.plain(alert.kind)),
        subject=parts.patient(alert.client_id),
        period={"start": parts.instant(alert.raised_at)} | known,
        author=parts.team(alert.team_id),
    )


def handover_task(handover: SentHandover) -> Content:
    """Looking after a client for a night or a weekend, asked of a service outside; by when it is to be answered, and by
    whom, where their own system may."""
    start, end = handover.with_them
    owner = handover.ods_code and parts.known_as("Organization", systems.ODS_CODE, handover.ods_code)
    answer_by = handover.accept_by and {"period": {"end": parts.instant(handover.accept_by)}}
    period = {"start": parts.instant(start)} if start else {}
    return resource(
        "Task",
        handover.handover_id,
        status=handover.state,
        intent="order",
        code=parts.coded(systems.ASK, "handover", "Handover for a night or a weekend"),
        **{"for": parts.patient(handover.client_id)},
        executionPeriod=period | ({"end": parts.instant(end)} if end else {}),
        authoredOn=parts.instant(handover.sent_at),
        lastModified=parts.instant(handover.changed_at),
        requester=parts.team(handover.team_id),
        owner=owner,
        restriction=answer_by,
    )
