"""Limits and thresholds, as anybody who is held to them may read them."""

from collections.abc import Sequence
from datetime import date

from services.common.db import Transaction
from services.hr.domain.rule import Rule
from services.hr.store import rules


async def list_rules(tx: Transaction, as_of: date | None) -> Sequence[Rule]:
    """The rules in force on a day, today where none is given."""
    return await rules.in_force(tx, as_of or tx.today)
