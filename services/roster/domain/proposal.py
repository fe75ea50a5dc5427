"""What a team asks of a solver about its rota, and what it is told."""

from datetime import date, timedelta
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from services.common.errors import Conflict
from services.common.types import Day, Input
from services.roster.domain.rota.problem import Problem
from services.roster.domain.rota_version.duty_type import DutyCode

Seconds = Annotated[int, Field(strict=True, ge=1, le=120)]
FewSeconds = Annotated[int, Field(strict=True, ge=1, le=30)]
Seed = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]


class ProposalsAsked(Input):
    """How long may be looked for the first proposal, from which seed, and which version they are to stay near to.

    What is pinned in that version stays, and each other change of it has the team's price of a change.
    """

    seconds: Seconds = 10
    seed: Seed = 1
    near_version_id: UUID | None = None


class RepairAsked(Input):
    """Who of the published rota is away, from which day to which."""

    employee_id: UUID
    from_on: Day
    to_on: Day
    seconds: FewSeconds = 5
    seed: Seed = 1

    @model_validator(mode="after")
    def _runs_forwards(self) -> Self:
        if self.to_on < self.from_on:
            raise ValueError("to_on is not before from_on")
        return self


class WhyAsked(Input):
    """Why somebody has not this duty on this day or, without a code, why they have the one that they have."""

    employee_id: UUID
    day_on: Day
    code: DutyCode | None
    seconds: FewSeconds = 5
    seed: Seed = 1


class AlreadySo(Conflict):
    """It is asked what would be if a rota were otherwise, not what it is."""

    field = "/body/code"
    way_out = "Name a duty that they do not have on that day; with null for one that they have, it is asked why."

    def __init__(self) -> None:
        super().__init__("In this version it is so already.")


def told(problem: Problem, rows: list[list[str | None]]) -> list[dict[str, Any]]:
    """The duties of a roster as cells: who, on which day, which code, and whether it is pinned.

    What stands beside the rota is none of them.
    """
    pins, beside = set(problem.fixed), set(problem.beside)
    return [
        {
            "employee_id": str(member.employee_id),
            "day_on": str(day_of(problem, day)),
            "code": code,
            "pinned": (who, day, code) in pins,
        }
        for who, (member, row) in enumerate(zip(problem.members, rows, strict=True))
        for day, code in enumerate(row)
        if code is not None and (who, day, code) not in beside
    ]


def day_of(problem: Problem, number: int) -> date:
    return problem.from_on + timedelta(days=number)
