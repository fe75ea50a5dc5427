"""How a job is shown. What was asked stays where it was asked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.common.types import Answer


class ProgressShape(Answer):
    """What was known after so many seconds: the best so far, and the bound that nothing can beat."""

    seconds: float
    best: int | None
    bound: int | None
    by: str


class JobShape(Answer):
    """`version` counts its states; `progress` and what goes with it change in between."""

    id: UUID
    team_id: UUID
    version: int
    kind: str
    state: str
    asked_by: UUID | None
    asked_seconds: int
    seed: int
    attempts: int
    best: int | None
    bound: int | None
    elapsed_milliseconds: int | None
    progress: list[ProgressShape]
    result: dict[str, Any] | None
    failure_code: str | None
    cancel_asked_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None


class JobEvent(Answer):
    """How a job stands at this moment."""

    version: int
    state: str
    attempts: int
    best: int | None
    bound: int | None
    elapsed_milliseconds: int | None
    cancel_asked_at: datetime | None
    failure_code: str | None
