"""What is told that changes how much care a team can give."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.common.db import Transaction
from services.common.inbox import Subscription
from services.roster.usecases import swapping


class RecalledSecondment(BaseModel):
    employee_id: UUID
    team_id: UUID
    last_on: date
    leaves_team: bool


async def secondee_recalled(tx: Transaction, fact: RecalledSecondment) -> None:
    """Whoever has another contract with the team keeps what is planned of their time."""
    if fact.leaves_team:
        await swapping.open_what_is_left(tx, fact.team_id, fact.employee_id, fact.last_on)


SUBSCRIPTIONS: tuple[Subscription, ...] = (
    Subscription("hr.secondment.recalled.v1", RecalledSecondment, secondee_recalled, one_by_one=True),
)
