"""What governance tells the others. Additive changes only; a breaking change is a new version beside the old."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.common.events import Event


class Subject(BaseModel):
    """A record that a decision is about, such as a referral."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    id: UUID


class DecisionAdopted(Event):
    name: ClassVar[str] = "governance.decision.adopted.v1"

    decision_id: UUID
    team_id: UUID
    subjects: list[Subject]
    adopted_on: date
    agree: int
    can_live_with: int
