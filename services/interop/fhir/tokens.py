"""What a resource is found by as exact strings that one index can hold: tokens, references and the starts of names."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from nhs_number.validate import is_valid

from services.interop.fhir import systems
from services.interop.fhir.systems import NHS_NUMBER, NHS_NUMBER_STATUS_EXTENSION

# Stands for "whatever it is". A search text never holds a control character, so nobody can ask for it by accident.
ANY = "\x1f"
# Between a parameter's name and what it finds.
OF = "\x1e"
TO_BE_RESOLVED = "05"
# Of our own making, or of an organisation: whoever reads one in a log learns nothing about any patient.
REFERENCES = {
    systems.REFERRAL_REFERENCE,
    systems.WOUND,
    systems.TEAM,
    systems.EMPLOYEE,
    systems.CONNECTION,
    systems.ODS_CODE,
    systems.DOS_SERVICE,
}
AN_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
TEN_DIGITS = re.compile(r"(?<![0-9])[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}(?![0-9])", re.ASCII)
# The start of a name is looked for up to this many letters.
LONGEST_START = 40


def present(name: str) -> str:
    """The token of whatever has something under this parameter."""
    return f"{name}{OF}{ANY}|{ANY}"


def of_token(name: str, value: Any) -> Iterator[str]:
    """A code, boolean, Coding, CodeableConcept, Identifier or ContactPoint, by system and by code.

    An NHS number still to be resolved finds nobody.
    """
    for system, code in _coded(value):
        yield from (f"{name}{OF}{system}|{code}", f"{name}{OF}{ANY}|{code}", f"{name}{OF}{system}|{ANY}")


def _coded(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, bool):
        yield "", str(value).lower()
    elif not isinstance(value, dict):
        yield "", str(value)
    elif "coding" in value:
        yield from ((coding.get("system", ""), coding["code"]) for coding in value["coding"] if "code" in coding)
    elif "code" in value:
        yield value.get("system", ""), value["code"]
    elif "value" in value and _identifies(value):
        yield value.get("system", ""), value["value"]


def of_reference(name: str, value: dict[str, Any]) -> Iterator[str]:
    """A reference by type and id, and by the identifier that it names."""
    if "reference" in value:
        yield f"{name}{OF}{value['reference']}"
    if "identifier" in value:
        yield from of_token(f"{name}:identifier", value["identifier"])


def of_string(name: str, value: str) -> Iterator[str]:
    """A text by its starts and those of its words, without regard to case and accents, and as it is."""
    whole = folded(value)
    yield f"{name}:exact{OF}{value}"
    for text in {whole, *whole.split()}:
        yield from (f"{name}{OF}{text[:length]}" for length in range(1, min(len(text), LONGEST_START) + 1))


def folded(text: str) -> str:
    """As names are compared: `Zoë` and `zoe` are alike."""
    apart = unicodedata.normalize("NFKD", text)
    return " ".join("".join(letter for letter in apart if not unicodedata.combining(letter)).casefold().split())


def asked(name: str, text: str, implied: str | None = None) -> str:
    """The token for `system|value`, `value` in any system, `|value` in none, or `system|` with any value.

    Where a system is implied, all values are of that one, whether it is said or not (FHIR R4, search, "token").
    """
    if "|" not in text:
        return f"{name}{OF}{ANY}|{text}"
    system, _, value = text.partition("|")
    if implied is not None and system in ("", implied):
        return f"{name}{OF}{ANY}|{value or ANY}"
    return f"{name}{OF}{system}|{value or ANY}"


def names_a_person(text: str) -> bool:
    """Whether an identifier may be that of a patient: all but those of `REFERENCES`, and NHS numbers at large."""
    return text != f"{NHS_NUMBER}|" and (text.partition("|")[0] not in REFERENCES or holds_nhs_number(text))


def names_the_system(text: str) -> bool:
    """Whether a text speaks of an NHS number by its system, and of more than NHS numbers at large."""
    return text != f"{NHS_NUMBER}|" and NHS_NUMBER.casefold() in text.casefold()


def holds_nhs_number(text: str) -> bool:
    """Whether ten digits with the check digit of an NHS number stand in a text, beside any ids of ours."""
    return any(is_valid(found) for found in TEN_DIGITS.findall(AN_ID.sub("", text)))


def _identifies(identifier: dict[str, Any]) -> bool:
    if identifier.get("system") != NHS_NUMBER:
        return True
    codings = [
        coding.get("code")
        for extension in identifier.get("extension", [])
        if extension.get("url") == NHS_NUMBER_STATUS_EXTENSION
        for coding in extension.get("valueCodeableConcept", {}).get("coding", [])
    ]
    return TO_BE_RESOLVED not in codings
