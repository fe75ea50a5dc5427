"""Competency: what somebody was seen to do safely, by whom, and until when that may be relied on."""

from datetime import date, datetime, timedelta
from typing import Self
from uuid import UUID

from sqlmodel import Field

from services.common.errors import Conflict, Forbidden, Unprocessable
from services.common.models import INSTANT, TeamOwned
from services.common.types import Code, Day, Input, NewId, PastDay, day_in_england
from services.hr.domain.base import Base


class NewCompetency(Input):
    """A registered nurse saw somebody of the team do this task; `task` is a code such as `give_medicine`."""

    id: NewId
    team_id: UUID
    employee_id: UUID
    task: Code
    assessed_by: UUID
    assessed_on: PastDay
    until_on: Day


class CompetencyAssessedByOneself(Unprocessable):
    field = "/body/assessed_by"
    way_out = "Name the registered nurse who assessed them."

    def __init__(self) -> None:
        super().__init__("Nobody assesses their own competence.")


class AssessorNotRegistered(Unprocessable):
    """Whoever delegates answers for the competence of whom they delegate to (NMC Code 2018, section 11)."""

    field = "/body/assessed_by"
    way_out = "Name the registered nurse who assessed them; if they are one, have HR put it right in their file."

    def __init__(self) -> None:
        super().__init__("Only a registered nurse assesses competence.")


class SignedOffByAnother(Forbidden):
    """Nobody signs in another nurse's name; HR records what was signed on paper."""

    field = "/body/assessed_by"
    way_out = "Ask the nurse who assessed them to record it, or send the signed form to HR."

    def __init__(self) -> None:
        super().__init__("A nurse signs off only what she has assessed herself.")


class CompetencyOver(Unprocessable):
    field = "/body/until_on"
    way_out = "Correct the day, or have the competence assessed again."

    def __init__(self) -> None:
        super().__init__("This competence would be over already.")


class CompetencyTooLong(Unprocessable):
    """Every competence is looked at again after a while (rule `competency.days`)."""

    field = "/body/until_on"
    way_out = "Give an earlier day, and assess it again when it has come."

    def __init__(self, days: int) -> None:
        super().__init__(f"A competence holds for {days} days from its assessment at the most.")


class CompetencyAlreadyWithdrawn(Conflict):
    field = "/path/competency_id"
    way_out = "Nothing needs to be done: nobody relies on it any more."

    def __init__(self) -> None:
        super().__init__("This competence has been withdrawn.")


class Competency(TeamOwned, Base, table=True):
    """One person, one task: signed off, and held until its last day or until it is withdrawn."""

    employee_id: UUID = Field(foreign_key="employee.id", index=True)
    task: str
    assessed_by: UUID = Field(foreign_key="employee.id")
    assessed_on: date
    until_on: date
    recorded_by: str
    withdrawn_at: datetime | None = Field(default=None, sa_type=INSTANT)
    withdrawn_by: str | None = None

    @classmethod
    def signed_off(cls, new: NewCompetency, days: int, by: str, now: datetime) -> Self:
        """Raises `CompetencyAssessedByOneself`, `CompetencyOver` or `CompetencyTooLong`."""
        if new.assessed_by == new.employee_id:
            raise CompetencyAssessedByOneself
        if new.until_on < day_in_england(now):
            raise CompetencyOver
        if new.until_on > new.assessed_on + timedelta(days=days):
            raise CompetencyTooLong(days)
        return cls(**new.model_dump(), recorded_by=by, changed_at=now)

    def withdraw(self, by: str, now: datetime) -> None:
        """Raises `CompetencyAlreadyWithdrawn`."""
        if self.withdrawn_at is not None:
            raise CompetencyAlreadyWithdrawn
        self.withdrawn_at, self.withdrawn_by, self.changed_at = now, by, now
