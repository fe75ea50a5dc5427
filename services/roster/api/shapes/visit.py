"""How a visit is shown, and a day of them."""

from datetime import date, datetime
from uuid import UUID

from services.common.types import Answer


class VisitShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    employee_id: UUID
    accompanied_by: UUID | None
    second_hand_reason: str | None
    visit_plan_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    channel: str
    purpose: str
    status: str
    window_from_minute: int | None
    window_until_minute: int | None
    series_id: UUID | None
    occurrence_on: date | None
    override_words: str | None
    overrode: list[str]
    confirmed_at: datetime | None
    told_how: str | None
    started_at: datetime | None
    late_alerted_at: datetime | None
    not_done_reason: str | None
    not_done_at: datetime | None
    cancel_reason: str | None
    care_contact_id: UUID | None
    done_at: datetime | None
    planned_by: UUID | None


class ForeseenShape(VisitShape):
    """With what to know of its time and its people: `agency_is_there`, `not_liked`. Nothing was refused for it."""

    warnings: list[str]


class DayOfVisits(Answer):
    """One day of a team, whole and in order."""

    items: list[VisitShape]
