"""Unpaid carers: their needs, their strain, and the offer of an assessment of their own."""

from datetime import date
from uuid import UUID

from fastapi import Response

from services.caseload.api.rendered import tagged, whole
from services.caseload.domain.carer import Assessed, NewCarer, NewStrain, Offer, OfferAnswer
from services.caseload.domain.due import Due
from services.caseload.usecases import around
from services.common.http import ByNurse, IfMatch, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["carers"])


class CarerShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    network_person_id: UUID
    identified_on: date
    needs: str | None
    hours_per_week: int | None
    assessment: str
    offered_on: date | None
    answered_on: date | None
    declined_reason: str | None
    assessed_on: date | None
    strain_on: date | None
    strain_scale: str | None
    strain_score: int | None
    strained: bool
    due_on: date | None
    written_by: UUID | None


class StrainShape(Answer):
    id: UUID
    measured_on: date
    measured_by: UUID | None
    scale: str
    score: int


class WholeCarer(CarerShape):
    strains: list[StrainShape]


@router.post("/carers", status_code=201, response_model=CarerShape)
async def identify_carer(tx: ByNurse, body: NewCarer, response: Response) -> object:
    """Somebody of the client's network cares for them, unpaid."""
    return tagged(await around.identify_carer(tx, body), response)


@router.get("/carers", response_model=Page[CarerShape])
async def list_carers(
    tx: ByNurse, page: Asked, client_id: UUID | None = None, strained: bool | None = None, due: Due | None = None
) -> object:
    """The carers of the caller's clients; those whose strain is high, or whose assessment waits for its next step."""
    return await around.list_carers(tx, page, client_id=client_id, strained=strained, due=due)


@router.get("/carers/{carer_id}", response_model=WholeCarer)
async def read_carer(tx: ByNurse, carer_id: UUID, response: Response) -> object:
    """One carer, with every measuring of their strain."""
    return whole(await around.read_carer(tx, carer_id), "strains", response)


@router.post("/carers/{carer_id}/strain", response_model=WholeCarer)
async def measure_strain(tx: ByNurse, carer_id: UUID, body: NewStrain, version: IfMatch, response: Response) -> object:
    """The sum of a recognised short scale, by the name of the scale."""
    return whole(await around.measure_strain(tx, carer_id, body, version), "strains", response)


@router.post("/carers/{carer_id}/offer-assessment", response_model=WholeCarer)
async def offer_assessment(tx: ByNurse, carer_id: UUID, body: Offer, version: IfMatch, response: Response) -> object:
    """The carer is offered the council's assessment (Care Act 2014, section 10)."""
    return whole(await around.offer_assessment(tx, carer_id, body, version), "strains", response)


@router.post("/carers/{carer_id}/answer-offer", response_model=WholeCarer)
async def answer_offer(tx: ByNurse, carer_id: UUID, body: OfferAnswer, version: IfMatch, response: Response) -> object:
    """Whether the carer wants it."""
    return whole(await around.answer_offer(tx, carer_id, body, version), "strains", response)


@router.post("/carers/{carer_id}/assessed", response_model=WholeCarer)
async def note_carer_assessed(
    tx: ByNurse, carer_id: UUID, body: Assessed, version: IfMatch, response: Response
) -> object:
    """The council has assessed the carer."""
    return whole(await around.note_carer_assessed(tx, carer_id, body, version), "strains", response)
