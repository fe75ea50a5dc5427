"""GP Connect Send Document 2: a letter in an ITK3 message of STU3 (ITK3 Messaging Distribution 2.5.0)."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from services.common.types import ENGLAND
from services.interop.domain.gp_document import GpDocument
from services.interop.fhir import systems, xml_out
from services.interop.partners.gpconnect import letter
from services.interop.partners.gpconnect.letter import Content, Day
from services.interop.partners.patients import VERIFIED, unproved

WORKFLOW, ACK_WORKFLOW = "GPCONNECT_SEND_DOCUMENT", "GPCONNECT_SEND_DOCUMENT_ACK"
STU3 = "https://fhir.nhs.uk/STU3"
CARE_CONNECT = "https://fhir.hl7.org.uk/STU3"
HANDLING = f"{STU3}/StructureDefinition/Extension-ITK-MessageHandling-2"
SEND_DOCUMENT = f"{STU3}/MessageDefinition/ITK-GPConnectSendDocument-MessageDefinition-1"
BUNDLES, COMPOSITIONS = "https://heatshield.uk/Id/itk-bundle", "https://heatshield.uk/Id/gp-document"
# SNOMED CT: a report about an encounter.
REPORT = {"system": systems.SNOMED, "code": "371531000", "display": "Report of clinical encounter (record artifact)"}


@dataclass(frozen=True)
class Sender:
    """Our organisation and our mailbox, as the answer finds its way back."""

    ods_code: str
    name: str
    mailbox: str


def recipient(patient: Content) -> str | None:
    """The address by which MESH finds the practice where somebody is registered; None where something is missing.

    It leaves in a header to MESH, and appears nowhere else.
    """
    number, born = letter.nhs_number(patient), patient.get("birthDate")
    (name,) = patient["name"]
    if number is None or born is None:
        return None
    year, month, day = born.split("-")
    return f"GPPROVIDER_{number}_{day}{month}{year}_{name['family']}"


def missing(patient: Content | None) -> str | None:
    """Why a document cannot be addressed, as a code."""
    reason = unproved(patient)
    if patient is None or reason is not None:
        return reason
    (name,) = patient["name"]
    return None if _may_stand_in_a_header(name["family"]) else "name_not_addressable"


def _may_stand_in_a_header(family: str) -> bool:
    """A header of HTTP holds Latin-1 alone (RFC 9110, 5.5), and MESH looks for a surname nowhere else."""
    try:
        family.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def message(
    document: GpDocument, message_id: UUID, day: Day, sender: Sender, replaces: UUID | None, now: datetime
) -> bytes:
    """The message in XML. Sent again it is another message with the same document in it, which is known by its id."""
    inner = _document(document, day, sender, replaces, now)
    organisation = _organisation(uuid5(message_id, "sender"), sender)
    parts = [_header(document, message_id, organisation, inner, sender, now), organisation, inner]
    identifier = {"system": BUNDLES, "value": str(message_id)}
    outer = {"resourceType": "Bundle", "id": str(message_id), "identifier": identifier, "type": "message"}
    return xml_out.in_its_order({**outer, "entry": _entries(parts)})


def _header(
    document: GpDocument, message_id: UUID, organisation: Content, inner: Content, sender: Sender, now: datetime
) -> Content:
    handling = [
        {"url": "BusAckRequested", "valueBoolean": True},
        {"url": "InfAckRequested", "valueBoolean": True},
        {
            "url": "RecipientType",
            "valueCoding": {
                "system": f"{STU3}/CodeSystem/ITK-RecipientType-1",
                "code": "FI",
                "display": "For Information",
            },
        },
        {"url": "MessageDefinition", "valueReference": {"reference": SEND_DOCUMENT}},
        {"url": "SenderReference", "valueString": f"urn:uuid:{document.told_as}"},
        {"url": "LocalExtension", "valueString": "None"},
    ]
    return {
        "resourceType": "MessageHeader",
        "id": str(message_id),
        "extension": [{"url": HANDLING, "extension": handling}],
        "event": {
            "system": f"{STU3}/CodeSystem/ITK-MessageEvent-2",
            "code": "ITK007C",
            "display": "ITK GP Connect Send Document",
        },
        "sender": _reference(organisation),
        "timestamp": _instant(now),
        "source": {"endpoint": sender.mailbox},
        "focus": [_reference(inner)],
    }


def _document(document: GpDocument, day: Day, sender: Sender, replaces: UUID | None, now: datetime) -> Content:
    custodian = _organisation(uuid5(document.told_as, "custodian"), sender)
    patient, authors = _patient(document, day.patient), _practitioners(document, day.encounters)
    binary = {
        "resourceType": "Binary",
        "id": str(uuid5(document.told_as, "letter")),
        "contentType": "application/pdf",
        "content": base64.b64encode(letter.printed(day)).decode(),
    }
    # The primary attachment is the first that the section names (GPCM-SD-022).
    named = [binary, custodian, *authors, patient]
    composition = _composition(document, day, named, patient, authors, custodian, replaces)
    identifier = {"system": BUNDLES, "value": str(document.told_as)}
    return {
        "resourceType": "Bundle",
        "id": str(document.told_as),
        "meta": {"lastUpdated": _instant(now)},
        "identifier": identifier,
        "type": "document",
        "entry": _entries([composition, custodian, *authors, patient, binary]),
    }


def _composition(
    document: GpDocument,
    day: Day,
    named: Sequence[Content],
    patient: Content,
    authors: Sequence[Content],
    custodian: Content,
    replaces: UUID | None,
) -> Content:
    own_id = str(uuid5(document.told_as, "composition"))
    made: Content = {
        "resourceType": "Composition",
        "id": own_id,
        "identifier": {"system": COMPOSITIONS, "value": str(document.told_as)},
        "status": "final",
        "type": {"coding": [REPORT], "text": REPORT["display"]},
        "subject": _reference(patient),
        "date": day.on.isoformat(),
        "author": [_reference(one) for one in authors],
        "title": letter.title(day),
        "confidentiality": "N",
        "custodian": _reference(custodian),
    }
    if replaces is not None:
        target = {"system": COMPOSITIONS, "value": str(replaces)}
        made["relatesTo"] = [{"code": "replaces", "targetIdentifier": target}]
    return {**made, "section": [{"entry": [_reference(one) for one in named]}]}


def _patient(document: GpDocument, patient: Content) -> Content:
    status = {
        "system": f"{CARE_CONNECT}/CodeSystem/CareConnect-NHSNumberVerificationStatus-1",
        "code": VERIFIED,
        "display": "Number present and verified",
    }
    verified = {
        "url": f"{CARE_CONNECT}/StructureDefinition/Extension-CareConnect-NHSNumberVerificationStatus-1",
        "valueCodeableConcept": {"coding": [status], "text": status["display"]},
    }
    number = {"extension": [verified], "system": systems.NHS_NUMBER, "value": letter.nhs_number(patient)}
    (name,) = patient["name"]
    postcodes = [one["postalCode"] for one in patient.get("address", []) if "postalCode" in one]
    made = {
        "resourceType": "Patient",
        "id": str(uuid5(document.told_as, "patient")),
        "identifier": [number],
        "name": [{"use": "official", "family": name["family"], "given": name["given"]}],
        "gender": patient["gender"],
        "birthDate": patient["birthDate"],
    }
    return made | ({"address": [{"postalCode": postcodes[0]}]} if postcodes else {})


def _practitioners(document: GpDocument, encounters: Sequence[Content]) -> list[Content]:
    """Who was there, by the organisation's own staff id."""
    staff = {one["individual"]["identifier"]["value"] for each in encounters for one in each.get("participant", [])}
    return [
        {
            "resourceType": "Practitioner",
            "id": str(uuid5(document.told_as, one)),
            "identifier": [{"system": systems.EMPLOYEE, "value": one}],
        }
        for one in sorted(staff)
    ]


def _organisation(own_id: UUID, sender: Sender) -> Content:
    identifier = {"system": systems.ODS_CODE, "value": sender.ods_code}
    return {"resourceType": "Organization", "id": str(own_id), "identifier": [identifier], "name": sender.name}


def _entries(parts: Sequence[Content]) -> list[Content]:
    return [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in parts]


def _reference(resource: Content) -> dict[str, Any]:
    return {"reference": f"urn:uuid:{resource['id']}"}


def _instant(at: datetime) -> str:
    return at.astimezone(ENGLAND).isoformat(timespec="milliseconds")
