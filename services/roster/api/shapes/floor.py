"""How the floor of safe staffing, and what is handed on, are shown."""

from datetime import date, datetime
from uuid import UUID

from services.common.types import Answer


class FloorOfWeekShape(Answer):
    """Hundredths of whole-time equivalents, or people with the skill that is named, on the worst day of the week."""

    week_on: date
    skill: str | None
    have: int
    need: int
    is_kept: bool


class TeamFloorShape(Answer):
    team_id: UUID
    weeks: list[FloorOfWeekShape]


class StaffingFloorShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    skill: str | None
    fewest: int
    from_on: date
    set_by: UUID | None


class FloorAlertShape(Answer):
    """From `week_on` the team will have less than it needs; closed once it will not."""

    id: UUID
    team_id: UUID
    version: int
    skill: str | None
    week_on: date
    have: int
    need: int
    raised_at: datetime
    closed_at: datetime | None


class HandOnShape(Answer):
    """The leaver is the client's named nurse, or else the deputy. `able_ids` may make all visits of the client."""

    client_id: UUID
    leaver_id: UUID
    as_named_nurse: bool
    leaves_on: date
    able_ids: list[UUID]


class HandOnListShape(Answer):
    team_id: UUID
    items: list[HandOnShape]
