"""A nurse's day to take along, and what is known of a client's home."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from services.caseload.api.day_shapes import DayPack, HomeShape
from services.caseload.api.packed import UNCHANGED, IfNoneMatch, packed
from services.caseload.api.rendered import tagged
from services.caseload.api.sync_cursors import SYNC_FROM, cursors
from services.caseload.domain.home import HomeDetails
from services.caseload.usecases import take_along as usecases
from services.caseload.usecases import visit_home
from services.common.http import ByNurse, IfMatchOrNew, api_router
from services.common.types import Day

router = api_router(tags=["offline"])


@router.get("/day", response_model=DayPack, responses=UNCHANGED)
async def take_along(
    tx: ByNurse,
    request: Request,
    day: Annotated[Day | None, Query(alias="date", description="Today, unless asked otherwise.")] = None,
    employee_id: Annotated[UUID | None, Query(description="A team-mate whose round is covered.")] = None,
    held: IfNoneMatch = None,
) -> Response:
    """A round in one answer: the visits in order, and of each client what is needed where there is no signal.

    `Sync-From` says where to go on with `/v1/sync/pull`, also where nothing has changed.
    """
    found = await usecases.take_along(tx, day or tx.today, employee_id, DayPack)
    sync_from = (await cursors(tx, request)).after(found.sync_from.as_id())
    return packed(request, found.document, held, {SYNC_FROM: sync_from})


@router.get("/clients/{client_id}/home", response_model=HomeShape)
async def read_home(tx: ByNurse, client_id: UUID, response: Response) -> object:
    """How to get in at a client's, what to mind there, and what signal there is."""
    return tagged(await visit_home.read_home(tx, client_id), response)


@router.put("/clients/{client_id}/home", response_model=HomeShape)
async def write_home(
    tx: ByNurse, client_id: UUID, body: HomeDetails, version: IfMatchOrNew, response: Response
) -> object:
    """Write all of it anew; what is left out is not known any more."""
    return tagged(await visit_home.write_home(tx, client_id, body, version), response)
