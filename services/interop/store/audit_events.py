"""This service's own audit trail, by patient and time."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.common.audit.report import page_before
from services.common.audit.tables import EVENT
from services.common.db import Transaction
from services.common.paging import PageRequest
from services.interop.fhir.search import Between
from services.interop.store.resources import within


async def of_patient(
    tx: Transaction, client_id: UUID, recorded: Sequence[Between], request: PageRequest
) -> tuple[Sequence[Any], str | None]:
    """A page of the rows that concern this patient, refusals included, newest first."""
    table = tx.metadata.tables[EVENT]
    times = [within(table.c.at, between) for between in recorded]
    return await page_before(tx, select(table).where(table.c.client_ids.contains([client_id]), *times), request)
