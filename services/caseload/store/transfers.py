"""Queries about caseload transfers, and about whom the team knows of those listed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlmodel import col

from services.caseload.domain.client import Client, EpisodeOfCare, EpisodeStatus
from services.caseload.domain.transfer import CaseloadTransfer, HandedOver, Matched, TransferredClient, matched
from services.common.db import Transaction


async def listed(tx: Transaction, *, team_id: UUID | None) -> Select[Any]:
    wanted = select(CaseloadTransfer).where(await tx.visible(CaseloadTransfer))
    return wanted if team_id is None else wanted.where(col(CaseloadTransfer.team_id) == team_id)


def clients_of(transfer: CaseloadTransfer, status: HandedOver | None = None) -> Select[Any]:
    wanted = select(TransferredClient).where(col(TransferredClient.caseload_transfer_id) == transfer.id)
    return wanted if status is None else wanted.where(col(TransferredClient.status) == status)


async def counts(tx: Transaction, transfers: Sequence[CaseloadTransfer]) -> dict[UUID, dict[str, int]]:
    """How many of each list wait, were taken over and were left out."""
    of, status = col(TransferredClient.caseload_transfer_id), col(TransferredClient.status)
    wanted = select(of, status, func.count()).where(of.in_([one.id for one in transfers])).group_by(of, status)
    found: dict[UUID, dict[str, int]] = {one.id: {} for one in transfers}
    for transfer_id, what, count in await tx.rows(wanted):
        found[transfer_id][what] = count
    return found


async def match(tx: Transaction, team_id: UUID, rows: Sequence[TransferredClient]) -> list[Matched]:
    """Each of them beside whom the team knows: two statements, however many they are."""
    numbers = [row.nhs_number for row in rows if row.nhs_number is not None]
    births = [row.birth_on for row in rows]
    perhaps = or_(col(Client.nhs_number).in_(numbers), col(Client.birth_on).in_(births))
    known: Sequence[Client] = await tx.all(select(Client).where(col(Client.team_id) == team_id, perhaps))
    in_care = await in_care_of(tx, [one.id for one in known])
    found = [matched(row, known, in_care) for row in rows]
    shown = {one.known.id for one in found if one.known is not None}
    tx.leaves_out([one for one in known if one.id not in shown])
    return found


async def in_care_of(tx: Transaction, client_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Which of these clients have an episode of care that has not ended."""
    client = col(EpisodeOfCare.client_id)
    wanted = select(client).where(client.in_(client_ids), col(EpisodeOfCare.status) != EpisodeStatus.FINISHED)
    return frozenset(await tx.all(wanted))
