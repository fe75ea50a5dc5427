"""Keeping facts: each row grows from the events about it, in whatever order and however often they arrive."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.common.db import Transaction
from services.common.models import TeamOwned
from services.governance.domain.fact import ContactFact, LostTimeFact


async def keep(tx: Transaction, model: type[TeamOwned], fact_id: UUID, team_id: UUID, **known: Any) -> None:
    """Keep what an event says about a fact; an older event adds nothing to what a newer one said."""
    values = {"id": fact_id, "team_id": team_id, "version": tx.event_version, "changed_at": tx.now, **known}
    row = insert(model).values(**values)
    said = {name: row.excluded[name] for name in ("version", "changed_at", *known)}
    newest = col(model.version) <= row.excluded.version
    await tx.session.execute(row.on_conflict_do_update(index_elements=["id"], set_=said, where=newest))


async def keep_since(
    tx: Transaction,
    model: type[TeamOwned],
    fact_id: UUID,
    team_id: UUID,
    about: dict[str, Any],
    *,
    of: str,
    since: dict[str, Any],
) -> None:
    """Keep what an event says about a fact, and what became of it `since` it was, say, sent.

    An event that is older than what is known still fills in what is missing, where it is of the same sending: `of` is
    the column by which one sending is told from another.
    """
    values = {"id": fact_id, "team_id": team_id, "version": tx.event_version, "changed_at": tx.now, **about, **since}
    row = insert(model).values(**values)
    known = model.__table__.c  # type: ignore[attr-defined]
    is_newer = known.version <= row.excluded.version
    said: dict[str, Any] = {name: row.excluded[name] for name in about}
    said |= {
        name: case((is_newer, row.excluded[name]), else_=func.coalesce(known[name], row.excluded[name]))
        for name in since
    }
    said |= {"version": func.greatest(known.version, row.excluded.version), "changed_at": row.excluded.changed_at}
    counts = is_newer | (known[of] == row.excluded[of])
    await tx.session.execute(row.on_conflict_do_update(index_elements=["id"], set_=said, where=counts))


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


async def lost_time_untold(
    tx: Transaction, team_id: UUID, around: datetime, within: timedelta
) -> Sequence[LostTimeFact]:
    """The stretches of protected time that were lost within so long before or after one, by time.

    Those that are in an obstacle already are left out.
    """
    wanted = select(LostTimeFact).where(
        col(LostTimeFact.team_id) == team_id,
        col(LostTimeFact.starts_at).between(around - within, around + within),
        col(LostTimeFact.obstacle_id).is_(None),
    )
    return await tx.all(wanted.order_by(col(LostTimeFact.starts_at), col(LostTimeFact.id)))
