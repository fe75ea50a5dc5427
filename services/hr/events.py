"""What hr tells the others. Additive changes only; a breaking change is a new version beside the old."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.common.events import Event


class TeamMembershipChanged(Event):
    """The whole state of one membership: who belongs to which team, from when until when."""

    name: ClassVar[str] = "hr.team_membership.changed.v1"

    team_id: UUID
    employee_id: UUID
    role: str
    from_on: date
    until_on: date | None


class ContractAgreed(Event):
    """The whole state of one contract: as it was agreed, and once more with its new end when a secondee is recalled."""

    name: ClassVar[str] = "hr.contract.agreed.v1"

    contract_id: UUID
    employee_id: UUID
    team_id: UUID
    kind: str
    band: str
    role: str
    minutes_per_week: int
    from_on: date
    until_on: date | None


class SecondmentRecalled(Event):
    """The home employer calls a secondee back: `last_on` is the last day of the secondment.

    `leaves_team` says whether the place in the team ends with it; whoever has another contract with the team stays.
    """

    name: ClassVar[str] = "hr.secondment.recalled.v1"

    contract_id: UUID
    employee_id: UUID
    team_id: UUID
    last_on: date
    reason: str
    recalled_on: date
    leaves_team: bool


class ClearanceChanged(Event):
    """Whether somebody may visit alone. On what ground is hr's alone. The newest one of an employee holds."""

    name: ClassVar[str] = "hr.clearance.changed.v1"
    # What was cleared from an earlier day on still holds for the days before the newer one.
    key: ClassVar[tuple[str, ...]] = ("employee_id", "since_on")

    employee_id: UUID
    team_id: UUID
    may_visit_alone: bool
    since_on: date


class CompetencySignedOff(Event):
    """Somebody may do this task until its last day, where a registered nurse delegates it to them."""

    name: ClassVar[str] = "hr.competency.signed_off.v1"

    competency_id: UUID
    team_id: UUID
    employee_id: UUID
    task: str
    assessed_by: UUID
    assessed_on: date
    until_on: date


class CompetencyWithdrawn(Event):
    """The whole state once more, and since when nobody relies on it."""

    name: ClassVar[str] = "hr.competency.withdrawn.v1"

    competency_id: UUID
    team_id: UUID
    employee_id: UUID
    task: str
    assessed_by: UUID
    assessed_on: date
    until_on: date
    withdrawn_at: datetime


class OptOutChanged(Event):
    """The whole state of what somebody signed to work beyond 48 hours a week, once more with its end by notice."""

    name: ClassVar[str] = "hr.opt_out.changed.v1"

    opt_out_id: UUID
    team_id: UUID
    employee_id: UUID
    signed_on: date
    from_on: date
    until_on: date | None
