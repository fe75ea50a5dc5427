"""Loading rules in a migration: a new value is a new row with a later first day, never a changed one."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from alembic import op

COLUMNS = ("code", "from_on", "amount", "per", "unit", "source", "status")
NewRule = tuple[str, date, int, int, str, str, str]


def load(rules: Sequence[NewRule]) -> None:
    """Add rows of code, first day, amount, per, unit, source and status."""
    table: sa.TableClause = sa.table("rule", *(sa.column(name) for name in COLUMNS))
    op.bulk_insert(table, [dict(zip(COLUMNS, rule, strict=True)) for rule in rules])
