"""What a client shares with a council, as a Consent, and what that council was told, as Communications."""

from uuid import UUID

from services.interop.domain.delivery import CouncilDelivery
from services.interop.domain.share import Basis, Share
from services.interop.fhir import systems
from services.interop.fhir.mapping import parts
from services.interop.fhir.mapping.parts import Content, resource

SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
CATEGORY = "http://terminology.hl7.org/CodeSystem/communication-category"
ROLE = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"


def consent(share: Share) -> Content:
    """The council is known by the id of its connection. What it calls the client, and the team's words, are not told.

    It is active until it is withdrawn: a share that has run out is told by the end of its period.
    """
    is_agreed = share.basis == Basis.CONSENT
    return resource(
        "Consent",
        share.id,
        status="active" if share.withdrawn_at is None else "inactive",
        scope=parts.coded(SCOPE, "patient-privacy"),
        category=[parts.coded(systems.ACT_CODE, "IDSCL")],
        patient=parts.patient(share.client_id),
        dateTime=share.consented_on.isoformat() if share.consented_on else parts.instant(share.agreed_at),
        performer=[parts.patient(share.client_id)] if is_agreed else None,
        organization=[parts.team(share.team_id)],
        policyRule=parts.coded(systems.SHARE_BASIS, share.basis, parts.plain(share.basis)),
        provision={
            "type": "permit",
            "period": _in_force(share),
            "actor": [{"role": parts.coded(ROLE, "IRCP"), "reference": _council(share.connection_id)}],
            "code": [parts.coded(systems.SHARED_FIELD, field) for field in sorted(share.fields)],
        },
    )


def _in_force(share: Share) -> Content:
    """What happened on these days is told."""
    begins = share.consented_on.isoformat() if share.consented_on else parts.instant(share.agreed_at)
    if share.withdrawn_at is not None:
        return {"start": begins, "end": parts.instant(share.withdrawn_at)}
    return {"start": begins} | ({"end": share.until_on.isoformat()} if share.until_on else {})


def communication(told: CouncilDelivery, client_id: UUID, share_id: UUID) -> Content:
    """That a council has a fact, of which kind it was, and under which Consent; never what was in it."""
    return resource(
        "Communication",
        told.id,
        status="completed",
        category=[parts.coded(CATEGORY, "notification")],
        subject=parts.patient(client_id),
        topic=parts.coded(systems.COUNCIL_FACT, told.type),
        about=[parts.reference("Consent", share_id)],
        sent=parts.instant(told.sent_at) if told.sent_at else None,
        recipient=[_council(told.connection_id)],
        sender=parts.team(told.team_id),
    )


def _council(connection_id: UUID) -> Content:
    return parts.known_as("Organization", systems.CONNECTION, connection_id)
