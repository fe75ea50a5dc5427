"""Who is in which team: every service's own copy, fed by events, looked up at every request."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.common.db import Transaction
from services.common.projections import keep_newest


class MembershipFact(BaseModel):
    """The fields of a membership event that every service reads."""

    team_id: UUID
    employee_id: UUID
    from_on: date
    until_on: date | None = None


async def remember(transaction: Transaction, fact: MembershipFact) -> None:
    """Keep the newest state of one membership; an older event that arrives late changes nothing."""
    values = fact.model_dump(include={"team_id", "employee_id", "from_on", "until_on"})
    await keep_newest(transaction, transaction.metadata.tables["team_member"], values)
