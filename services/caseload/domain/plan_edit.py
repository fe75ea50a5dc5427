"""Edit: what somebody said of a part of a care plan, and since when it was shown, so that nobody's words are lost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, Integer
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.care_plan import CarePlan, CarePlanLine
from services.caseload.domain.sync_conflict import InConflict
from services.common.models import INSTANT, Stored

# Before every version that somebody can have made a change on.
BEGINNING = -1


class PlanEdit(Stored, Base, table=True):
    """Without a line it is whom the client rings. What the plan said first is the edit on which the others rest.

    `content` is what was said: what is null in it was left as it was. `is_settlement` where a person settled two
    versions.
    """

    team_id: UUID
    care_plan_id: UUID = Field(foreign_key="care_plan.id")
    line_id: UUID | None = None
    content: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    made_by: UUID | None = None
    happened_at: datetime = Field(sa_type=INSTANT)
    # The version of the plan that whoever said it had before them, and the one that there was when it came.
    base_version: int
    known_from: int
    # The versions of the plan from which on it was shown; none where something else stood in its place when it came.
    shown_from: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))
    device_id: UUID | None = None
    sequence: int | None = None
    operation_id: UUID | None = None
    is_settlement: bool = False

    @property
    def key(self) -> UUID:
        """What tells two apart that were said at once."""
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

    def first(self) -> PlanEdit:
        """What it says before anybody has written it anew."""
        by = self.line.written_by if self.line else self.plan.written_by
        return self._edit(
            content=self.content,
            made_by=by,
            happened_at=self.plan.changed_at,
            base_version=BEGINNING,
            known_from=BEGINNING,
            shown_from=[0],
        )

    def said(self, content: dict[str, Any], by: UUID | None, at: datetime, **more: Any) -> PlanEdit:
        """On the version that there is, unless `base_version` is another."""
        made: dict[str, Any] = {"base_version": self.plan.version, **more}
        known: dict[str, Any] = {"known_from": self.plan.version, "shown_from": []}
        return self._edit(content=content, made_by=by, happened_at=at, **made, **known)

    def _edit(self, **said: Any) -> PlanEdit:
        return PlanEdit(team_id=self.plan.team_id, care_plan_id=self.plan.id, line_id=self.line_id, **said)

    def show(self, content: dict[str, Any], by: UUID | None) -> None:
        if self.line is None:
            self.plan.who_to_call = content["who_to_call"]
        else:
            self.line.words, self.line.intervention = content["words"], content["intervention"]
            self.line.written_by = by

    def require_no_conflict(self) -> None:
        """Raises `InConflict`."""
        if self.conflict_id is not None:
            raise InConflict


Index("ix_plan_edit_of", col(PlanEdit.care_plan_id), col(PlanEdit.line_id), col(PlanEdit.id))
