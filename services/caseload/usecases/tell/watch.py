"""Look for what nobody did or answered in time."""

import asyncio
import logging

from services.caseload.usecases.tell.alert import MOST_AT_ONCE, escalate_some, raise_overdue_reviews
from services.caseload.usecases.tell.late_dose import raise_late_doses
from services.common.service import Runtime

log = logging.getLogger(__name__)

POLL_SECONDS = 10.0


async def watch_alerts(runtime: Runtime) -> None:
    """Look for what became late, and for what nobody answered, as long as the process lives."""
    while True:
        for look in (raise_late_doses, raise_overdue_reviews, escalate_some):
            try:
                while await look(runtime.database) == MOST_AT_ONCE:
                    pass
            except Exception as error:  # noqa: BLE001  the worker outlives every outage
                log.warning("alerts interrupted", extra={"error": type(error).__name__})
        await asyncio.sleep(POLL_SECONDS)
