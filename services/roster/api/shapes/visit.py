"""How a visit is shown, and a day of them."""

from datetime import datetime
from uuid import UUID

from services.common.types import Answer


class VisitShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    employee_id: UUID
    accompanied_by: UUID | None
    visit_plan_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    channel: str
    purpose: str
    status: str
    cancel_reason: str | None
    care_contact_id: UUID | None
    done_at: datetime | None
    planned_by: UUID | None


class DayOfVisits(Answer):
    """One day of a team, whole and in order."""

    items: list[VisitShape]
