"""This service's own audit trail, by patient and time."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from services.common.audit.report import Part, before, part_of
from services.common.audit.tables import EVENT
from services.common.db import Transaction
from services.common.paging import PageRequest
from services.interop.fhir.asked import Between
from services.interop.store.resource_search import count, within


async def of_patient(tx: Transaction, client_id: UUID, recorded: Sequence[Between], request: PageRequest) -> Part:
    """A page of the rows that concern this patient, refusals included. Raises `BadCursor`."""
    return await part_of(tx, _about(tx, client_id, recorded), request.limit, before(request))


async def count_of_patient(tx: Transaction, client_id: UUID, recorded: Sequence[Between]) -> int:
    """How many of these rows there are."""
    return await count(tx, _about(tx, client_id, recorded))


def _about(tx: Transaction, client_id: UUID, recorded: Sequence[Between]) -> Select[Any]:
    table = tx.metadata.tables[EVENT]
    times = [within(table.c.at, between) for between in recorded]
    return select(table).where(table.c.client_ids.contains([client_id]), *times)
