"""How full the queue of jobs is, for whoever operates it."""

from collections.abc import Mapping

from services.common.db import Transaction
from services.common.metrics import Figure, Labelled, age, alone
from services.common.scraping import Counted
from services.roster.store.jobs import waiting


async def _count(tx: Transaction) -> Mapping[str, Labelled]:
    queued, running, oldest_at = await waiting(tx)
    return alone({"jobs_queued": queued, "jobs_running": running, "jobs_oldest_seconds": age(oldest_at, tx.now)})


JOBS = Counted(
    (
        Figure("jobs_queued", "Jobs that nobody works on yet"),
        Figure("jobs_running", "Jobs that are worked on"),
        Figure("jobs_oldest_seconds", "How long the oldest job that nobody works on has waited"),
    ),
    _count,
)
