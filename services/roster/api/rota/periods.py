"""Rotas, and the duty types that they are made of."""

from uuid import UUID

from fastapi import Response

from services.common.http import ByNurse, IfMatch, api_router, tagged
from services.common.paging import Asked, Page
from services.common.types import Day
from services.roster.api.rota.shapes import DutyTypeShape, RotaShape
from services.roster.domain.rota_version.duty_type import EndOfDutyType, NewDutyType
from services.roster.domain.rota_version.rota import Needs, NewRota, Withdrawal
from services.roster.usecases import rota

router = api_router(tags=["rotas"])


@router.post("/rotas", status_code=201, response_model=RotaShape)
async def make_rota(tx: ByNurse, body: NewRota, response: Response) -> object:
    """Begin to plan some days together, and say how many people each duty needs."""
    return tagged(await rota.make_rota(tx, body), response)


@router.get("/rotas", response_model=Page[RotaShape])
async def list_rotas(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """The rotas of the caller's teams."""
    return await rota.list_rotas(tx, page, team_id=team_id)


@router.get("/rotas/{rota_id}", response_model=RotaShape)
async def read_rota(tx: ByNurse, rota_id: UUID, response: Response) -> object:
    """One rota."""
    return tagged(await rota.read_rota(tx, rota_id), response)


@router.put("/rotas/{rota_id}/needs", response_model=RotaShape)
async def set_needs(tx: ByNurse, rota_id: UUID, body: Needs, version: IfMatch, response: Response) -> object:
    """How many people each duty needs, all of it anew, made on the version last read."""
    return tagged(await rota.set_needs(tx, rota_id, body, version), response)


@router.post("/rotas/{rota_id}/close", response_model=RotaShape)
async def close_rota(tx: ByNurse, rota_id: UUID, version: IfMatch, response: Response) -> object:
    """The days are over, and nothing of them is planned any more."""
    return tagged(await rota.close_rota(tx, rota_id, version), response)


@router.post("/rotas/{rota_id}/withdraw", response_model=RotaShape)
async def abandon_rota(tx: ByNurse, rota_id: UUID, body: Withdrawal, version: IfMatch, response: Response) -> object:
    """These days are not planned in this way after all, and why. Never what was published: that is amended."""
    return tagged(await rota.abandon_rota(tx, rota_id, body, version), response)


@router.post("/duty-types", status_code=201, response_model=DutyTypeShape)
async def set_duty_type(tx: ByNurse, body: NewDutyType, response: Response) -> object:
    """What the team means by a letter from a day on: all that one person does on one day."""
    return tagged(await rota.set_duty_type(tx, body), response)


@router.get("/duty-types", response_model=Page[DutyTypeShape])
async def list_duty_types(tx: ByNurse, page: Asked, team_id: UUID | None = None, as_of: Day | None = None) -> object:
    """The duty types of the caller's teams; of a day, where one is given."""
    return await rota.list_duty_types(tx, page, team_id=team_id, as_of=as_of)


@router.post("/duty-types/{duty_type_id}/end", response_model=DutyTypeShape)
async def end_duty_type(
    tx: ByNurse, duty_type_id: UUID, body: EndOfDutyType, version: IfMatch, response: Response
) -> object:
    """The last day on which a duty type may be used."""
    return tagged(await rota.end_duty_type(tx, duty_type_id, body, version), response)
