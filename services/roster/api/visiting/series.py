"""Series of visits: week by week from a visit plan."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Response

from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer
from services.roster.domain.recurrence import NewVisitSeries, SeriesChange
from services.roster.usecases import visiting

router = api_router(tags=["visits"])


class VisitSeriesShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    visit_plan_id: UUID
    employee_id: UUID
    accompanied_by: UUID | None
    second_hand_reason: str | None
    starts_minute: int
    weekdays: list[int]
    every_weeks: int
    from_on: date
    until_on: date | None
    set_by: UUID | None


class Unplanned(Answer):
    """A day on which a rule stands against the visit, by its code.

    A visit that is not made yet is tried again by itself. One that was to change stayed where it was, and nothing tries
    that again: move it by hand.
    """

    occurrence_on: date
    code: str


class ToldSeries(Answer):
    series: VisitSeriesShape
    unplanned: list[Unplanned]


def _told(found: Any, response: Response) -> object:
    etag(response, found.series)
    days = [{"occurrence_on": day, "code": code} for day, code in sorted(found.unplanned.items())]
    return {"series": found.series, "unplanned": days}


@router.post("/visit-series", status_code=201, response_model=ToldSeries)
async def begin_series(tx: ByNurse, body: NewVisitSeries, response: Response) -> object:
    """Make visits from a visit plan, some weeks ahead; what cannot be planned yet is named with its reason."""
    return _told(await visiting.begin_series(tx, body), response)


@router.get("/visit-series", response_model=Page[VisitSeriesShape])
async def list_series(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """The series of the caller's teams."""
    return await visiting.list_series(tx, page, team_id=team_id)


@router.get("/visit-series/{series_id}", response_model=VisitSeriesShape)
async def read_series(tx: ByNurse, series_id: UUID, response: Response) -> object:
    """One series."""
    found = await visiting.read_series(tx, series_id)
    etag(response, found)
    return found


@router.post("/visit-series/{series_id}/change", response_model=ToldSeries)
async def change_series(
    tx: ByNurse, series_id: UUID, body: SeriesChange, version: IfMatch, response: Response
) -> object:
    """Change one visit, this and those after it, or all to come. What was changed by hand stays so."""
    return _told(await visiting.change_series(tx, series_id, body, version), response)
