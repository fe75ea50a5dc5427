"""Pause: a time within an episode of care when nobody visited, from when to when and why."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.client import EpisodeOfCare
from services.caseload.domain.discharge import Pause, PauseReason
from services.common.models import TeamOwned, only_states


class EpisodePause(TeamOwned, Base, table=True):
    """`until_on` is the day on which care went on, or ended."""

    client_id: UUID = Field(foreign_key="client.id")
    episode_of_care_id: UUID = Field(foreign_key="episode_of_care.id", index=True)
    from_on: date
    until_on: date | None = None
    reason: str
    paused_by: UUID | None

    @classmethod
    def of(cls, episode: EpisodeOfCare, pause: Pause, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"team_id": episode.team_id, "client_id": episode.client_id}
        when: dict[str, Any] = {"from_on": pause.paused_on, "reason": pause.reason}
        return cls(**about, **when, episode_of_care_id=episode.id, paused_by=by, changed_at=now)

    def end(self, on: date, now: datetime) -> None:
        self.until_on, self.changed_at = on, now


only_states(EpisodePause, "reason", PauseReason)
