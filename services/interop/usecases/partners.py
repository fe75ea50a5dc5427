"""How the partners of the whole installation do, beside the connections that councils have."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.common.db import Transaction
from services.common.rulebook import amounts
from services.interop.domain.partner_health import PartnerHealth
from services.interop.domain.rule import RuleCode
from services.interop.domain.systmone_unit import Units
from services.interop.store import partner_health as store
from services.interop.usecases.unit_entries.take import health_name

AGENT = "systmone_agent"


@dataclass(frozen=True)
class PartnerStanding:
    """One partner and how it has been answering; `not_connected` is one for which no address is set."""

    name: str
    state: str
    failures: int = 0
    last_error: str | None = None
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None
    last_heard_at: datetime | None = None


async def list_partners(tx: Transaction, connected: Mapping[str, bool], units: Units) -> list[PartnerStanding]:
    """Every partner by name, those too that are not connected; and the agent of each SystmOne unit."""
    known: dict[str, PartnerHealth] = {one.name: one for one in await tx.all(store.every())}
    found = [_standing(name, is_set, known.get(name)) for name, is_set in connected.items()]
    if not units:
        return [*found, PartnerStanding(AGENT, "not_connected")]
    (minutes,) = await amounts(tx, tx.today, RuleCode.SYSTMONE_SILENT)
    since = tx.now - timedelta(minutes=minutes)
    return found + [_agent(name, known.get(name), since) for name in map(health_name, sorted(units))]


def _agent(name: str, health: PartnerHealth | None, since: datetime) -> PartnerStanding:
    """An agent comes to us: it works as long as it comes, and is silent where it has not come since then."""
    if health is None or health.last_heard_at is None:
        return _standing(name, True, health)
    state = "silent" if health.last_heard_at < since else "failing" if health.failures else "working"
    return replace(_standing(name, True, health), state=state)


def _standing(name: str, is_set: bool, health: PartnerHealth | None) -> PartnerStanding:
    if not is_set:
        return PartnerStanding(name, "not_connected")
    if health is None:
        return PartnerStanding(name, "unused")
    return PartnerStanding(
        name,
        health.state,
        health.failures,
        health.last_error,
        health.last_success_at,
        health.last_failure_at,
        health.last_heard_at,
    )
