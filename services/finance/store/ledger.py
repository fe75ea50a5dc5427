"""Writing to the ledger, and sums from it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, cast, func, select
from sqlmodel import col

from services.common.db import Transaction
from services.finance.domain.ledger import Account, Entry, Journal, Posting


async def enter(tx: Transaction, entries: Sequence[Entry]) -> None:
    """Write these journals. The database checks each of them when the transaction commits."""
    tx.session.add_all(entry.journal for entry in entries)
    await tx.session.flush()
    tx.session.add_all(posting for entry in entries for posting in entry.postings)


async def spent(tx: Transaction, budget_id: UUID, as_of: date) -> int:
    """Pence that this budget had paid for by the end of this day."""
    total = cast(func.coalesce(func.sum(col(Posting.amount_pence)), 0), BigInteger)
    wanted = (
        select(total)
        .join(Journal, col(Journal.id) == col(Posting.journal_id))
        .where(
            col(Posting.budget_id) == budget_id,
            col(Posting.account) == Account.CARE_STAFF_COST,
            col(Journal.entry_on) <= as_of,
        )
    )
    pence: int = (await tx.session.execute(wanted)).scalar_one()
    return pence


async def without_budget(tx: Transaction, team_id: UUID, first: date, last: date) -> Sequence[Any]:
    """Pence by day that the team's care cost and that no budget has paid for."""
    day, total = col(Journal.entry_on), func.sum(col(Posting.amount_pence))
    columns: tuple[Any, ...] = (day.label("entry_on"), cast(total, BigInteger).label("pence"))
    wanted = (
        select(*columns)
        .join(Posting, col(Posting.journal_id) == col(Journal.id))
        .where(
            col(Posting.team_id) == team_id,
            col(Posting.budget_id).is_(None),
            col(Posting.account) == Account.CARE_STAFF_COST,
            day.between(first, last),
        )
        .group_by(day)
        .having(total != 0)
    )
    return await tx.rows(wanted)
