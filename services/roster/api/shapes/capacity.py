"""How the weeks ahead, and vacancies, are shown."""

from datetime import date
from uuid import UUID

from services.common.types import Answer
from services.roster.api.shapes.team import ShareShape


class DayAheadShape(Answer):
    """`gap_minutes` is what is asked beyond the planned shifts; null, as they are, where the week has none yet."""

    on: date
    asked_minutes: float
    on_shift_minutes: int | None
    gap_minutes: float | None


class WeekAheadShape(Answer):
    """Minutes of one week. `asked_minutes` are those with clients, of travel and of indirect work; `load` is their
    share of the capacity, which is contracted time less leave and less what is set aside. Vacant time stands apart.

    Outside the team a week is its light, contracts and vacancies; the light is null where the clients are few.
    """

    from_on: date
    to_on: date
    light: str | None
    contracted_minutes: float
    vacant_minutes: float
    client_minutes: float | None = None
    travel_minutes: float | None = None
    indirect_minutes: float | None = None
    asked_minutes: float | None = None
    leave_minutes: int | None = None
    away_minutes: int | None = None
    capacity_minutes: float | None = None
    load: ShareShape | None = None
    days: list[DayAheadShape] = []


class WeeksAheadShape(Answer):
    team_id: UUID
    weeks: list[WeekAheadShape]


class CapacityShareShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    with_team_id: UUID
    from_on: date
    ended_on: date | None


class VacancyShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    minutes_per_week: int
    role: str
    skills: list[str]
    from_on: date
    filled_on: date | None


class TriedVisitShape(Answer):
    """One visit on one day; `visit` is its kind, by its place in the question. Without people it does not fit, and
    `why` says so. `start_minute` counts from midnight. `is_new_face` is null where no client is named."""

    visit: int
    fits: bool
    employee_ids: list[UUID]
    start_minute: int | None
    extra_travel_minutes: float
    is_new_face: bool | None
    gap_minutes: int
    why: str | None


class TriedDayShape(Answer):
    on: date
    gap_minutes: int
    visits: list[TriedVisitShape]


class TypicalWeekShape(Answer):
    from_on: date
    to_on: date


class WhatIfShape(Answer):
    """`gap_minutes` is what is missing: of the visits that do not fit, with the way there."""

    team_id: UUID
    typical_week: TypicalWeekShape
    fits: bool
    gap_minutes: int
    days: list[TriedDayShape]
