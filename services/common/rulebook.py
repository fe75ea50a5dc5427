"""Looking rules up: by the day that they are applied to, and as anybody who is held to them may read them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

from fastapi import Depends
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from services.common.access import PARTNERS, Requires
from services.common.auth import Persona
from services.common.db import Transaction
from services.common.http import api_router
from services.common.rules import NoRuleInForce, NotAWholeMonth, Rule
from services.common.types import Answer, Day

SMALLEST_CELL = "figures.smallest_cell"


async def rules_in_force(tx: Transaction, day: date) -> Sequence[Rule]:
    """Each rule's newest row that had begun by this day."""
    table = tx.metadata.tables["rule"]
    begun = select(table).where(table.c.from_on <= day).ext(distinct_on(table.c.code))
    return [Rule(**row._mapping) for row in await tx.rows(begun.order_by(table.c.code, table.c.from_on.desc()))]


async def rule_in_force(tx: Transaction, code: str, day: date, *, field: str = NoRuleInForce.field) -> Rule:
    """Raises `NoRuleInForce`, naming the field that the day came from."""
    found = next((rule for rule in await rules_in_force(tx, day) if rule.code == code), None)
    if found is None:
        raise NoRuleInForce(code, field)
    return found


async def amounts(tx: Transaction, day: date, *codes: str) -> list[int]:
    """What these rules say on this day, in the order asked. Raises `NoRuleInForce`."""
    known = {rule.code: rule.amount for rule in await rules_in_force(tx, day)}
    for code in codes:
        if code not in known:
            raise NoRuleInForce(code, NoRuleInForce.field)
    return [known[code] for code in codes]


async def smallest_cell(tx: Transaction) -> int:
    """The fewest people or events that a figure may stand on for this caller (mission row 8.13).

    Nothing is hidden from the team itself.
    """
    return 0 if tx.actor.is_team_bound else (await amounts(tx, tx.today, SMALLEST_CELL))[0]


def require_fixed_period(tx: Transaction, from_on: date, to_on: date) -> None:
    """Outside the team a figure is of one whole calendar month that is over, so that no two figures differ by a few.

    Raises `NotAWholeMonth`.
    """
    last = (from_on.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if not tx.actor.is_team_bound and (from_on.day != 1 or to_on != last or last >= tx.today):
        raise NotAWholeMonth


class RuleAnswer(Answer):
    code: str
    from_on: date
    amount: int
    per: int
    unit: str
    source: str
    status: str


class Rules(BaseModel):
    items: list[RuleAnswer]


router = api_router(tags=["rules"])
ByAnybodyHere = Annotated[Transaction, Depends(Requires(*(set(Persona) - PARTNERS)))]


@router.get("/rules", response_model=Rules)
async def list_rules(tx: ByAnybodyHere, as_of: Day | None = None) -> object:
    """The limits, shares and terms that this service keeps on a day, each with its source and how sure we are of it."""
    return {"items": await rules_in_force(tx, as_of or tx.today)}
