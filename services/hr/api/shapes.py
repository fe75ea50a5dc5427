"""What hr answers with. Explicit, so that a new column never leaks by itself."""

from datetime import date
from uuid import UUID

from services.common.paging import Page
from services.common.types import Answer


class EmployeeShape(Answer):
    """The whole file, for HR and for the person."""

    id: UUID
    version: int
    given_name: str
    family_name: str
    role: str
    title: str
    band: str | None
    phone: str | None
    skills: list[str]
    revalidation_due_on: date | None


class TeamMembershipShape(Answer):
    id: UUID
    version: int
    team_id: UUID
    employee_id: UUID
    role: str
    from_on: date
    until_on: date | None


class ColleagueShape(Answer):
    """Who somebody is to those outside: names and role, and in which teams, from when until when."""

    id: UUID
    version: int
    given_name: str
    family_name: str
    role: str
    memberships: list[TeamMembershipShape]


class TeamMemberShape(Answer):
    """A colleague as the team knows them: nothing of their file but names, title and skills."""

    # By which HR ends it, or lets somebody rejoin.
    membership_id: UUID
    employee_id: UUID
    given_name: str
    family_name: str
    role: str
    title: str
    skills: list[str]


class TeamMembers(Page[TeamMemberShape]):
    """Today's members, their number, and the bounds it should keep."""

    members: int
    max_members: int
    warn_below: int
    is_small: bool


class ContractShape(Answer):
    """`employment_contract_type` is the National Workforce Data Set code."""

    id: UUID
    version: int
    employee_id: UUID
    team_id: UUID
    kind: str
    employment_contract_type: str | None
    band: str
    role: str
    minutes_per_week: int
    from_on: date
    until_on: date | None
    home_employer: str | None
    return_guaranteed: bool
    recalled_on: date | None
    recall_reason: str | None


class EndingContract(Answer):
    contract_id: UUID
    employee_id: UUID
    kind: str
    until_on: date
    days_left: int


class ClearanceShape(Answer):
    employee_id: UUID
    may_visit_alone: bool
    ground: str
    since_on: date


class DbsCheckShape(Answer):
    id: UUID
    version: int
    employee_id: UUID
    team_id: UUID
    status: str
    status_on: date
    started_on: date
    submitted_on: date | None
    adult_first_clear: bool
    cleared_on: date | None
    update_service: bool
    waiting_on: str
    since_on: date


class CheckedShape(DbsCheckShape):
    clearance: ClearanceShape


class WaitingShape(Answer):
    """A clock, by ids alone. How a check stands is between HR and the person."""

    waiting_for: str
    id: UUID
    employee_id: UUID
    waiting_on: str
    since_on: date
    days: int
    escalation: str


class HoursShape(Answer):
    employee_id: UUID
    contracted_minutes: int
    rostered_minutes: int
    contact_minutes: int


class TotalsShape(Answer):
    """Time with clients is null outside the team: roster tells it, and knows how many clients it was."""

    contracted_minutes: int
    rostered_minutes: int
    contact_minutes: int | None


class TeamHours(Answer):
    """One week, Monday to Sunday. `totals` is null where too few people stand behind it for an outsider."""

    team_id: UUID
    from_on: date
    to_on: date
    lines: list[HoursShape]
    totals: TotalsShape | None
