"""What hr listens to. Each model names only the fields hr reads."""

from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from services.common import membership
from services.common.db import Transaction
from services.common.inbox import Subscription
from services.hr import usecases


class PlannedShift(BaseModel):
    shift_id: UUID
    team_id: UUID
    employee_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    unpaid_break_minutes: int
    # Roster has not always told of it.
    status: str = "planned"


class RecordedContact(BaseModel):
    care_contact_id: UUID
    team_id: UUID
    employee_id: UUID
    started_at: AwareDatetime
    minutes: int


async def remember_shift(tx: Transaction, fact: PlannedShift) -> None:
    await usecases.remember_shift(tx, **fact.model_dump())


async def remember_contact(tx: Transaction, fact: RecordedContact) -> None:
    await usecases.remember_contact(tx, **fact.model_dump())


# hr hears its own memberships too, so that its copy is fed as everybody's is.
SUBSCRIPTIONS = (
    membership.SUBSCRIPTION,
    Subscription("roster.shift.planned.v1", PlannedShift, remember_shift, read_model=True),
    Subscription("caseload.care_contact.recorded.v1", RecordedContact, remember_contact, read_model=True),
)
