"""What was found: Omaha problems and their ratings, and the size of wounds."""

from collections.abc import Sequence
from uuid import UUID

from services.interop.domain.record import Measurement, Problem, Rating, Wound
from services.interop.fhir import omaha, systems
from services.interop.fhir.mapping import parts
from services.interop.fhir.mapping.parts import Content, resource

# LOINC's wound size panel and its parts, with their units in UCUM.
WOUND_SIZE = ("72287-6", "Wound size panel")
WOUND_PARTS = (
    ("length_mm", "39126-8", "Length of Wound", "mm"),
    ("width_mm", "39125-0", "Width of Wound", "mm"),
    ("area_mm2", "89260-4", "Area of wound", "mm2"),
)
# The three scales as caseload spells them, and as they are coded here: no published code stands for a whole scale.
SCALES = {"knowledge": "knowledge", "behavior": "behaviour", "status": "status"}


def condition(problem: Problem, ratings: Sequence[Rating], client_id: UUID) -> Content:
    """An Omaha problem with its signs and its ratings as the evidence; nothing in the record ends one."""
    evidence: list[Content] = [{"code": [{"coding": [omaha.sign(code)]}]} for code in problem.signs]
    evidence += [{"detail": [parts.reference("Observation", rating.id)]} for rating in ratings]
    category = [
        parts.coded(systems.CONDITION_CATEGORY, "problem-list-item"),
        {"text": f"{parts.plain(problem.type)}, {parts.plain(problem.ownership).lower()}"},
    ]
    return resource(
        "Condition",
        problem.id,
        clinicalStatus=parts.coded(systems.CONDITION_CLINICAL, "active"),
        category=category,
        code={"coding": [omaha.problem(problem.code)]},
        subject=parts.patient(client_id),
        evidence=evidence,
        note=[{"text": problem.words}] if problem.words else None,
    )


def rating_observation(rating: Rating, problem: Problem, client_id: UUID) -> Content:
    """Knowledge, behaviour and status, each from 1 to 5 where 5 is best; the three are never one score."""
    components = [
        {"code": parts.coded(systems.OMAHA_SCALE, code, parts.plain(code)), "valueInteger": getattr(rating, scale)}
        for scale, code in SCALES.items()
    ]
    return resource(
        "Observation",
        rating.id,
        status="final",
        category=[parts.coded(systems.OBSERVATION_CATEGORY, "survey"), {"text": parts.plain(rating.occasion)}],
        code={"coding": [{**omaha.problem(problem.code), "version": rating.edition}]},
        subject=parts.patient(client_id),
        effectiveDateTime=parts.instant(rating.rated_at),
        performer=_by(rating.rated_by),
        component=components,
    )


def wound_observation(measurement: Measurement, wound: Wound, client_id: UUID) -> Content:
    """One measuring of a wound. All measurings of the wound carry its identifier, so that the trend is one search."""
    components = [
        {
            "code": {"coding": [{"system": systems.LOINC, "code": code, "display": name}]},
            "valueQuantity": {
                "value": getattr(measurement, measured),
                "unit": unit,
                "system": systems.UCUM,
                "code": unit,
            },
        }
        for measured, code, name, unit in WOUND_PARTS
    ]
    code, name = WOUND_SIZE
    return resource(
        "Observation",
        measurement.id,
        identifier=[{"system": systems.WOUND, "value": str(wound.id)}],
        status="final",
        category=[parts.coded(systems.OBSERVATION_CATEGORY, "exam")],
        code={"coding": [{"system": systems.LOINC, "code": code, "display": name}]},
        subject=parts.patient(client_id),
        effectiveDateTime=parts.instant(measurement.measured_at),
        performer=_by(measurement.measured_by),
        bodySite={"text": wound.site},
        component=components,
    )


def _by(employee_id: UUID | None) -> list[Content] | None:
    by = parts.employee(employee_id)
    return [by] if by else None
