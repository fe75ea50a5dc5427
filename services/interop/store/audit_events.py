"""This service's own audit trail, by patient and time."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from services.common.audit.report import Part, before, part_of
from services.common.audit.tables import EVENT
from services.common.db import Transaction
from services.common.paging import PageRequest
from services.interop.fhir.asked import Between
from services.interop.store.resource_search import within


async def of_patient(tx: Transaction, client_id: UUID, recorded: Sequence[Between], request: PageRequest) -> Part:
    """The rows that concern this patient, refusals included. Raises `BadCursor`."""
    table = tx.metadata.tables[EVENT]
    times = [within(table.c.at, between) for between in recorded]
    wanted = select(table).where(table.c.client_ids.contains([client_id]), *times)
    return await part_of(tx, wanted, request.limit, before(request))
