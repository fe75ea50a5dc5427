"""Queries about caseload transfers."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import col

from services.caseload.domain.transfer import CaseloadTransfer, HandedOver, TransferredClient
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
