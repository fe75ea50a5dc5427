"""How a visit plan is shown."""

from datetime import date
from uuid import UUID

from services.common.types import Answer


class VisitPlanShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    purpose: str
    visits_per_four_weeks: int
    minutes: int
    role: str
    skills: list[str]
    days: list[str]
    channel: str
    from_on: date
    until_on: date | None
    set_by: UUID | None
