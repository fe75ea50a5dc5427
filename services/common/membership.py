"""Who is in which team: every service's own copy, fed by events, looked up at every request."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.dialects.postgresql import insert

from services.common.db import Transaction


class MembershipFact(BaseModel):
    """The fields of a membership event that every service reads."""

    team_id: UUID
    employee_id: UUID
    from_on: date
    until_on: date | None = None


async def remember(transaction: Transaction, fact: MembershipFact) -> None:
    """Keep the newest state of one membership; an older event that arrives late changes nothing."""
    member = transaction.metadata.tables["team_member"]
    values = {
        "team_id": fact.team_id,
        "employee_id": fact.employee_id,
        "from_on": fact.from_on,
        "until_on": fact.until_on,
        "version": transaction.event_version,
    }
    newest = insert(member).values(**values)
    newest = newest.on_conflict_do_update(
        index_elements=["team_id", "employee_id"],
        set_={name: newest.excluded[name] for name in ("from_on", "until_on", "version")},
        where=member.c.version < newest.excluded.version,
    )
    await transaction.session.execute(newest)
