"""A team's caseload as a whole: its size, its weight, and what in it waits for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from pydantic import Field as Shape

from services.common.types import Input, Name


class ReviewReason(StrEnum):
    """Why the team looks at a client in its weekly review (mission row 2.11)."""

    NO_CONTACT = "no_contact"
    NO_PLAN = "no_plan"
    PLAN_OVERDUE = "plan_overdue"
    GOALS_MET = "goals_met"


class CaseloadWarning(StrEnum):
    UNDER_SIZE = "under_size"
    OVER_SIZE = "over_size"
    OVER_RATIO = "over_ratio"
    NURSE_OVER_LOAD = "nurse_over_load"
    PLAN_OVERDUE = "plan_overdue"
    NO_CONTACT = "no_contact"


class NameSearch(Input):
    """A name, or a part of one, however it is spelt. It travels in the body, so that it is in no URL and no log."""

    team_id: UUID
    name: Name = Shape(min_length=2)


@dataclass(frozen=True)
class Yardsticks:
    """What the rules of the day hold a caseload against."""

    size_from: int
    size_to: int
    most_per_member: int


@dataclass(frozen=True)
class NurseLoad:
    """Of how many clients in care somebody is the named nurse, and of how many the deputy."""

    employee_id: UUID
    named: int
    deputy: int
    is_over: bool


def per_member(size: int, members: int) -> float | None:
    """Clients to each member of the team, to one decimal place; none without a member."""
    return round(size / members, 1) if members else None


class Figures(Protocol):
    """What is counted in a caseload."""

    size: int
    members: int
    plans_overdue: int
    no_contact: int


def warnings(counted: Figures, load: Sequence[NurseLoad], limits: Yardsticks) -> list[CaseloadWarning]:
    """What the team should talk about; none of it stops anybody."""
    found = {
        CaseloadWarning.UNDER_SIZE: counted.size < limits.size_from,
        CaseloadWarning.OVER_SIZE: counted.size > limits.size_to,
        CaseloadWarning.OVER_RATIO: counted.size > counted.members * limits.most_per_member,
        CaseloadWarning.NURSE_OVER_LOAD: any(one.is_over for one in load),
        CaseloadWarning.PLAN_OVERDUE: counted.plans_overdue > 0,
        CaseloadWarning.NO_CONTACT: counted.no_contact > 0,
    }
    return [warning for warning, holds in found.items() if holds]
