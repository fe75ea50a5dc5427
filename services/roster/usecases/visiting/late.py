"""Late visits: whoever is alone at a door and does not say so in time is looked for by the team."""

from datetime import datetime, timedelta

from services.common.auth import SYSTEM
from services.common.db import Database
from services.common.rulebook import amounts
from services.roster.domain.rule import RuleCode
from services.roster.events import VisitLate
from services.roster.store import visiting as store

MOST_AT_ONCE = 50


async def tell_of_late_visits(database: Database, at: datetime | None = None) -> int:
    """Tell once of each visit that was to have begun, or ended, some minutes ago. How many there were."""
    async with database.transaction(SYSTEM) as tx:
        tx.now = at or tx.now
        minutes, hours = await amounts(tx, tx.today, RuleCode.LATE_AFTER, RuleCode.ROUND_HOURS)
        late = await store.late_visits(tx, timedelta(minutes=minutes), round_=timedelta(hours=hours), most=MOST_AT_ONCE)
        for visit in late:
            due_at = visit.be_late(tx.now)
            told = VisitLate(
                visit_id=visit.id,
                client_id=visit.client_id,
                team_id=visit.team_id,
                employee_id=visit.employee_id,
                due_at=due_at,
                has_begun=visit.started_at is not None,
            )
            tx.publish(told, about=visit)
    return len(late)
