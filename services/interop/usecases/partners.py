"""How the partners of the whole installation do, beside the connections that councils have."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.common.db import Transaction
from services.interop.domain.partner_health import PartnerHealth
from services.interop.store import partner_health as store


@dataclass(frozen=True)
class PartnerStanding:
    """One partner and how it has been answering; `not_connected` is one for which no address is set."""

    name: str
    state: str
    failures: int = 0
    last_error: str | None = None
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None


async def list_partners(tx: Transaction, connected: Mapping[str, bool]) -> list[PartnerStanding]:
    """Every partner by name, those too that are not connected."""
    known: dict[str, PartnerHealth] = {one.name: one for one in await tx.all(store.every())}
    return [_standing(name, is_set, known.get(name)) for name, is_set in connected.items()]


def _standing(name: str, is_set: bool, health: PartnerHealth | None) -> PartnerStanding:
    if not is_set:
        return PartnerStanding(name, "not_connected")
    if health is None:
        return PartnerStanding(name, "unused")
    return PartnerStanding(
        name, health.state, health.failures, health.last_error, health.last_success_at, health.last_failure_at
    )
