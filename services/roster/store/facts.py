"""Keeping what the others tell, and finding it again."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel, col

from services.common.db import Transaction
from services.roster.domain.known import CareTeam, RecordedActivity, RecordedContact
from services.roster.domain.rule import Rule, RuleKey
from services.roster.domain.visit import Visit


async def keep_newest(tx: Transaction, model: type[SQLModel], values: dict[str, Any]) -> bool:
    """Keep this state of somebody else's record unless a newer one is known already. Whether it was kept."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    keys = [column.name for column in table.primary_key]
    newest = insert(table).values(**values, version=tx.event_version)
    newest = newest.on_conflict_do_update(
        index_elements=keys,
        set_={name: newest.excluded[name] for name in (*values, "version") if name not in keys},
        where=table.c.version < newest.excluded.version,
    )
    return (await tx.session.execute(newest.returning(*table.primary_key))).first() is not None


async def keep_activities(tx: Transaction, care_contact_id: UUID, activities: Sequence[dict[str, Any]]) -> None:
    """Put these in the place of the contact's activities so far."""
    of_contact = col(RecordedActivity.care_contact_id) == care_contact_id
    await tx.session.execute(delete(RecordedActivity).where(of_contact))
    rows = [{**activity, "care_contact_id": care_contact_id} for activity in activities]
    if rows:
        await tx.session.execute(insert(RecordedActivity), rows)


async def contact_naming(tx: Transaction, visit: Visit) -> RecordedContact | None:
    """The first contact that named this visit before roster knew of it, with this team's own client."""
    wanted = select(RecordedContact).where(
        col(RecordedContact.visit_id) == visit.id,
        col(RecordedContact.team_id) == visit.team_id,
        col(RecordedContact.client_id) == visit.client_id,
    )
    first = await tx.all(wanted.order_by(col(RecordedContact.done_at)).limit(1))
    return first[0] if first else None


async def care_team(tx: Transaction, team_id: UUID, client_id: UUID) -> CareTeam | None:
    """Named nurse and deputy of the client's latest episode with this team, if that is known already."""
    mine = select(CareTeam).where(col(CareTeam.team_id) == team_id, col(CareTeam.client_id) == client_id)
    latest = await tx.all(mine.order_by(col(CareTeam.opened_on).desc(), col(CareTeam.episode_of_care_id)).limit(1))
    return latest[0] if latest else None


async def rule(tx: Transaction, key: RuleKey, on: date) -> int | None:
    """The value in force on this day; none before the first."""
    known = select(col(Rule.value)).where(col(Rule.key) == key, col(Rule.from_on) <= on)
    latest = await tx.all(known.order_by(col(Rule.from_on).desc()).limit(1))
    return latest[0] if latest else None
