"""Queries about rules: the value that was in force on a day."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from services.common.db import Transaction
from services.hr.domain.rule import NoRuleInForce, Rule, RuleName


async def in_force(tx: Transaction, on: date) -> Sequence[Rule]:
    """Each rule's newest value that had begun by this day."""
    begun = select(Rule).where(col(Rule.from_on) <= on).ext(distinct_on(col(Rule.name)))
    return await tx.all(begun.order_by(col(Rule.name), col(Rule.from_on).desc()))


async def figures(tx: Transaction, on: date, *names: RuleName) -> list[int]:
    """The values of these rules on this day, in the order asked. Raises `NoRuleInForce`."""
    known = {rule.name: rule.value for rule in await in_force(tx, on)}
    for name in names:
        if name not in known:
            raise NoRuleInForce(name)
    return [known[name] for name in names]
