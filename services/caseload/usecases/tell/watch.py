"""Look for what nobody did or answered in time."""

import asyncio
from functools import partial

from services.caseload.usecases.tell.alert import MOST_AT_ONCE, escalate_some, raise_overdue_reviews
from services.caseload.usecases.tell.late_dose import raise_late_doses
from services.common.service import Runtime
from services.common.watching import drained, keep_on

POLL_SECONDS = 10.0
LOOKS = {"late_doses": raise_late_doses, "overdue_reviews": raise_overdue_reviews, "escalation": escalate_some}


async def watch_alerts(runtime: Runtime) -> None:
    """Look for what became late, and for what nobody answered, as long as the process lives."""
    async with asyncio.TaskGroup() as watches:
        for what, look in LOOKS.items():
            watches.create_task(
                keep_on(what, POLL_SECONDS, partial(drained, partial(look, runtime.database), MOST_AT_ONCE))
            )
