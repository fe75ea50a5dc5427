"""Staff file: who works for the teams on a day, in the elements and codes of the National Workforce Data Set.

One row is one contract: an assignment. What hr does not hold, such as a registration number, is not told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from services.hr.domain.base import Role
from services.hr.domain.contract import Contract, ContractKind
from services.hr.domain.employee import Employee
from services.hr.domain.team_membership import TeamMembership

# The elements that can be told, as the data set names them, with the longest value that each takes.
ELEMENTS = {
    "POSITION IDENTIFIER": 32,
    "ORGANISATION IDENTIFIER (EMPLOYER)": 5,
    "EMPLOYEE LOCAL IDENTIFIER": 32,
    "PERSON FAMILY NAME": 35,
    "PERSON GIVEN NAME (FIRST)": 35,
    "JOB ROLE TITLE (POSITION)": 70,
    "PAYSCALE DESCRIPTION": 255,
    "PROFESSIONAL REGISTRATION BODY CODE": 2,
    "PROFESSIONAL REGISTRATION EXPIRY DATE": 10,
    "ASSIGNMENT STATUS": 2,
    "ASSIGNMENT TYPE": 2,
    "ASSIGNMENT CONTRACTED FTE": 4,
    "ASSIGNMENT LAST WORKING DATE": 10,
    "EMPLOYMENT CONTRACT TYPE": 2,
    "EMPLOYMENT CONTRACT WORKING HOURS": 6,
    "EMPLOYMENT CONTRACT START DATE": 10,
    "EMPLOYMENT CONTRACT END DATE": 10,
    "STAFF GROUP STANDARD HOURS": 5,
}
# Headings as they are without a layout of the customer's own.
LAYOUT = {name: name for name in ELEMENTS}
# PROFESSIONAL REGISTRATION BODY CODE: Nursing and Midwifery Council, Social Work England.
REGISTERED_WITH = {Role.REGISTERED_NURSE: "09", Role.SOCIAL_WORKER: "18"}
# ASSIGNMENT STATUS: Active Assignment, which one that is over, or still to come, is not.
# ASSIGNMENT TYPE: full-time, part-time.
ACTIVE, FULL_TIME, PART_TIME = "02", "01", "02"
MINUTES = Decimal(60)
CENT = Decimal("0.01")
# A spreadsheet takes what begins so for a formula, and runs it.
FORMULA = ("=", "+", "-", "@")


@dataclass(frozen=True)
class StaffRule:
    """What a row has to keep. Where `refuses`, the row is left out of the file."""

    code: str
    element: str
    reason: str
    way_out: str
    refuses: bool = True


@dataclass(frozen=True)
class StaffFault:
    """A rule that one person's row breaks; of whom, by id alone."""

    rule: StaffRule
    employee_id: UUID
    team_id: UUID


SECONDEE = StaffRule(
    "staff_secondee",
    "EMPLOYMENT CONTRACT TYPE",
    "A secondee is returned by the home employer.",
    "Nothing needs to be done, unless the secondment has become a contract of its own.",
)
NO_CONTRACT = StaffRule(
    "staff_member_without_contract",
    "EMPLOYMENT CONTRACT START DATE",
    "Somebody belongs to the team and has no contract with it on this day.",
    "Record the contract, or the last day in the team.",
)
NO_MEMBERSHIP = StaffRule(
    "staff_contract_without_membership",
    "ASSIGNMENT LAST WORKING DATE",
    "A contract is in force of somebody who does not belong to its team on this day.",
    "Record when they joined the team, or the contract that follows this one.",
    refuses=False,
)
NO_REVALIDATION = StaffRule(
    "staff_registration_without_end",
    "PROFESSIONAL REGISTRATION EXPIRY DATE",
    "A registered nurse has no day by which registration is to be renewed.",
    "Record revalidation_due_on in the employee's file.",
    refuses=False,
)
TOO_LONG = StaffRule(
    "staff_too_long",
    "PERSON FAMILY NAME",
    "A name or a title is longer than the element takes.",
    "Shorten it in the employee's file as the person and HR agree.",
)
LOOKS_LIKE_FORMULA = StaffRule(
    "staff_formula",
    "PERSON FAMILY NAME",
    "A name or a title begins as a formula of a spreadsheet does.",
    "Put the name or the title right in the employee's file.",
)
Row = dict[str, str]


