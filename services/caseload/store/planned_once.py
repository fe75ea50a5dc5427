"""Large statements, of which each costs more to plan than to run: a connection plans them once, and not for each of
their values."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Executable, text

from services.common.db import Transaction

# Until the transaction ends. Only for what an index leads to whatever the values are.
ONCE = text("set local plan_cache_mode = force_generic_plan")


async def rows_planned_once(tx: Transaction, wanted: Executable, values: Mapping[str, Any]) -> Sequence[Any]:
    """As `Transaction.rows`, in one more statement that asks nothing."""
    await tx.session.execute(ONCE)
    return await tx.rows(wanted, values)
