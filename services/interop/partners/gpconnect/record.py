"""A structured record of GP Connect (STU3) as our view of it: what is in it, and from whom."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any, TypeVar

from services.interop.domain.gp_record import GpAllergy, GpMedicine, GpRecord, Written
from services.interop.fhir import systems

Content = dict[str, Any]
MADE = TypeVar("MADE", GpAllergy, GpMedicine)
EXTENSIONS = "https://fhir.nhs.uk/STU3/StructureDefinition"
LAST_ISSUED = f"{EXTENSIONS}/Extension-CareConnect-GPC-MedicationStatementLastIssueDate-1"
PRESCRIBED_AS = f"{EXTENSIONS}/Extension-CareConnect-GPC-PrescriptionType-1"
WARNING = f"{EXTENSIONS}/Extension-CareConnect-GPC-ListWarningCode-1"
# What a list says of itself, in words for whoever reads it.
WARNINGS = {
    "confidential-items": "The surgery holds back confidential entries.",
    "data-in-transit": "The patient came from another surgery, and not all of the record is there yet.",
    "data-awaiting-filing": "Something that arrived at the surgery is not filed yet.",
}
NAMELESS = "Not named by the surgery"


class NotTheirs(ValueError):
    """The answer is no record, or not the record of this person. It says nothing of what it is."""


def read(bundle: Content, nhs_number: str) -> GpRecord:
    """Everything that the record's resources say; no order of theirs is relied upon. Raises `NotTheirs`."""
    resources = [one["resource"] for one in _objects(bundle.get("entry")) if isinstance(one.get("resource"), dict)]
    lists = [one for one in resources if one.get("resourceType") == "List"]
    contained = [one for each in lists for one in _objects(each.get("contained"))]
    everything = [*resources, *contained]
    _require_theirs(resources, nhs_number)
    known = {f"{one.get('resourceType')}/{one.get('id')}": one for one in resources}
    ended = {id(one) for one in contained}
    found = GpRecord(warnings=list(dict.fromkeys(_warnings(lists))))
    unread = 0
    for one in everything:
        kind = one.get("resourceType")
        if kind == "AllergyIntolerance":
            unread += not _added(found.allergies, partial(_allergy, one, known, is_resolved=id(one) in ended))
        elif kind == "MedicationStatement":
            unread += not _added(found.medicines, partial(_medicine, one, known))
    return GpRecord(found.allergies, found.medicines, found.warnings, unread)


def _require_theirs(resources: list[Content], nhs_number: str) -> None:
    """The one patient of the record has this number."""
    patients = [one for one in resources if one.get("resourceType") == "Patient"]
    numbers = {
        str(identifier.get("value"))
        for patient in patients
        for identifier in _objects(patient.get("identifier"))
        if identifier.get("system") == systems.NHS_NUMBER
    }
    if len(patients) != 1 or numbers != {nhs_number}:
        raise NotTheirs


def _added(to: list[MADE], make: Callable[[], MADE]) -> bool:
    """Whether the entry could be read; one that could not is counted, and hides no other."""
    try:
        to.append(make())
    except (ValueError, TypeError, AttributeError, KeyError, IndexError):
        return False
    return True


def _allergy(one: Content, known: dict[str, Content], *, is_resolved: bool) -> GpAllergy:
    code, name = _coded(one.get("code"))
    reactions = (
        _coded(manifestation)[1]
        for reaction in _objects(one.get("reaction"))
        for manifestation in _objects(reaction.get("manifestation"))
    )
    return GpAllergy(
        code=code,
        name=name,
        status="resolved" if is_resolved or one.get("clinicalStatus") == "resolved" else "active",
        reactions=tuple(reactions),
        since_on=_day(one.get("onsetDateTime")),
        written=_written(one.get("assertedDate"), one.get("recorder") or one.get("asserter"), known),
    )


def _medicine(one: Content, known: dict[str, Content]) -> GpMedicine:
    medication = known.get(_reference(one.get("medicationReference")), {})
    code, name = _coded(medication.get("code") or one.get("medicationCodeableConcept"))
    request = next((known.get(_reference(based), {}) for based in _objects(one.get("basedOn"))), {})
    period = one.get("effectivePeriod") or {"start": one.get("effectiveDateTime")}
    kinds = (_coded(_extension(request, PRESCRIBED_AS).get("valueCodeableConcept"))[1],)
    return GpMedicine(
        code=code,
        name=name,
        status=str(one["status"])[:40],
        kind=next((kind for kind in kinds if kind != NAMELESS), None),
        dosage="; ".join(filter(None, (_text(dose.get("text")) for dose in _objects(one.get("dosage"))))) or None,
        from_on=_day(period.get("start")),
        until_on=_day(period.get("end")),
        last_issued_on=_day(_extension(one, LAST_ISSUED).get("valueDateTime")),
        written=_written(one.get("dateAsserted"), request.get("recorder") or _agent(request), known),
    )


def _agent(request: Content) -> Any:
    requester = request.get("requester")
    return requester.get("agent") if isinstance(requester, dict) else None


def _written(on: Any, by: Any, known: dict[str, Content]) -> Written:
    """The practitioner whom the entry names, with the organisation for which they wrote it, by way of their role."""
    named = known.get(_reference(by), {})
    is_role = named.get("resourceType") == "PractitionerRole"
    role = named if is_role else _role_of(named, known)
    person = known.get(_reference(role.get("practitioner")), {}) if is_role else named
    organisation = known.get(_reference(role.get("organization")), {})
    at = _text(organisation.get("name")) or None
    return Written(_day(on), _name(person) or None, at)


def _role_of(person: Content, known: dict[str, Content]) -> Content:
    whose = f"{person.get('resourceType')}/{person.get('id')}"
    roles = (one for one in known.values() if one.get("resourceType") == "PractitionerRole")
    return next((one for one in roles if _reference(one.get("practitioner")) == whose), {})


def _name(person: Content) -> str:
    name = next(iter(_objects(person.get("name"))), {})
    parts = [*_list(name.get("prefix")), *_list(name.get("given")), name.get("family"), name.get("text")]
    return " ".join(filter(None, map(_text, parts)))


def _warnings(lists: list[Content]) -> Iterator[str]:
    for one in lists:
        for extension in _objects(one.get("extension")):
            if extension.get("url") == WARNING:
                code = str(extension.get("valueCode"))
                yield WARNINGS.get(code, f"The surgery warns: {code[:60]}")


def _coded(concept: Any) -> tuple[str | None, str]:
    """The code of SNOMED CT and the words: the surgery's own before the code's."""
    content = concept if isinstance(concept, dict) else {}
    codings = _objects(content.get("coding"))
    code = next((_text(one.get("code")) for one in codings if one.get("system") == systems.SNOMED), None)
    words = [_text(content.get("text")), *(_text(one.get("display")) for one in codings)]
    return code, next(filter(None, words), NAMELESS)


def _extension(one: Content, url: str) -> Content:
    return next((found for found in _objects(one.get("extension")) if found.get("url") == url), {})


def _reference(value: Any) -> str:
    return str(value.get("reference", "")) if isinstance(value, dict) else ""


def _day(value: Any) -> date | None:
    """The day as it is written there; one that is known by its year or month alone is not made up."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _text(value: Any) -> str:
    return " ".join(value.split())[:1000] if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> list[Content]:
    return [one for one in _list(value) if isinstance(one, dict)]
