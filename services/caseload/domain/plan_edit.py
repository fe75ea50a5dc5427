"""Edit: what a part of a care plan said from a version on, by whom and since when; so that nobody's words are lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.care_plan import CarePlan, CarePlanLine
from services.caseload.domain.sync_conflict import InConflict
from services.common.models import INSTANT, Stored


class PlanEdit(Stored, Base, table=True):
    """Without a line it is whom the client rings. `is_settlement` where a person settled two versions."""

    team_id: UUID
    care_plan_id: UUID = Field(foreign_key="care_plan.id")
    line_id: UUID | None = None
    made_version: int
    content: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    made_by: UUID | None = None
    happened_at: datetime = Field(sa_type=INSTANT)
    device_id: UUID | None = None
    sequence: int | None = None
    operation_id: UUID | None = None
    is_settlement: bool = False

    @property
    def key(self) -> UUID:
        return self.operation_id or self.id


@dataclass
class PlanPart:
    """A part of a plan that people write anew: a line, or without one whom the client rings."""

    plan: CarePlan
    line: CarePlanLine | None = None

    @property
    def line_id(self) -> UUID | None:
        return self.line.id if self.line else None

    @property
    def content(self) -> dict[str, Any]:
        if self.line is None:
            return {"who_to_call": self.plan.who_to_call}
        return {"words": self.line.words, "intervention": self.line.intervention}

    @property
    def conflict_id(self) -> UUID | None:
        return self.line.conflict_id if self.line else self.plan.who_to_call_conflict_id

    def be_in_conflict(self, conflict_id: UUID | None) -> None:
        """The versions stand in this conflict; with none, it was settled."""
        if self.line is None:
            self.plan.who_to_call_conflict_id = conflict_id
        else:
            self.line.conflict_id, self.line.had_conflict = conflict_id, True

    def write(self, content: dict[str, Any], by: UUID | None) -> None:
        if self.line is None:
            self.plan.who_to_call = content["who_to_call"]
        else:
            self.line.words, self.line.written_by = content["words"], by
            self.line.intervention = content["intervention"] or self.line.intervention

    def require_no_conflict(self) -> None:
        """Raises `InConflict`."""
        if self.conflict_id is not None:
            raise InConflict


def unknown_to(edits: Sequence[PlanEdit], base_version: int, device_id: UUID) -> list[PlanEdit]:
    """The edits that somebody did not know of who wrote on this version: later ones, but for those of their own
    device, which were there before."""
    return [one for one in edits if one.made_version > base_version and one.device_id != device_id]


Index("ix_plan_edit_of", col(PlanEdit.care_plan_id), col(PlanEdit.line_id), col(PlanEdit.made_version))
