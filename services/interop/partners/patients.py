"""Whether somebody outside can be told whom something is about, by what is known of a client here."""

from typing import Any

from services.interop.fhir import systems

# NHS NUMBER STATUS INDICATOR CODE: number present and verified.
VERIFIED = "01"


def nhs_number(patient: dict[str, Any]) -> str | None:
    """The number that the client is known by."""
    return next((one["value"] for one in _numbers(patient)), None)


def unproved(patient: dict[str, Any] | None) -> str | None:
    """Why nobody outside is told of this client, as a code; None where their number is verified and they have a birth
    date to hold against it."""
    if patient is None:
        return "no_patient"
    number = next(iter(_numbers(patient)), None)
    if number is None:
        return "no_nhs_number"
    if number["extension"][0]["valueCodeableConcept"]["coding"][0]["code"] != VERIFIED:
        return "nhs_number_not_verified"
    return None if "birthDate" in patient else "no_birth_date"


def _numbers(patient: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in patient.get("identifier", []) if one.get("system") == systems.NHS_NUMBER]
