"""The employee's file: opened by HR, read by HR and by the person."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.paging import PageRequest, page
from services.hr.domain.employee import Employee, NewEmployee
from services.hr.store import people


async def employ(tx: Transaction, new: NewEmployee) -> Employee:
    """Open a new employee's file."""
    employee = Employee.employed(new, tx.now)
    tx.add(employee)
    return employee


async def list_employees(tx: Transaction, request: PageRequest) -> dict[str, Any]:
    return await page(tx, people.employees(), Employee, request)


async def read_employee(tx: Transaction, employee_id: UUID) -> Employee:
    """One file. A nurse reads her own alone: raises `NotFound` for a colleague's as for one that is not there."""
    if tx.actor.is_team_bound and employee_id != tx.actor.employee_id:
        raise NotFound("employee")
    employee: Employee = await tx.get(Employee, employee_id)
    return employee
