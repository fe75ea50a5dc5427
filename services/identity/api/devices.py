"""Tablets that are signed in: listed by whoever signed in on them, ended by them or, when somebody cannot, by HR."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.common.http import IfMatch, ToldOnceRoute, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Input
from services.identity import usecases
from services.identity.api.callers import OFFICES, ByOffice, ByPerson
from services.identity.api.open_route import Trusted
from services.identity.api.shapes import DeviceShape, SignedInDevice
from services.identity.domain.sign_in import NewDevice

router = api_router(tags=["devices"])


enrolling = APIRouter(prefix="/v1", tags=["devices"], route_class=ToldOnceRoute)


class SignOut(Input):
    employee_id: UUID


@enrolling.post("/devices", status_code=201, response_model=SignedInDevice)
async def sign_in_device(tx: ByPerson, trust: Trusted, body: NewDevice, response: Response) -> object:
    """Go on on this tablet for a shift, without asking the provider again."""
    device, granted = await usecases.sign_in_device(tx, trust, body)
    etag(response, device)
    return {"device": DeviceShape.model_validate(device), **granted}


@router.get("/devices", response_model=Page[DeviceShape])
async def list_devices(tx: ByPerson, page: Asked) -> object:
    """Where I am or was signed in."""
    return await usecases.list_devices(tx, tx.actor.subject, page)


@router.get("/employees/{employee_id}/devices", response_model=Page[DeviceShape])
async def list_devices_of_employee(tx: ByOffice, employee_id: UUID, page: Asked) -> object:
    """Where somebody is signed in who has lost a tablet and cannot sign in to say so."""
    return await usecases.list_devices(tx, str(employee_id), page)


@router.post("/devices/{device_id}/sign-out", response_model=DeviceShape)
async def end_device(tx: ByPerson, device_id: UUID, version: IfMatch, response: Response) -> object:
    """A tablet is lost, or handed on: it reads nothing more within seconds."""
    device = await usecases.end_device(tx, device_id, version, of_anybody=tx.actor.persona in OFFICES)
    etag(response, device)
    return device


@router.post("/sign-outs", status_code=202, response_model=None)
async def end_person(tx: ByOffice, body: SignOut) -> Response:
    """Somebody leaves, or their password is known to others: everything they are signed in on ends."""
    await usecases.end_person(tx, body.employee_id)
    return Response(status_code=202)
