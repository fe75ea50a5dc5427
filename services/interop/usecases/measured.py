"""How the connections to partners do, for whoever operates them: a council by its connection's id, others by name."""

from collections.abc import Mapping
from datetime import datetime

from services.common.db import Transaction
from services.common.metrics import Figure, Labelled, age
from services.common.scraping import Counted
from services.interop.domain.connection import Connection
from services.interop.store import council, partner_health
from services.interop.usecases.share import look_at_health

PARTNER = ("partner",)


async def _count(tx: Transaction) -> Mapping[str, Labelled]:
    """Of connections that are open; one that its partner closed is told as closed, and fails nothing any more."""
    connections = await tx.all(council.connections())
    open_ones = [one for one in await look_at_health(tx, connections) if one.connection.disabled_at is None]
    partners = await tx.all(partner_health.every())
    failing: dict[str, tuple[int, datetime | None]] = {
        one.name: (one.failures, one.last_heard_at or one.last_success_at) for one in partners
    }
    failing |= {_name(one.connection): (one.connection.failures, one.connection.last_success_at) for one in open_ones}
    return {
        "partner_failures": {(name,): float(failures) for name, (failures, _) in failing.items()},
        "partner_silent_seconds": {(name,): age(at, tx.now) for name, (_, at) in failing.items() if at},
        "partner_waiting": {(_name(one.connection),): float(one.waiting) for one in open_ones},
        "partner_waiting_seconds": {(_name(one.connection),): age(one.oldest_waiting_at, tx.now) for one in open_ones},
        "partner_given_up": {(_name(one.connection),): float(one.dead) for one in open_ones},
        "partner_closed": {(_name(one),): float(one.disabled_at is not None) for one in connections},
    }


def _name(connection: Connection) -> str:
    return f"council:{connection.id}"


PARTNERS = Counted(
    (
        Figure("partner_failures", "How often in a row the partner has not taken what was sent", PARTNER),
        Figure("partner_silent_seconds", "Since the partner last took anything", PARTNER),
        Figure("partner_waiting", "Facts that wait for the partner", PARTNER),
        Figure("partner_waiting_seconds", "How long the oldest fact has waited for the partner", PARTNER),
        Figure("partner_given_up", "Facts that were given up and wait for a person", PARTNER),
        Figure("partner_closed", "The partner's connection is closed", PARTNER),
    ),
    _count,
)
