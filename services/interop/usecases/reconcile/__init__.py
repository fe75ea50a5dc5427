"""For any day and partner: whether facts done, sent and acknowledged are the same, and why where they are not."""

from collections.abc import Awaitable, Callable
from datetime import date

from services.common.db import Transaction
from services.interop.domain.reconciliation import Reconciled
from services.interop.usecases.reconcile.bars import reconcile as bars
from services.interop.usecases.reconcile.councils import reconcile as councils
from services.interop.usecases.reconcile.gp_documents import reconcile as gp_documents
from services.interop.usecases.reconcile.systmone import reconcile as systmone

# Each room that sends anything reckons for itself.
ROOMS: tuple[Callable[[Transaction, date], Awaitable[list[Reconciled]]], ...] = (
    councils,
    bars,
    gp_documents,
    systmone,
)


async def reconcile(tx: Transaction, day: date, partner: str | None) -> list[Reconciled]:
    """A line for each partner and connection, in the order of the rooms."""
    found = [line for room in ROOMS for line in await room(tx, day)]
    return [line for line in found if partner is None or line.partner == partner]
