"""Showing who read a patient's record here."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.paging import PageRequest
from services.interop.fhir.asked import BadSearch, Search
from services.interop.store import audit_events


class NoPatient(BadSearch):
    """The trail is told patient by patient."""

    field = "/query/patient"
    way_out = "Name one patient: patient=Patient/{id}."

    def __init__(self) -> None:
        super().__init__("This search needs one patient.")


async def search_audit_events(tx: Transaction, search: Search, request: PageRequest) -> tuple[UUID, dict[str, Any]]:
    """The patient, and a page of what is on record about them here, or how much there is. Raises `NoPatient`."""
    if len(search.patients) != 1 or len(search.patients[0]) != 1:
        raise NoPatient
    client_id = search.patients[0][0]
    tx.concerns(client_id)
    if search.count == 0:
        total = await audit_events.count_of_patient(tx, client_id, search.changed)
        return client_id, {"items": [], "next_cursor": None, "total": total}
    part = await audit_events.of_patient(tx, client_id, search.changed, request)
    return client_id, part.as_page(part.items, request)
