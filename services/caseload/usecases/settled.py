"""Of which period figures are told, and until when what happened is counted: the same question has the same answer."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.caseload.domain.feedback import quarter_of, told_quarter
from services.caseload.domain.rule import RuleCode
from services.caseload.domain.settled import closing, require_closed
from services.common.db import Transaction
from services.common.rulebook import amounts


@dataclass(frozen=True)
class Quarter:
    """A calendar quarter, and the instant until which what was written counts: now, for the team itself."""

    first: date
    last: date
    until: datetime


async def quarter_told(tx: Transaction, as_of: date | None, *, after_days: int = 0) -> Quarter:
    """The quarter that is asked for; `after_days` is what its events take to come out. Raises `QuarterNotOver`.

    Outside the team it is one whose figures are closed.
    """
    inside = tx.actor.is_team_bound
    days = after_days + (await amounts(tx, tx.today, RuleCode.SETTLED_DAYS))[0]
    first = told_quarter(as_of, tx.today if inside else tx.today - timedelta(days=days), outside=not inside)
    last = quarter_of(first + timedelta(days=100)) - timedelta(days=1)
    return Quarter(first, last, tx.now if inside else closing(last, days))


async def month_closed(tx: Transaction, last: date) -> datetime:
    """Until when what was written counts for a month that ends on this day. Raises `NotSettledYet`."""
    if tx.actor.is_team_bound:
        return tx.now
    (days,) = await amounts(tx, tx.today, RuleCode.SETTLED_DAYS)
    at = closing(last, days)
    require_closed(at, tx.now)
    return at
