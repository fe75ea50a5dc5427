"""Employee: somebody who works here (FHIR Practitioner), with what their own file holds."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field as Shape
from sqlalchemy import Column, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.common.errors import Unprocessable
from services.common.models import Aggregate, only_states
from services.common.types import Code, Day, Input, Name, NewId
from services.hr.domain.base import Base, Role


class NewEmployee(Input):
    """A new file. `band` is the pay band, such as "5"; a nurse's revalidation is due every three years (NMC)."""

    id: NewId
    given_name: Name
    family_name: Name
    role: Role
    title: Name
    band: Code | None = None
    phone: Annotated[str, Shape(pattern=r"^[0-9+() -]{3,30}$")] | None = None
    skills: list[Code] = Shape(default=[], max_length=60)
    revalidation_due_on: Day | None = None


class UnknownEmployee(Unprocessable):
    """Everything hr records about somebody hangs on their file."""

    field = "/body/employee_id"
    way_out = "Open the employee's file first, then send this again."

    def __init__(self) -> None:
        super().__init__("No employee's file has this id.")


class Employee(Aggregate, Base, table=True):
    """One person's file. Only HR and the person read it whole."""

    given_name: str
    family_name: str
    role: str
    title: str
    band: str | None = None
    phone: str | None = None
    skills: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    revalidation_due_on: date | None = None

    @classmethod
    def employed(cls, new: NewEmployee, now: datetime) -> Self:
        return cls(**new.model_dump(), changed_at=now)


only_states(Employee, "role", Role)
