"""How an identifier is found: FHIR's token search, as exact strings that an index can hold."""

from collections.abc import Sequence
from typing import Any

from services.interop.fhir.systems import NHS_NUMBER, NHS_NUMBER_STATUS_EXTENSION, REFERRAL_REFERENCE, WOUND

# Stands for "whatever it is". A search text never holds a control character, so nobody can ask for it by accident.
ANY = "\x1f"
TO_BE_RESOLVED = "05"
# Of our own making: whoever reads one in a log learns nothing about anybody.
REFERENCES = {REFERRAL_REFERENCE, WOUND}


def stored(identifiers: Sequence[dict[str, Any]]) -> list[str]:
    """The tokens that find a resource by these identifiers. An NHS number still to be resolved finds nobody."""
    found: list[str] = []
    for identifier in identifiers:
        if _identifies(identifier):
            system, value = identifier["system"], identifier["value"]
            found += [f"{system}|{value}", f"{ANY}|{value}", f"{system}|{ANY}"]
    return found


def asked(text: str) -> str:
    """The token for `system|value`, `value` in any system, `|value` in none, or `system|` with any value."""
    if "|" not in text:
        return f"{ANY}|{text}"
    system, _, value = text.partition("|")
    return f"{system}|{value or ANY}"


def names_a_person(text: str) -> bool:
    """Whether what is asked for may hold an NHS number: all but our own references, and NHS numbers at large."""
    return text != f"{NHS_NUMBER}|" and text.partition("|")[0] not in REFERENCES


def _identifies(identifier: dict[str, Any]) -> bool:
    if identifier["system"] != NHS_NUMBER:
        return True
    codings = [
        coding["code"]
        for extension in identifier.get("extension", [])
        if extension["url"] == NHS_NUMBER_STATUS_EXTENSION
        for coding in extension["valueCodeableConcept"]["coding"]
    ]
    return TO_BE_RESOLVED not in codings
