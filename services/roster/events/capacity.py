"""What roster tells of a team's staffing: figures, and nobody's name."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.common.events import Event


class FloorFallen(Event):
    """From this week on the team would be below a floor of safe staffing; told once of each fall.

    `have` and `need` are hundredths of whole-time equivalents; or people, where a skill is named.
    """

    name: ClassVar[str] = "roster.floor.fallen.v1"

    floor_alert_id: UUID
    team_id: UUID
    skill: str | None
    week_on: date
    have: int
    need: int
    fallen_at: datetime


class FloorRestored(FloorFallen):
    """The team would not be below it any more. The figures are those of the fall as they were told last."""

    name: ClassVar[str] = "roster.floor.restored.v1"

    restored_at: datetime


class MonthSummed(Event):
    """A team's month that is over, in minutes by what they were for; once more where something came in late.

    Nobody's own figures are in it. What would tell of few clients is None; `travel_minutes` is an estimate.
    """

    name: ClassVar[str] = "roster.month.summed.v1"

    month_id: UUID
    team_id: UUID
    month_on: date
    contracted_minutes: int
    client_facing_minutes: int | None
    coordination_minutes: int | None
    travel_minutes: int | None
    meeting_minutes: int
    training_minutes: int
    protected_time_minutes: int
    admin_minutes: int
