"""The staff file, as the trust's HR system pulls it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel

from services.common.http import api_router
from services.common.types import Day, Instant
from services.hr import usecases
from services.hr.api.callers import ByHr
from services.hr.settings import HrSettings

router = api_router(tags=["staff file"])

Since = Annotated[
    Instant | None,
    Query(description="Next-Since of the file before: only what changed, began or ended since is told."),
]


class CsvFile(Response):
    """One file of CSV in UTF-8 (RFC 4180)."""

    media_type = "text/csv"


class StaffFaultShape(BaseModel):
    """A rule that somebody's record breaks. Where it `refuses`, the row is left out of the file."""

    rule: str
    element: str
    employee_id: UUID
    team_id: UUID
    refuses: bool
    reason: str
    way_out: str


class StaffFaults(BaseModel):
    on: date
    rows: int
    items: list[StaffFaultShape]


@router.get("/staff-file", response_class=CsvFile)
async def tell_staff(tx: ByHr, request: Request, on: Day | None = None, changed_since: Since = None) -> CsvFile:
    """Who works for the teams on a day, today where none is given, one row for each contract.

    Ask with `changed_since` and the `Next-Since` of the file before for what changed; a row may come twice.
    """
    settings = HrSettings.of(request.app.state.settings)
    found = await usecases.tell_staff(tx, on or tx.today, changed_since, settings)
    headers = {"Cache-Control": "no-store", "Next-Since": found.next_since.isoformat().replace("+00:00", "Z")}
    headers["Content-Disposition"] = f'attachment; filename="staff-{on or tx.today}.csv"'
    return CsvFile(usecases.written(found.rows, settings.staff_file_columns), headers=headers)


@router.get("/staff-file/faults", response_model=StaffFaults)
async def look_over_staff(tx: ByHr, request: Request, on: Day | None = None) -> object:
    """What the file of a day leaves out or tells in part, rule by rule, each with its way out."""
    day = on or tx.today
    found = await usecases.tell_staff(tx, day, None, HrSettings.of(request.app.state.settings))
    items = [
        {
            "rule": one.rule.code,
            "element": one.rule.element,
            "employee_id": one.employee_id,
            "team_id": one.team_id,
            "refuses": one.rule.refuses,
            "reason": one.rule.reason,
            "way_out": one.rule.way_out,
        }
        for one in found.faults
    ]
    return {"on": day, "rows": len(found.rows), "items": items}
