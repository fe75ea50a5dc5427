"""The rule in force on a day."""

from datetime import date

from sqlalchemy import select
from sqlmodel import col

from services.common.db import Transaction
from services.governance.domain.rule import NoRuleOnThatDay, Rule, RuleCode


async def in_force(tx: Transaction, code: RuleCode, day: date, *, field: str = "/query/as_of") -> Rule:
    """Raises `NoRuleOnThatDay`, naming the field that the day came from."""
    wanted = select(Rule).where(col(Rule.code) == code, col(Rule.from_on) <= day)
    found: Rule | None = await tx.session.scalar(wanted.order_by(col(Rule.from_on).desc()).limit(1))
    if found is None:
        raise NoRuleOnThatDay(code, field)
    return found
