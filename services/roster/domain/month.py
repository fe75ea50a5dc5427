"""The month: what a team's contracted time went on, as finance is told of it; nobody's own figures are in it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Self
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint

from services.common.models import TeamOwned
from services.roster.domain.base import Base
from services.roster.domain.period import Period


def months_before(day: date, months: int) -> list[Period]:
    """So many calendar months that were over before this day, the latest first."""
    found, last = [], day.replace(day=1) - timedelta(days=1)
    for _ in range(months):
        found.append(Period(last.replace(day=1), last))
        last = last.replace(day=1) - timedelta(days=1)
    return found


class SummedMonth(TeamOwned, Base, table=True):
    """Minutes of one month of a team by what they were for; None where they would tell of few clients."""

    __table_args__ = (
        UniqueConstraint("team_id", "month_on", name="each_month_once"),
        CheckConstraint("extract(day from month_on) = 1", name="summed_month_begins_a_month"),
    )

    month_on: date
    contracted_minutes: int
    client_facing_minutes: int | None = None
    coordination_minutes: int | None = None
    travel_minutes: int | None = None
    meeting_minutes: int = 0
    training_minutes: int = 0
    protected_time_minutes: int = 0
    admin_minutes: int = 0

    @classmethod
    def begun(cls, team_id: UUID, month_on: date, minutes: Mapping[str, Any], now: datetime) -> Self:
        return cls(team_id=team_id, month_on=month_on, changed_at=now, **minutes)

    def follow(self, minutes: Mapping[str, Any], now: datetime) -> bool:
        """Whether something is known now that was not, such as a contact that came in late."""
        changed = {name: value for name, value in minutes.items() if getattr(self, name) != value}
        for name, value in changed.items():
            setattr(self, name, value)
        self.changed_at = now if changed else self.changed_at
        return bool(changed)

    def minutes(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in type(self).model_fields if name.endswith("_minutes")}
