"""Who a message is about. Whatever is missing or odd, the person is never turned away for it."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from nhs_number.validate import is_valid

from services.common.outcome import Issue
from services.interop.domain.inbound import POSTCODE
from services.interop.fhir.systems import NHS_NUMBER, NHS_NUMBER_STATUS_EXTENSION
from services.interop.partners.bars.message import Entry
from services.interop.partners.bars.words import one_line

NOT_KNOWN = "Not known"
SEXES = {"female", "male", "other", "unknown"}
PHONE = re.compile(r"[0-9+() -]{3,30}")
# NHS NUMBER STATUS INDICATOR CODE, by either of UK Core's spellings. Any other status leaves the number unresolved.
STATUSES = {
    "01": "01",
    "02": "02",
    "03": "03",
    "number-present-and-verified": "01",
    "number-present-but-not-traced": "02",
    "trace-required": "03",
}
PRESENT_NOT_TRACED, TO_BE_RESOLVED, NOT_PRESENT = "02", "05", "07"
SELF = "ONESELF"
NOT_A_NUMBER = (
    "This is not a valid NHS number, so it is kept as one to be resolved. The referral is taken."
    " Compare the number with the person's letter or card, and tell the team the right one."
)
TWO_NUMBERS = (
    "The message gives more than one NHS number, so the first is kept as one to be resolved. The referral is taken."
    " Find out which number is the person's, and tell the team."
)
NOT_BORN = (
    "This date of birth lies in the future, so it is taken as not given. The referral is taken."
    " Ask the person, and tell the team the right one."
)


def person_of(patient: Entry, today: date) -> tuple[dict[str, Any], list[Issue]]:
    """The person's details in the columns of a referral, and warnings about the NHS number and the date of birth."""
    number, status, warnings = _nhs_number(patient)
    birth_on = _day(patient.resource.get("birthDate"))
    if birth_on is not None and birth_on > today:
        birth_on = None
        warnings.append(Issue("value", f"{patient.at}.birthDate", NOT_BORN, severity="warning"))
    given, family = _name(patient.resource)
    address_line, postcode = _address(patient.resource)
    sex = patient.resource.get("gender")
    details = {
        "given_name": given,
        "family_name": family,
        "birth_on": birth_on,
        "sex": sex if sex in SEXES else "unknown",
        "nhs_number": number,
        "nhs_number_status": status,
        "address_line": address_line,
        "postcode": postcode,
        "phone": _phone(patient.resource),
    }
    return details, warnings


def _nhs_number(patient: Entry) -> tuple[str | None, str, list[Issue]]:
    found = [
        (place, _digits(identifier), identifier)
        for place, identifier in enumerate(patient.resource.get("identifier", []))
        if identifier.get("system", "").lower() == NHS_NUMBER.lower() and identifier.get("value")
    ]
    if not found:
        return None, NOT_PRESENT, []
    place, number, identifier = found[0]
    expression = f"{patient.at}.identifier[{place}].value"
    if not _ten_digits(number):
        return None, NOT_PRESENT, [Issue("value", expression, NOT_A_NUMBER, severity="warning")]
    if not is_valid(number):
        return number, TO_BE_RESOLVED, [Issue("value", expression, NOT_A_NUMBER, severity="warning")]
    if len({digits for _, digits, _ in found}) > 1:
        return number, TO_BE_RESOLVED, [Issue("multiple-matches", expression, TWO_NUMBERS, severity="warning")]
    return number, _status(identifier), []


def _digits(identifier: dict[str, Any]) -> str:
    return str(identifier["value"]).replace(" ", "").replace("-", "")


def _ten_digits(text: str) -> bool:
    return len(text) == 10 and text.isascii() and text.isdigit()


def _status(identifier: dict[str, Any]) -> str:
    stated = [
        coding.get("code")
        for extension in identifier.get("extension", [])
        if extension.get("url") == NHS_NUMBER_STATUS_EXTENSION
        for coding in extension.get("valueCodeableConcept", {}).get("coding", [])
    ]
    return STATUSES.get(stated[0], TO_BE_RESOLVED) if stated else PRESENT_NOT_TRACED


def name_of(resource: dict[str, Any]) -> str | None:
    """A Patient's or Practitioner's name on one line."""
    given, family = _parts(_best(resource.get("name", [])))
    return one_line(" ".join(part for part in (given, family) if part))


def _name(patient: dict[str, Any]) -> tuple[str, str]:
    """Given and family name. A record needs both, so what nobody knows is said to be not known."""
    given, family = _parts(_best(patient.get("name", [])))
    return given or NOT_KNOWN, family or NOT_KNOWN


def _best(names: Any) -> dict[str, Any]:
    """The official name, or else the first. An Organization's name is a mere string, and is no person's."""
    known = [name for name in names if isinstance(name, dict)]
    official = [name for name in known if name.get("use") == "official"]
    return next(iter([*official, *known]), {})


def _parts(name: dict[str, Any]) -> tuple[str | None, str | None]:
    given = one_line(" ".join(part for part in name.get("given", []) if part))
    family = one_line(name.get("family"))
    if given is None or family is None:
        words = (one_line(name.get("text")) or "").split(" ")
        family = family or words.pop() or None
        left = [word for word in words if word != family]
        given = given or one_line(" ".join(left))
    return given, family


def _address(patient: dict[str, Any]) -> tuple[str | None, str | None]:
    addresses: Sequence[dict[str, Any]] = patient.get("address", [])
    home = [address for address in addresses if address.get("use") == "home"]
    address = next(iter([*home, *addresses]), {})
    lines = [*address.get("line", []), address.get("city"), address.get("district")]
    postcode = (one_line(address.get("postalCode")) or "").upper()
    line = one_line(", ".join(line for line in lines if line)) or one_line(address.get("text"))
    return line, postcode if POSTCODE.fullmatch(postcode) else None


def _phone(patient: dict[str, Any]) -> str | None:
    """The number to reach the person at: their own before another's, the sender's first choice before the rest."""
    telecoms = [*patient.get("telecom", []), *_of_themselves(patient)]
    phones = [item for item in telecoms if item.get("system") == "phone" and PHONE.fullmatch(item.get("value", ""))]
    chosen = sorted(phones, key=lambda item: item.get("rank", 99))
    return str(chosen[0]["value"]) if chosen else None


def _of_themselves(patient: dict[str, Any]) -> list[dict[str, Any]]:
    """BaRS writes a person's own numbers as a contact whose relationship is the person themselves."""
    of_self = [contact for contact in patient.get("contact", []) if SELF in _relationships(contact)]
    return [telecom for contact in of_self for telecom in contact.get("telecom", [])]


def _relationships(contact: dict[str, Any]) -> set[str | None]:
    codings = [coding for relationship in contact.get("relationship", []) for coding in relationship.get("coding", [])]
    return {coding.get("code") for coding in codings}


def _day(text: str | None) -> date | None:
    """A whole date; FHIR also allows a year or a month alone, which is no date of birth to rely on."""
    try:
        return date.fromisoformat(text) if text and len(text) == len("2026-11-23") else None
    except ValueError:
        return None
