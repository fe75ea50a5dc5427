"""A referral as a trust's system writes it: one ServiceRequest, which may contain who it is about and who refers."""

from dataclasses import dataclass
from datetime import date

import orjson

from services.common.outcome import Issue
from services.interop.domain.inbound import MessageKind, Understood
from services.interop.fhir import systems
from services.interop.fhir.writing.refusals import ElementNeeded, NotTaken
from services.interop.fhir.writing.sent import Content, Sent
from services.interop.partners.bars.message import Entry, Message
from services.interop.partners.bars.person import name_of, person_of
from services.interop.partners.bars.reason import reason_of
from services.interop.partners.bars.understand import ODS, PRIORITIES
from services.interop.partners.bars.words import one_line

USE_CASE, SOURCE, ROUTINE = "fhir", "hospital", "routine"
ASKING = {"order", "plan", "proposal", "directive", "original-order"}


class NotActive(NotTaken):
    way_out = "A referral that is written has the status active. To withdraw one, ring the team with its reference."


class NotToBeDone(NotTaken):
    way_out = "What is not to be performed is no referral. Leave doNotPerform out, or do not send it."


class NotAskedFor(NotTaken):
    way_out = "A referral has the intent order, plan or proposal."


class NoReason(ElementNeeded):
    way_out = "Say why the person is referred: in reasonCode, or in a Condition that is contained, or in code or note."


class NoService(ElementNeeded):
    way_out = (
        "Say which service it is for: a performer with the identifier of a service in the Directory of Services"
        f" ({systems.DOS_SERVICE}), as listed at /interop/v1/service-endpoints."
    )


class NoPerson(ElementNeeded):
    way_out = (
        "Say who it is about: contain a Patient in the ServiceRequest, or refer to a Patient of the service's own team"
        " by its id here."
    )


@dataclass(frozen=True)
class Part(Entry):
    """The request or what it contains, at its own place."""

    place: str = ""

    @property
    def at(self) -> str:
        return self.place


def require_referral(sent: Sent) -> None:
    """Raises a `NotTaken`."""
    if sent.content.get("status") != "active":
        raise NotActive(f"{sent.at}.status")
    if sent.content.get("intent") not in ASKING:
        raise NotAskedFor(f"{sent.at}.intent")
    if sent.content.get("doNotPerform"):
        raise NotToBeDone(f"{sent.at}.doNotPerform")


def services_of(sent: Sent) -> list[tuple[str, str]]:
    """The services that it names, each by system and value, and each once. Raises `NoService`."""
    found: dict[tuple[str, str], None] = {}
    followed = set[str | None]()
    for performer in sent.content.get("performer", []):
        named, reference = identifiers_of(performer), performer.get("reference")
        # However often it is referred to, what is contained is read once.
        named = [*named, *([] if reference in followed else _identifiers_within(sent, performer))]
        followed.add(reference)
        services = (one for one in named if one.get("system") in {systems.DOS_SERVICE, systems.TEAM})
        found |= dict.fromkeys((one["system"], str(one.get("value", ""))) for one in services)
    if not found:
        raise NoService(f"{sent.at}.performer")
    return list(found)


def understand(sent: Sent, patient: Sent, today: date) -> tuple[Understood, list[Issue]]:
    """The referral, and warnings about what could not be taken as it was sent. Raises `NoReason`."""
    message = _message(sent)
    reason = reason_of(message, message.header)
    if reason is None:
        raise NoReason(f"{sent.at}.reasonCode")
    person, warnings = person_of(Part(0, "", patient.content, patient.at), today)
    referrer, ods_code = referrer_of(sent)
    priority = sent.content.get("priority")
    understood = Understood(
        kind=MessageKind.REFERRAL,
        use_case=USE_CASE,
        source=SOURCE,
        reason=reason,
        urgency=priority if priority in PRIORITIES else ROUTINE,
        answer_due_at=None,
        referrer=referrer,
        referrer_ods_code=ods_code,
        person=person,
    )
    return understood, warnings


def referrer_of(sent: Sent) -> tuple[str | None, str | None]:
    """Who refers, in words, and the ODS code of their organisation."""
    requester: Content = sent.content.get("requester", {})
    role = sent.contained(requester)
    parts = [part for part in (role, *_of_role(sent, role)) if part is not None]
    people = [name_of(part.content) for part in parts if part.kind != "Organization"]
    places = [one_line(part.content.get("name")) for part in parts if part.kind == "Organization"]
    said = [*people, *places] if any([*people, *places]) else [one_line(requester.get("display"))]
    codes = [ods_code(one) for part in [requester, *(part.content for part in parts)] for one in identifiers_of(part)]
    return one_line(", ".join(name for name in said if name)), next((code for code in codes if code), None)


def ods_code(identifier: Content) -> str | None:
    """The code of an organisation; senders write the system with `Id` or `id`."""
    is_ods = identifier.get("system", "").lower() == systems.ODS_CODE.lower()
    value = str(identifier.get("value", ""))
    return value if is_ods and ODS.fullmatch(value) else None


def whom(content: Content) -> bytes:
    """Who it is about, as it is written: the reference, and the Patient that it leads to."""
    subject = content.get("subject", {})
    held = [one for one in content.get("contained", []) if f"#{one.get('id')}" == subject.get("reference")]
    return orjson.dumps([subject.get("reference"), subject.get("identifier"), held], option=orjson.OPT_SORT_KEYS)


def _message(sent: Sent) -> Message:
    request = Part(0, "", sent.content, sent.at)
    held = [
        Part(place + 1, f"#{one.get('id')}", one, f"{sent.at}.contained[{place}]")
        for place, one in enumerate(sent.content.get("contained", []))
    ]
    return Message({}, [request, *held], request, {part.url: part for part in held})


def _of_role(sent: Sent, role: Sent | None) -> list[Sent | None]:
    if role is None or role.kind != "PractitionerRole":
        return []
    return [sent.contained(role.content.get(name)) for name in ("practitioner", "organization")]


def _identifiers_within(sent: Sent, reference: Content) -> list[Content]:
    """Of what is contained at the end of a Reference."""
    held = sent.contained(reference)
    return identifiers_of(held.content) if held else []


def identifiers_of(content: Content) -> list[Content]:
    """Some types have one, others several."""
    found = content.get("identifier", [])
    return found if isinstance(found, list) else [found]
