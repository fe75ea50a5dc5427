"""A housing association's system, which speaks no FHIR."""

from typing import Any

from uuid6 import uuid7

from tests.interop.bars_message import OURS


def a_plain_referral(**changes: Any) -> dict[str, Any]:
    person = {"given_name": "Derek", "family_name": "Pryke", "address_line": "3 Chapel Row", "postcode": "IP29 5AB"}
    referral = {
        "id": str(uuid7()),
        "dos_service_id": OURS,
        "source": "agency",
        "reason": "Rent unpaid since he fell; the kitchen is not safe",
        "referrer": "Joan Catchpole, Havebury Housing",
        "person": person,
        "person_agrees": True,
    }
    return referral | changes
