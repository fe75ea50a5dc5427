"""NHS numbers: ten digits with their check digit, one a person, and a status that says how far it was traced.

The rules are those of the profiles UKCore-Patient (slice identifier:nhsNumber) and
Extension-UKCore-NHSNumberVerificationStatus (UK Core STU2), and of the NHS Data Dictionary for the check digit.
"""

import re
from collections.abc import Iterator
from typing import Any

from nhs_number.validate import is_valid

from services.common.outcome import Issue
from services.interop.fhir.systems import NHS_NUMBER, NHS_NUMBER_STATUS, NHS_NUMBER_STATUS_EXTENSION
from services.interop.fhir.validation.walk import Node

TEN_DIGITS = re.compile(r"[0-9]{10}", re.ASCII)
ENGLAND = frozenset({"01", "02", "03", "04", "05", "06", "07", "08"})
# The value set takes these whole code systems too; the first is England's older spelling in words, which BaRS uses.
OTHER_SYSTEMS = {
    "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus",
    "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusWales",
    "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
}
# Not present and not required: a number beside it says the opposite.
NOT_PRESENT = "07"

MISSPELT = f"The system of NHS numbers is {NHS_NUMBER}, in exactly these letters. Correct it."
NO_VALUE = "An NHS number has no value here. Give the number, or leave the identifier out."
NOT_A_NUMBER = "This is not a valid NHS number. Give its ten digits, without spaces, and compare it with the record."
SECOND = "A person has one NHS number. Leave the wrong one out."
SECOND_STATUS = "An NHS number has one verification status. Leave the others out."
NO_STATUS = (
    "This is no verification status of an NHS number. Give a code from 01 to 08 of UK Core's code system"
    " UKCore-NHSNumberVerificationStatusEngland."
)
NEITHER = "The status says that there is no NHS number, and here is one. Correct the status, or leave the number out."


def issues(node: Node) -> Iterator[Issue]:
    if node.name in ("identifier", "valueIdentifier"):
        yield from _of_identifier(node)
    if node.is_resource and node.resource["resourceType"] == "Patient":
        numbers = [one for one in node.below("identifier") if one.content.get("system") == NHS_NUMBER]
        yield from (Issue("structure", one.at, SECOND) for one in numbers[1:])


def _of_identifier(node: Node) -> Iterator[Issue]:
    system = node.content.get("system")
    if not isinstance(system, str) or system.lower() != NHS_NUMBER.lower():
        return
    if system != NHS_NUMBER:
        yield Issue("value", f"{node.at}.system", MISSPELT)
    value = node.content.get("value")
    if value is None:
        yield Issue("required", node.at, NO_VALUE)
    elif not TEN_DIGITS.fullmatch(value) or not is_valid(value):
        yield Issue("value", f"{node.at}.value", NOT_A_NUMBER)
    yield from _of_status(node)


def _of_status(node: Node) -> Iterator[Issue]:
    stated = [one for one in node.below("extension") if one.content.get("url") == NHS_NUMBER_STATUS_EXTENSION]
    yield from (Issue("extension", one.at, SECOND_STATUS) for one in stated[1:])
    for one in stated:
        concept = one.content.get("valueCodeableConcept")
        if concept is None:
            yield Issue("extension", one.at, NO_STATUS)
            continue
        codings = concept.get("coding", [])
        if not any(_is_known(coding) for coding in codings):
            yield Issue("code-invalid", f"{one.at}.value", NO_STATUS)
        elif node.content.get("value") and any(_says_none(coding) for coding in codings):
            yield Issue("business-rule", f"{one.at}.value", NEITHER)


def _is_known(coding: dict[str, Any]) -> bool:
    system, code = coding.get("system"), coding.get("code")
    return code in ENGLAND if system == NHS_NUMBER_STATUS else system in OTHER_SYSTEMS and bool(code)


def _says_none(coding: dict[str, Any]) -> bool:
    return bool(coding.get("system") == NHS_NUMBER_STATUS and coding.get("code") == NOT_PRESENT)
