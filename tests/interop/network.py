"""People around a client, as caseload tells of them."""

from typing import Any

from uuid6 import uuid7

from tests.interop.records import Record


def a_person(**changes: Any) -> Record:
    """Somebody around a client, who agreed to be written down with a number."""
    person = {
        "id": str(uuid7()),
        "version": 1,
        "name": "Colin Tabor",
        "tie": "child",
        "strength": "stressful",
        "flow": "to_client",
        "does": "Shops on Fridays",
        "phone": "01229 870002",
        "until_on": None,
        "consent_on": "2026-11-03",
        "consent_how": "in_person",
        "withdrawn_on": None,
    }
    return person | changes


def a_carer(person: Record) -> Record:
    return {"id": str(uuid7()), "version": 1, "network_person_id": person["id"]}
