"""An assessment as a QuestionnaireResponse, and a photo as a DocumentReference."""

from uuid import UUID

from services.interop.domain.record import Assessment, Photo
from services.interop.fhir import systems
from services.interop.fhir.mapping import parts
from services.interop.fhir.mapping.parts import Content, resource

JPEG = "image/jpeg"


def questionnaire_response(assessment: Assessment, client_id: UUID) -> Content:
    """What the Care Act asks, and what matters in the client's own words; problems and ratings are shown as such.

    What was written of a carer, of money, the home or capacity, and beside each outcome, is not told.
    """
    found = assessment.care_act
    outcomes = [
        _item(finding.outcome, "valueCoding", {"system": systems.CARE_ACT_ABILITY, "code": finding.ability})
        for finding in found.findings
    ]
    return resource(
        "QuestionnaireResponse",
        assessment.id,
        questionnaire=systems.INTEGRATED_ASSESSMENT,
        status="completed",
        subject=parts.patient(client_id),
        authored=assessment.assessed_on.isoformat(),
        author=parts.employee(assessment.assessed_by),
        item=[
            _item("what_matters", "valueString", assessment.what_matters),
            _item("needs_from_impairment", "valueBoolean", found.needs_from_impairment),
            *([{"linkId": "outcomes", "text": "Outcomes", "item": outcomes}] if outcomes else []),
            _item("significant_impact", "valueBoolean", found.significant_impact),
            _item("eligible", "valueBoolean", assessment.eligible),
        ],
    )


def _item(code: str, kind: str, value: object) -> Content:
    return {"linkId": code, "text": parts.plain(code), "answer": [{kind: value}]}


def document_reference(photo: Photo, client_id: UUID) -> Content:
    """That there is a picture of a wound, and of when. The picture itself is not shown outside.

    It carries the identifier of the wound, as its measurings do.
    """
    taken_at = parts.instant(photo.taken_at)
    by = parts.employee(photo.added_by)
    return resource(
        "DocumentReference",
        photo.id,
        identifier=[{"system": systems.WOUND, "value": str(photo.wound_id)}],
        status="current",
        type={"text": "Photo of a wound"},
        subject=parts.patient(client_id),
        author=[by] if by else None,
        content=[{"attachment": {"contentType": JPEG, "size": photo.size_bytes, "creation": taken_at}}],
        context={"period": {"start": taken_at, "end": taken_at}},
    )
