"""Member skill: what a member of a team can do, by the team's own word."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import ValidationInfo, field_validator
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, col

from services.common.errors import Conflict
from services.common.models import TeamOwned
from services.common.types import Code, Day, Input, NewId
from services.roster.domain.base import Base


class NewMemberSkill(Input):
    """Somebody can do this from a day on, and to a last day where it is known."""

    id: NewId
    team_id: UUID
    employee_id: UUID
    skill: Code
    from_on: Day
    until_on: Day | None = None

    @field_validator("until_on")
    @classmethod
    def _not_before_it_begins(cls, until_on: date | None, info: ValidationInfo) -> date | None:
        from_on = info.data.get("from_on")
        if until_on is not None and from_on is not None and until_on < from_on:
            raise ValueError("must not be before from_on")
        return until_on


class EndOfSkill(Input):
    """The last day on which the team relies on it."""

    until_on: Day


class SkillSaidAlready(Conflict):
    """The same is said once."""

    field = "/body/skill"
    way_out = "Look at this person's skills; end the one that began on that day, or name another first day."

    def __init__(self) -> None:
        super().__init__("The team has said already that this person can do this from that day on.")


class SkillEndsBeforeItBegins(Conflict):
    """Whoever could do it for a while could do it for a day at least."""

    field = "/body/until_on"
    way_out = "Name the first day or a later one."

    def __init__(self) -> None:
        super().__init__("This skill began after that day.")


class MemberSkill(TeamOwned, Base, table=True):
    """A skill of one member, from its first day to its last. Hr's word on a task is `Competence`."""

    employee_id: UUID
    skill: str
    from_on: date
    until_on: date | None = Field(default=None)
    said_by: UUID | None

    @classmethod
    def said(cls, new: NewMemberSkill, by: UUID | None, now: datetime) -> Self:
        return cls(**new.model_dump(), said_by=by, changed_at=now)

    def end(self, until_on: date, now: datetime) -> None:
        """Raises `SkillEndsBeforeItBegins`."""
        if until_on < self.from_on:
            raise SkillEndsBeforeItBegins
        self.until_on, self.changed_at = until_on, now


_table = MemberSkill.__table__  # type: ignore[attr-defined]
_table.append_constraint(CheckConstraint("until_on is null or until_on >= from_on", name="member_skill_runs_forwards"))
_table.append_constraint(UniqueConstraint("team_id", "employee_id", "skill", "from_on", name="member_skill_said_once"))
Index("ix_member_skill_of", col(MemberSkill.team_id), col(MemberSkill.employee_id), col(MemberSkill.id))
