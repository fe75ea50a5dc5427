"""Tablets with work that is not sent, and what waits for a person, for whoever operates it: no team's, nobody's."""

from collections.abc import Mapping

from services.caseload.usecases.sync.devices import sync_figures
from services.common.db import Transaction
from services.common.metrics import Figure, Labelled, age, alone
from services.common.scraping import Counted

COUNTS = {
    "devices": Figure("sync_devices", "Tablets that ever pushed"),
    "devices_with_unsent": Figure("sync_devices_unsent", "Tablets with work behind their last push"),
    "unsent": Figure("sync_unsent", "How much work that is, as they last said"),
    "devices_silent": Figure("sync_devices_silent", "Tablets with such work that have not pushed for too long"),
    "devices_lost": Figure("sync_devices_lost", "Tablets declared lost"),
    "conflicts_open": Figure("sync_conflicts", "Conflicts that nobody has settled"),
    "conflicts_older": Figure("sync_conflicts_week", "Conflicts that nobody has settled for a week"),
    "for_review": Figure("sync_for_review", "Pushed work that waits for a look before it is on record"),
}
AGES = {
    "oldest_unsent_at": Figure("sync_unsent_seconds", "Age of the oldest such work, by the tablet's clock"),
    "oldest_for_review_at": Figure("sync_for_review_seconds", "How long the oldest of it has waited for a look"),
}


async def _count(tx: Transaction) -> Mapping[str, Labelled]:
    now = await sync_figures(tx)
    counts = {figure.name: now[name] for name, figure in COUNTS.items()}
    return alone(counts | {figure.name: age(now[name], tx.now) for name, figure in AGES.items()})


TABLETS = Counted((*COUNTS.values(), *AGES.values()), _count)
