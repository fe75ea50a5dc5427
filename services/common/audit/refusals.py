"""What was asked for and refused, put on record after the rollback that undid the rest."""

import logging

from services.common.audit.entry import Entry
from services.common.db import Database
from services.common.errors import verdict
from services.common.outages import is_database_down

log = logging.getLogger(__name__)


async def put_on_record(database: Database, record: Entry, error: Exception) -> None:
    """Write it in a transaction of its own. The answer is the same whether that succeeds or not."""
    record.refuse(*verdict(error))
    # Nothing of it was done.
    record.parts.clear()
    if is_database_down(error):
        return
    try:
        async with database.transaction(record.actor, record=record):
            pass
    except Exception as failure:  # noqa: BLE001  the caller is told why it was refused, not that of the trail
        log.error("refusal not put on record", extra={"error": type(failure).__name__, "code": record.reason_code})
