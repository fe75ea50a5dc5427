"""Clearance: whether somebody may visit alone, as their DBS checks answer it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from services.common.models import TeamOwned, only_states
from services.hr.domain.base import Base
from services.hr.domain.dbs_check import DbsCheck, DbsStatus


class Ground(StrEnum):
    """Why somebody may visit alone, or may not. Adult First allows supervised work only, so it changes nothing."""

    DBS_CLEAR = "dbs_clear"
    DBS_IN_PROGRESS = "dbs_in_progress"
    DBS_CONTENT = "dbs_content"
    DBS_REFUSED = "dbs_refused"


DECIDED: dict[str, Ground] = {
    DbsStatus.CLEAR: Ground.DBS_CLEAR,
    DbsStatus.CONTENT: Ground.DBS_CONTENT,
    DbsStatus.REFUSED: Ground.DBS_REFUSED,
}


@dataclass(frozen=True)
class Answer:
    """May this person visit alone? On what ground, since which day?"""

    ground: Ground
    since_on: date

    @property
    def may_visit_alone(self) -> bool:
        return self.ground is Ground.DBS_CLEAR


def answer_of(checks: Sequence[DbsCheck]) -> Answer:
    """The newest check with a result decides; one in progress stops nobody who was clear before it.

    `checks` are all of one person, at least one, oldest first.
    """
    decided = [check for check in checks if check.status in DECIDED]
    if decided:
        return Answer(DECIDED[decided[-1].status], decided[-1].status_on)
    return Answer(Ground.DBS_IN_PROGRESS, checks[0].started_on)


class Clearance(TeamOwned, Base, table=True):
    """The present answer for one person; its version puts the answers in order."""

    employee_id: UUID = Field(foreign_key="employee.id", unique=True)
    may_visit_alone: bool
    ground: str
    since_on: date

    @classmethod
    def given(cls, check: DbsCheck, answer: Answer, now: datetime) -> Self:
        return cls(
            employee_id=check.employee_id,
            team_id=check.team_id,
            may_visit_alone=answer.may_visit_alone,
            ground=answer.ground,
            since_on=answer.since_on,
            changed_at=now,
        )

    def change(self, check: DbsCheck, answer: Answer, now: datetime) -> None:
        self.team_id, self.changed_at = check.team_id, now
        self.may_visit_alone, self.ground, self.since_on = answer.may_visit_alone, answer.ground, answer.since_on


only_states(Clearance, "ground", Ground)
Clearance.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint(f"may_visit_alone = (ground = '{Ground.DBS_CLEAR}')", name="clearance_only_when_clear")
)
