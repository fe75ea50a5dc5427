"""Keeping facts: each row grows from the events about it, in whatever order and however often they arrive."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.common.db import Transaction
from services.common.models import TeamOwned
from services.governance.domain.fact import ContactFact


async def keep(tx: Transaction, model: type[TeamOwned], fact_id: UUID, team_id: UUID, **known: Any) -> None:
    """Keep what an event says about a fact; an older event adds nothing to what a newer one said."""
    values = {"id": fact_id, "team_id": team_id, "version": tx.event_version, "changed_at": tx.now, **known}
    row = insert(model).values(**values)
    said = {name: row.excluded[name] for name in ("version", "changed_at", *known)}
    newest = col(model.version) <= row.excluded.version
    await tx.session.execute(row.on_conflict_do_update(index_elements=["id"], set_=said, where=newest))


async def keep_cost(
    tx: Transaction, contact_id: UUID, team_id: UUID, cost_pence: int | None, costed_at: datetime
) -> None:
    """Keep the newest that was said of what a contact cost. Until the contact is known it is placed at the costing."""
    cost = {"cost_pence": cost_pence, "cost_version": tx.event_version, "changed_at": tx.now}
    row = insert(ContactFact).values(id=contact_id, team_id=team_id, version=0, happened_at=costed_at, **cost)
    said = {name: row.excluded[name] for name in cost}
    known = col(ContactFact.cost_version)
    newest = known.is_(None) | (known <= row.excluded.cost_version)
    await tx.session.execute(row.on_conflict_do_update(index_elements=["id"], set_=said, where=newest))
