"""Booking without a clash: writers take turns by person and by client, and the database has the last word."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from services.common.db import Transaction
from services.common.errors import Conflict
from services.roster.domain.shift import ShiftClash
from services.roster.domain.visit import ClientAlreadyVisited, NurseAlreadyBooked

CLASHES: Mapping[str, Callable[[], Conflict]] = {
    "shift_one_at_a_time": ShiftClash,
    "visit_one_at_a_time": ClientAlreadyVisited,
    "attendance_one_at_a_time": NurseAlreadyBooked,
}


async def take_turns(tx: Transaction, *who: UUID | None) -> None:
    """Wait for whoever books the same people, until this transaction ends.

    Two that insert at once may each wait for the other's exclusion constraint, which PostgreSQL ends as a deadlock;
    taking turns in one order makes the second see the first and be refused.
    """
    keys = sorted({int.from_bytes(one.bytes[8:], signed=True) for one in who if one is not None})
    await tx.session.execute(select(*(func.pg_advisory_xact_lock(key) for key in keys)))


@asynccontextmanager
async def without_clash(tx: Transaction) -> AsyncIterator[None]:
    """Write what is changed inside. Raises the refusal that a broken exclusion constraint stands for."""
    try:
        async with tx.session.begin_nested():
            yield
    except IntegrityError as error:
        refusal = CLASHES.get(_constraint(error))
        if refusal is None:
            raise
        raise refusal() from error


def _constraint(error: IntegrityError) -> str:
    return str(getattr(error.orig.__cause__, "constraint_name", "")) if error.orig else ""
