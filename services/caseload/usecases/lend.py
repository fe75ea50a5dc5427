"""Lending: whoever is lent to a team for a shift works on its clients' records for that time, and never after."""

from datetime import datetime
from uuid import UUID

from services.caseload.domain.lent_shift import LentShift, access_of
from services.caseload.domain.rule import RuleCode
from services.caseload.store.lent_shifts import lent_at
from services.common.db import Transaction
from services.common.membership import require_members
from services.common.projections import keep_newest
from services.common.rulebook import amounts
from services.common.types import day_in_england


async def remember_lent_shift(
    tx: Transaction,
    *,
    shift_id: UUID,
    team_id: UUID,
    employee_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    is_cancelled: bool,
) -> None:
    """When this team's records are open to somebody of another; as the rules are on the day of the shift."""
    margins = await amounts(tx, day_in_england(starts_at), RuleCode.LOAN_BEFORE, RuleCode.LOAN_AFTER)
    opens, closes = access_of(starts_at, ends_at, *margins, is_cancelled=is_cancelled)
    about = {"shift_id": shift_id, "team_id": team_id, "employee_id": employee_id}
    await keep_newest(tx, LentShift, {**about, "access_from": opens, "access_until": closes})


async def require_there(tx: Transaction, team_id: UUID, at: datetime, people: dict[str, UUID]) -> None:
    """Each of these people belonged to the team on that day, or was lent to it at that time. Raises `NotInTheTeam`."""
    lent = await lent_at(tx, team_id, at)
    own = {field: person for field, person in people.items() if person not in lent}
    await require_members(tx, team_id, day_in_england(at), own)
