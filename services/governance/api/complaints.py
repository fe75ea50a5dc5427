"""Complaints and compliments: their words for the team, their counts for those around it."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.common.db import Transaction
from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Day
from services.governance import usecases
from services.governance.api.callers import ByTeamOrAround
from services.governance.api.shapes import ComplaintCounts, ComplaintShape, TimedComplaint
from services.governance.domain.complaint import (
    Acknowledgement,
    Answer,
    Complaint,
    ComplaintStatus,
    Learning,
    NewComplaint,
)

router = api_router(tags=["complaints"])


def _timed(complaint: Complaint, as_of: date) -> dict[str, Any]:
    return {**ComplaintShape.model_validate(complaint).model_dump(), "overdue": complaint.is_overdue(as_of)}


def _one(tx: Transaction, complaint: Complaint, response: Response) -> dict[str, Any]:
    etag(response, complaint)
    return _timed(complaint, tx.today)


@router.post("/complaints", status_code=201, response_model=TimedComplaint)
async def receive_complaint(tx: ByNurse, body: NewComplaint, response: Response) -> object:
    """Somebody complains, or pays a compliment."""
    return _one(tx, await usecases.receive_complaint(tx, body), response)


@router.get("/complaints", response_model=Page[TimedComplaint])
async def list_complaints(
    tx: ByNurse,
    page: Asked,
    team_id: UUID | None = None,
    status: Annotated[ComplaintStatus | None, Query()] = None,
    as_of: Annotated[Day | None, Query(description="The day on which the clock is read.")] = None,
) -> object:
    """The complaints of the caller's teams."""
    found = await usecases.list_complaints(tx, page, team_id=team_id, status=status)
    return {**found, "items": [_timed(complaint, as_of or tx.today) for complaint in found["items"]]}


@router.get("/complaints/summary", response_model=ComplaintCounts)
async def count_complaints(tx: ByTeamOrAround, team_id: UUID, as_of: Annotated[Day | None, Query()] = None) -> object:
    """How many there are and how the clock was kept, without a word of them; outside the team of one quarter."""
    return await usecases.count_complaints(tx, team_id=team_id, as_of=as_of)


@router.get("/complaints/{complaint_id}", response_model=TimedComplaint)
async def read_complaint(tx: ByNurse, complaint_id: UUID, response: Response) -> object:
    """One complaint, with its clock today."""
    return _one(tx, await usecases.read_complaint(tx, complaint_id), response)


@router.post("/complaints/{complaint_id}/acknowledge", response_model=TimedComplaint)
async def acknowledge_complaint(
    tx: ByNurse, complaint_id: UUID, body: Acknowledgement, version: IfMatch, response: Response
) -> object:
    """The person has heard that the complaint arrived."""
    return _one(tx, await usecases.acknowledge_complaint(tx, complaint_id, body, version), response)


@router.post("/complaints/{complaint_id}/answer", response_model=TimedComplaint)
async def answer_complaint(
    tx: ByNurse, complaint_id: UUID, body: Answer, version: IfMatch, response: Response
) -> object:
    """The person has an answer."""
    return _one(tx, await usecases.answer_complaint(tx, complaint_id, body, version), response)


@router.post("/complaints/{complaint_id}/learn", response_model=TimedComplaint)
async def learn_from_complaint(
    tx: ByNurse, complaint_id: UUID, body: Learning, version: IfMatch, response: Response
) -> object:
    """The team writes down what it learned."""
    return _one(tx, await usecases.learn_from_complaint(tx, complaint_id, body, version), response)
