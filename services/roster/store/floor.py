"""What the floor of a team is measured by, and the alerts that are open."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, union, union_all
from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.floor import FloorAlert, Staff, StaffingFloor
from services.roster.domain.known import Competence, Contract
from services.roster.domain.member_skill import MemberSkill
from services.roster.domain.period import Period
from services.roster.store import abilities, capacity, figures


async def staff(tx: Transaction, team_id: UUID, within: Period) -> Staff:
    """Contracts, memberships and skills of a team that hold on some day of the period: three statements."""
    return Staff(
        await figures.contracts(tx, team_id, within),
        await capacity.members(tx, team_id, within),
        await abilities.words(tx, team_id, within.from_on),
    )


async def floors(tx: Transaction, team_id: UUID) -> Sequence[StaffingFloor]:
    return await tx.all(select(StaffingFloor).where(col(StaffingFloor.team_id) == team_id))


async def open_alerts(tx: Transaction, team_id: UUID) -> Mapping[str | None, FloorAlert]:
    """By skill, locked."""
    wanted = select(FloorAlert).where(col(FloorAlert.team_id) == team_id, col(FloorAlert.closed_at).is_(None))
    found: Sequence[FloorAlert] = await tx.all(wanted.order_by(col(FloorAlert.id)).with_for_update())
    return {one.skill: one for one in found}


async def teams(tx: Transaction) -> Sequence[UUID]:
    """Every team that somebody has or had a contract with or belonged to, or that set itself a floor."""
    member = tx.metadata.tables["team_member"]
    known = union(*map(select, (col(Contract.team_id), member.c.team_id, col(StaffingFloor.team_id))))
    return sorted(await tx.all(known))


async def mark_of_staff(tx: Transaction) -> tuple[Any, ...]:
    """Changes whenever hr has told of somebody, or a team of a skill or of its floor."""
    member = tx.metadata.tables["team_member"]
    counted = [
        select(func.count(), func.sum(version))
        for version in (
            member.c.version,
            col(Contract.version),
            col(Competence.version),
            col(MemberSkill.version),
            col(StaffingFloor.version),
        )
    ]
    return tuple(tuple(row) for row in await tx.rows(union_all(*counted)))
