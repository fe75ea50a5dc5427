"""What a Bundle works on is held in one order, so that of two Bundles one waits for the other, and never both."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.interop.domain.resource import Resource
from services.interop.fhir import values
from services.interop.fhir.writing.entries import Asked
from services.interop.fhir.writing.refusals import WRITABLE
from services.interop.store import resources
from services.interop.usecases.write.conditional import turn_of

STAY, PATIENT = "Encounter", "Patient/"
WRITING = {"POST", "PUT", "PATCH"}


async def hold_rows(tx: Transaction, asked: Sequence[Asked]) -> Sequence[Resource]:
    """The conditions that entries hang on, then what they change. A single write comes at its own in the same order."""
    writes = [one for one in asked if one.method in WRITING and one.kind in WRITABLE]
    conditions = [turn_of(one.kind, one.only_if) for one in writes if one.only_if]
    if conditions:
        await tx.take_turns(*conditions)
    named = {(one.kind, made) for one in writes for made in values.uuids([one.resource_id or ""])}
    return await resources.all_for_change(tx, named) if named else ()


async def hold_clients(tx: Transaction, asked: Sequence[Asked], rows: Sequence[Resource]) -> None:
    """Those whose stays are written. Whoever is named by an NHS number is waited for at their own entry."""
    clients = {row.client_id for row in rows if row.resource_type == STAY and row.client_id}
    clients |= {client for one in asked if one.method in WRITING for client in _clients(one)}
    if clients:
        await tx.take_turns(*clients)


def _clients(one: Asked) -> Iterator[UUID]:
    """Of what was not judged yet, too."""
    resource: Any = one.resource if one.kind == STAY else None
    subject = resource.get("subject") if isinstance(resource, dict) else None
    reference = subject.get("reference") if isinstance(subject, dict) else None
    if isinstance(reference, str) and reference.startswith(PATIENT):
        yield from values.uuids([reference.removeprefix(PATIENT)])
