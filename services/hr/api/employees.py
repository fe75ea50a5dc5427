"""Employees' files."""

from uuid import UUID

from fastapi import Response

from services.common.http import api_router, etag
from services.common.paging import Asked, Page
from services.hr import usecases
from services.hr.api.callers import ByHr, ByHrOrNurse
from services.hr.api.shapes import EmployeeShape
from services.hr.domain.employee import NewEmployee

router = api_router(tags=["employees"])


@router.post("/employees", status_code=201, response_model=EmployeeShape)
async def employ(tx: ByHr, body: NewEmployee) -> object:
    """Open a new employee's file."""
    return await usecases.employ(tx, body)


@router.get("/employees", response_model=Page[EmployeeShape])
async def list_employees(tx: ByHr, page: Asked) -> object:
    """All files, for HR."""
    return await usecases.list_employees(tx, page)


@router.get("/employees/{employee_id}", response_model=EmployeeShape)
async def read_employee(tx: ByHrOrNurse, employee_id: UUID, response: Response) -> object:
    """One file; a nurse reads her own."""
    employee = await usecases.read_employee(tx, employee_id)
    etag(response, employee)
    return employee