def require_known(columns: Mapping[str, str]) -> dict[str, str]:
    """Raises `ValueError` for a layout that names nothing, or an element that cannot be told."""
    unknown = sorted(set(columns.values()) - set(ELEMENTS))
    if unknown or not columns:
        raise ValueError(f"name columns of these elements alone: {', '.join(ELEMENTS)}")
    return dict(columns)


@dataclass(frozen=True)
class StaffFile:
    """The file of one day. `full_time` are the minutes of a whole week's work."""

    day: date
    employer: str
    full_time: int

    def row(self, employee: Employee, contract: Contract, membership: TeamMembership | None) -> Row:
        """One assignment."""
        hours = Decimal(contract.minutes_per_week) / MINUTES
        ends = (contract.until_on, membership.until_on if membership else None)
        until_on = min((day for day in ends if day is not None), default=None)
        is_worked = contract.from_on <= self.day <= (until_on or self.day)
        return {
            "POSITION IDENTIFIER": contract.id.hex,
            "ORGANISATION IDENTIFIER (EMPLOYER)": self.employer,
            "EMPLOYEE LOCAL IDENTIFIER": employee.id.hex,
            "PERSON FAMILY NAME": employee.family_name,
            "PERSON GIVEN NAME (FIRST)": employee.given_name,
            "JOB ROLE TITLE (POSITION)": employee.title,
            "PAYSCALE DESCRIPTION": f"Band {contract.band}",
            "PROFESSIONAL REGISTRATION BODY CODE": REGISTERED_WITH.get(Role(contract.role), ""),
            "PROFESSIONAL REGISTRATION EXPIRY DATE": _day(employee.revalidation_due_on),
            "ASSIGNMENT STATUS": ACTIVE if is_worked else "",
            "ASSIGNMENT TYPE": FULL_TIME if contract.minutes_per_week >= self.full_time else PART_TIME,
            "ASSIGNMENT CONTRACTED FTE": str((Decimal(contract.minutes_per_week) / self.full_time).quantize(CENT)),
            "ASSIGNMENT LAST WORKING DATE": _day(until_on),
            "EMPLOYMENT CONTRACT TYPE": contract.employment_contract_type or "",
            "EMPLOYMENT CONTRACT WORKING HOURS": str(hours.quantize(CENT)),
            "EMPLOYMENT CONTRACT START DATE": contract.from_on.isoformat(),
            "EMPLOYMENT CONTRACT END DATE": _day(contract.until_on),
            "STAFF GROUP STANDARD HOURS": str((Decimal(self.full_time) / MINUTES).quantize(CENT)),
        }

    def faults(self, employee: Employee, contract: Contract, membership: TeamMembership | None) -> list[StaffFault]:
        """The rules that this row breaks."""
        row = self.row(employee, contract, membership)
        nurse = contract.role == Role.REGISTERED_NURSE
        names = (employee.family_name, employee.given_name, employee.title)
        broken = (
            (SECONDEE, contract.kind == ContractKind.SECONDMENT),
            (TOO_LONG, any(len(value) > ELEMENTS[name] for name, value in row.items())),
            (LOOKS_LIKE_FORMULA, any(name.startswith(FORMULA) for name in names)),
            (NO_MEMBERSHIP, membership is None and contract.kind != ContractKind.BANK),
            (NO_REVALIDATION, nurse and employee.revalidation_due_on is None),
        )
        return [StaffFault(rule, employee.id, contract.team_id) for rule, is_broken in broken if is_broken]


def no_contract(member: TeamMembership) -> StaffFault:
    """Of a member of a team who has no contract with it."""
    return StaffFault(NO_CONTRACT, member.employee_id, member.team_id)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
