"""What a client agreed to share, as a Consent: with whom, which facts, on what ground and until when."""

from services.interop.domain.share import Basis, Share
from services.interop.fhir import systems
from services.interop.fhir.mapping import parts
from services.interop.fhir.mapping.parts import Content, resource

SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
ROLE = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"


def consent(share: Share) -> Content:
    """The council is known by the id of its connection. What it calls the client, and the team's words, are not told.

    It is active until it is withdrawn: a share that has run out is told by the end of its period.
    """
    is_agreed = share.basis == Basis.CONSENT
    recipient = parts.known_as("Organization", systems.CONNECTION, share.connection_id)
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
            "actor": [{"role": parts.coded(ROLE, "IRCP"), "reference": recipient}],
            "code": [parts.coded(systems.SHARED_FIELD, field) for field in sorted(share.fields)],
        },
    )


def _in_force(share: Share) -> Content:
    """What happened on these days is told."""
    begins = share.consented_on.isoformat() if share.consented_on else parts.instant(share.agreed_at)
    if share.withdrawn_at is not None:
        return {"start": begins, "end": parts.instant(share.withdrawn_at)}
    return {"start": begins} | ({"end": share.until_on.isoformat()} if share.until_on else {})
