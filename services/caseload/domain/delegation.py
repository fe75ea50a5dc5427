"""Delegation: what a registered nurse lets one person do for one client, as long as that person is competent."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.medicine import Medicine
from services.common.errors import Conflict, Forbidden, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Day, Input, NewId, day_in_england

# As hr names the role. Whoever has another, or none that is known yet, does what was delegated to them.
REGISTERED_NURSE = "registered_nurse"


class DelegatedTask(StrEnum):
    GIVE_MEDICINE = "give_medicine"


class NewDelegation(Input):
    """Who may give which client's medicine until when. That they can is hr's word."""

    id: NewId
    task: DelegatedTask
    medicine_id: UUID
    employee_id: UUID
    until_on: Day


class OnlyARegisteredNurse(Forbidden):
    """Medicines are written down, stopped, delegated and given against the rules by registered nurses alone."""

    way_out = "Ask a registered nurse of the team to do it. If you are one, ask HR to record your role in the team."

    def __init__(self) -> None:
        super().__init__("Only a registered nurse of the team may do this.")


class NotDelegated(Forbidden):
    """Assistants do delegated tasks only while authorised (mission row 6.29)."""

    field = "/body/medicine_id"
    way_out = "Ring a registered nurse of the team, who gives it, or delegates it once the competence is assessed."

    def __init__(self) -> None:
        super().__init__("Nobody had delegated this medicine of this client to this person at that time.")


class NotCompetent(Conflict):
    """A task is delegated to whoever was seen to do it safely, and signed off for it (hr's `competency`)."""

    field = "/body/employee_id"
    way_out = "Assess them and sign it off at hr (POST /v1/competencies); if that was just done, send this again."

    def __init__(self) -> None:
        super().__init__("Nobody has signed off that this person is competent for this task today.")


class DelegationOver(Unprocessable):
    """A delegation is for what is to come."""

    field = "/body/until_on"
    way_out = "Correct the day."

    def __init__(self) -> None:
        super().__init__("This day is over.")


class DelegationTooLong(Unprocessable):
    """Every delegation is looked at again after a while (rule `delegation.days`)."""

    field = "/body/until_on"
    way_out = "Give an earlier day, and delegate again when it has come."

    def __init__(self, days: int) -> None:
        super().__init__(f"A delegation holds for {days} days at the most.")


class DelegationAlreadyWithdrawn(Conflict):
    field = "/path/delegation_id"
    way_out = "Nothing needs to be done: nothing is delegated by it any more."

    def __init__(self) -> None:
        super().__init__("This delegation has been withdrawn.")


class MemberRole(Base, table=True):
    """What somebody works as in a team, by hr's word."""

    __tablename__ = "member_role"

    team_id: UUID = Field(primary_key=True)
    employee_id: UUID = Field(primary_key=True)
    role: str
    version: int


class Competence(Base, table=True):
    """What somebody was signed off for in a team, by hr's word."""

    __tablename__ = "competence"

    competency_id: UUID = Field(primary_key=True)
    team_id: UUID
    employee_id: UUID
    task: str
    assessed_by: UUID
    assessed_on: date
    until_on: date
    withdrawn_at: datetime | None = Field(default=None, sa_type=INSTANT)
    version: int

    def holds_at(self, at: datetime) -> bool:
        withdrawn = self.withdrawn_at is not None and self.withdrawn_at <= at
        return self.assessed_on <= day_in_england(at) <= self.until_on and not withdrawn


Index("ix_competence_of", col(Competence.employee_id), col(Competence.task))


class Delegation(TeamOwned, Base, table=True):
    """One person, one client, one task, until it ends or is withdrawn, and only while a competence holds beside it.

    The `competence_` columns are what was signed off when it was delegated.
    """

    client_id: UUID = Field(foreign_key="client.id", index=True)
    task: str
    medicine_id: UUID = Field(foreign_key="medicine.id")
    employee_id: UUID
    until_on: date
    competence_assessed_by: UUID
    competence_assessed_on: date
    competence_until_on: date
    # None in those from before hr told of competence.
    competency_id: UUID | None = None
    delegated_by: UUID | None
    delegated_at: datetime = Field(sa_type=INSTANT)
    withdrawn_at: datetime | None = Field(default=None, sa_type=INSTANT)
    withdrawn_by: UUID | None = None

    @classmethod
    def given(
        cls, new: NewDelegation, medicine: Medicine, rests_on: Competence, days: int, by: UUID | None, now: datetime
    ) -> Self:
        """Raises `DelegationOver` or `DelegationTooLong`."""
        today = day_in_england(now)
        if new.until_on < today:
            raise DelegationOver
        if new.until_on > today + timedelta(days=days):
            raise DelegationTooLong(days)
        about: dict[str, Any] = {"client_id": medicine.client_id, "team_id": medicine.team_id, "delegated_by": by}
        competence: dict[str, Any] = {
            "competency_id": rests_on.competency_id,
            "competence_assessed_by": rests_on.assessed_by,
            "competence_assessed_on": rests_on.assessed_on,
            "competence_until_on": rests_on.until_on,
        }
        return cls(**new.model_dump(), **about, **competence, delegated_at=now, changed_at=now)

    def withdraw(self, by: UUID | None, now: datetime) -> None:
        """Raises `DelegationAlreadyWithdrawn`."""
        if self.withdrawn_at is not None:
            raise DelegationAlreadyWithdrawn
        self.withdrawn_at, self.withdrawn_by, self.changed_at = now, by, now

    def holds_at(self, at: datetime) -> bool:
        withdrawn = self.withdrawn_at is not None and self.withdrawn_at <= at
        return self.delegated_at <= at and day_in_england(at) <= self.until_on and not withdrawn


only_states(Delegation, "task", DelegatedTask)
Index("ix_delegation_of", col(Delegation.medicine_id), col(Delegation.employee_id))
