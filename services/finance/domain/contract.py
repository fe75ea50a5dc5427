"""Contracts of employment as finance needs them: who was on which band on which day. Owned by hr."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import Field

from services.finance.domain.base import Base


class AgreedContract(BaseModel):
    """The fields of `hr.contract.agreed.v1` that finance reads."""

    contract_id: UUID
    employee_id: UUID
    team_id: UUID
    band: str
    from_on: date
    until_on: date | None = None


class EmployeeContract(Base, table=True):
    """The newest state of one contract of employment: finance's own copy, fed by events."""

    __tablename__ = "employee_contract"

    contract_id: UUID = Field(primary_key=True)
    employee_id: UUID = Field(index=True)
    team_id: UUID
    band: str
    from_on: date
    until_on: date | None = None
    version: int

    def is_in_force(self, on: date) -> bool:
        return self.from_on <= on and (self.until_on is None or on <= self.until_on)


def contract_on(contracts: Iterable[EmployeeContract], team_id: UUID, on: date) -> EmployeeContract | None:
    """The employee's contract with this very team that counts on this day; another team's never does.

    Of several the one begun last counts, and of those begun on one day the one whose id is the highest.
    """
    standing = [contract for contract in contracts if contract.team_id == team_id and contract.is_in_force(on)]
    return max(standing, key=lambda contract: (contract.from_on, contract.contract_id), default=None)
