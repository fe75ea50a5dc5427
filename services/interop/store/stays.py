"""Queries about stays in hospital."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, select
from sqlmodel import col

from services.common.db import Transaction
from services.interop.domain.hospital_stay import HospitalStay, StayStatus


async def stay(tx: Transaction, stay_id: UUID) -> HospitalStay | None:
    """The stay, locked, if a partner told of it."""
    wanted = select(HospitalStay).where(col(HospitalStay.id) == stay_id).with_for_update()
    found: HospitalStay | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def is_in_hospital(tx: Transaction, client_id: UUID) -> bool:
    """Whether any stay of the client's goes on."""
    theirs = (col(HospitalStay.client_id) == client_id) & (col(HospitalStay.status) == StayStatus.IN_PROGRESS)
    found: bool = (await tx.session.execute(select(exists().where(theirs)))).scalar_one()
    return found


async def with_another_team(tx: Transaction, client_id: UUID, team_id: UUID) -> Sequence[HospitalStay]:
    """The client's stays that are still kept for the team that cared for them before."""
    theirs = (col(HospitalStay.client_id) == client_id) & (col(HospitalStay.team_id) != team_id)
    return await tx.all(select(HospitalStay).where(theirs).order_by(col(HospitalStay.id)))
