"""A referral understood from a BaRS message: why, how urgently, from whom and about whom."""

import re
from datetime import UTC, date, datetime, timedelta

from services.common.outcome import Issue
from services.common.types import midnight_in_england
from services.interop.domain.inbound import MessageKind, Understood
from services.interop.fhir.systems import ODS_CODE
from services.interop.partners.bars import refusals
from services.interop.partners.bars.message import USE_CASES, Entry, Message, kind_of, request_of
from services.interop.partners.bars.person import name_of, person_of
from services.interop.partners.bars.reason import reason_of
from services.interop.partners.bars.words import one_line

# Who refers, by the application of BaRS that the use case belongs to (CodeSystem usecases-categories-bars 1.5.0).
SOURCES = {
    "a1": "urgent_care",  # 111 and 999 to emergency and urgent care
    "a2": "urgent_care",  # 111 online, and streaming and redirection
    "a3": "urgent_care",  # 999 to a clinical assessment service
    "a4": "urgent_care",  # 999 validation, falls and community services
    "a5": "gp",  # primary care to pharmacy
    "a6": "urgent_care",  # ambulance to ambulance
    "a7": "self",  # patient-facing services to primary care
}
OTHER_SOURCE = "other"
URGENCY = {MessageKind.REFERRAL: "routine", MessageKind.VALIDATION: "asap"}
PRIORITIES = {"routine", "urgent", "asap", "stat"}
UNKNOWN_USE_CASE = "unknown"
NO_REASON = "Referral received through BaRS"
USE_CASE = re.compile(r"(a\d)t\d{1,2}|[a-z]{1,40}")
ODS = re.compile(r"[A-Z0-9]{3,12}")


def understand(message: Message, today: date) -> tuple[Understood, list[Issue]]:
    """The referral, and warnings about what could not be taken as it was sent.

    Raises a `MessageRefused` where there is no referral in it. An unknown person is never a reason.
    """
    request = request_of(message)
    kind = kind_of(request)
    patient = message.one("Patient", request.resource.get("subject"))
    if patient is None:
        raise refusals.ElementMissing(f"{request.at}.subject")
    person, warnings = person_of(patient, today)
    use_case, display = _use_case(request)
    referrer, ods_code = _referrer(message, request)
    understood = Understood(
        kind=kind,
        use_case=use_case,
        source=SOURCES.get(use_case[:2], OTHER_SOURCE),
        reason=reason_of(message, request) or display or NO_REASON,
        urgency=_urgency(request, kind),
        answer_due_at=_end_of_period(request) if kind is MessageKind.VALIDATION else None,
        referrer=referrer,
        referrer_ods_code=ods_code,
        person=person,
    )
    return understood, warnings


def _use_case(request: Entry) -> tuple[str, str | None]:
    """The use case and its name, where the sender gives one that looks like one."""
    for category in request.resource.get("category", []):
        for coding in category.get("coding", []):
            if coding.get("system") == USE_CASES and USE_CASE.fullmatch(coding.get("code", "")):
                return coding["code"], one_line(coding.get("display"))
    return UNKNOWN_USE_CASE, None


def _urgency(request: Entry, kind: MessageKind) -> str:
    priority = request.resource.get("priority")
    return priority if priority in PRIORITIES else URGENCY[kind]


def _end_of_period(request: Entry) -> datetime | None:
    """The breach time of a validation, ServiceRequest.occurrencePeriod.end, in any offset and to any fraction.

    BaRS gives it this meaning in application 4; in a referral the period says when the service is wished for.
    """
    end = request.resource.get("occurrencePeriod", {}).get("end", "")
    try:
        if len(end) == len("2026-11-23"):
            return midnight_in_england(date.fromisoformat(end) + timedelta(days=1))
        return datetime.fromisoformat(end).astimezone(UTC) if "T" in end else None
    except (ValueError, OverflowError):
        return None


def _referrer(message: Message, request: Entry) -> tuple[str | None, str | None]:
    """Who sent the person, in words, and the ODS code of their organisation."""
    requester = message.follow(request.resource.get("requester"))
    role = requester.resource if requester and requester.is_a("PractitionerRole") else {}
    who = message.follow(role.get("practitioner")) or requester
    sender = message.follow(message.header.resource.get("sender")) or message.follow(role.get("organization"))
    by = name_of(who.resource) if who else None
    place = one_line(sender.resource.get("name")) if sender and sender.is_a("Organization") else None
    place = place or one_line(message.header.resource.get("source", {}).get("name"))
    return one_line(", ".join(part for part in (by, place) if part)), _ods_code(sender)


def _ods_code(organisation: Entry | None) -> str | None:
    """Senders write the system with `Id` or `id`; both are read. Only an Organization is named by such a code."""
    if organisation is None or not organisation.is_a("Organization"):
        return None
    for identifier in organisation.resource.get("identifier", []):
        is_ods = identifier.get("system", "").lower() == ODS_CODE.lower()
        if is_ods and ODS.fullmatch(identifier.get("value", "")):
            return str(identifier["value"])
    return None
