"""How a visit plan is shown."""

from datetime import date
from uuid import UUID

from services.common.types import Answer


class WishesShape(Answer):
    liked: list[UUID] = []
    not_liked: list[UUID] = []


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
    window_from_minute: int | None
    window_until_minute: int | None
    hands: int
    second_hand_reason: str | None
    wishes: WishesShape
    from_on: date
    until_on: date | None
    set_by: UUID | None
