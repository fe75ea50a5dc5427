"""Booking without a clash: writers take turns by person and by client, and the database has the last word."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

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
