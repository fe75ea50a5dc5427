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


class MeetingActionAgreed(Event):
    """To whoever keeps the client's tasks: who does what by when, as the team agreed at its meeting."""

    name: ClassVar[str] = "governance.meeting_action.agreed.v1"

    meeting_action_id: UUID
    meeting_id: UUID
    team_id: UUID
    client_id: UUID
    employee_id: UUID
    task: str
    due_on: date
    agreed_by: UUID | None
