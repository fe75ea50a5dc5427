"""Queries about rates."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, or_, select
from sqlmodel import col

from services.common.db import Transaction
from services.finance.domain.rate import Rate, RateKind

COSTING = (RateKind.AFC_ANNUAL_PAY, RateKind.EMPLOYER_ON_COST, RateKind.WORKING_TIME)


def listed(*, kind: RateKind | None, on: date) -> Select[Any]:
    """The rates in force on this day, of one kind where asked."""
    still = or_(col(Rate.effective_to).is_(None), col(Rate.effective_to) >= on)
    wanted = select(Rate).where(col(Rate.effective_from) <= on, still)
    return wanted if kind is None else wanted.where(col(Rate.kind) == kind)


async def of_kinds(tx: Transaction, *kinds: RateKind) -> Sequence[Rate]:
    """Every rate of these kinds, whenever it is in force: a few dozen a year."""
    return await tx.all(select(Rate).where(col(Rate.kind).in_(kinds)))
