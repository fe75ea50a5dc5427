"""The record that a client's surgery holds, looked at by a nurse; no number and no name is in an address."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Request

from services.common.auth import Principal
from services.common.http import ByNurse, TransactionRoute
from services.common.types import Answer
from services.interop import usecases

MOST = 2000


class WrittenShape(Answer):
    """Who wrote it down, on which day, and at which organisation, as far as the surgery says."""

    on: date | None
    by: str | None
    at: str | None


class GpAllergyShape(Answer):
    code: str | None
    name: str
    status: str
    reactions: list[str]
    since_on: date | None
    written: WrittenShape


class GpMedicineShape(Answer):
    code: str | None
    name: str
    status: str
    kind: str | None
    dosage: str | None
    from_on: date | None
    until_on: date | None
    last_issued_on: date | None
    written: WrittenShape


class GpRecordShape(Answer):
    """The surgery's word at `asked_at`: nothing of it is kept here, and nothing of it becomes the team's record.

    `warnings` are about the whole; `left_out` counts entries that could not be read: ring the surgery about those.
    """

    client_id: UUID
    ods_code: str
    asked_at: datetime
    allergies: list[GpAllergyShape]
    medicines: list[GpMedicineShape]
    warnings: list[str]
    left_out: int


class LookingRoute(TransactionRoute):
    """Who the client is, and what the surgery's system says, is asked before the transaction begins."""

    async def ask_around(self, request: Request, actor: Principal) -> None:
        try:
            client_id = UUID(request.path_params["client_id"])
        except ValueError:
            return
        state = request.app.state
        named = state.peers.in_name_of(request.headers["authorization"].partition(" ")[2].strip())
        request.state.looked = await usecases.look_at_gp_record(
            state.database, actor, named, state.peers, state.gp_connect, client_id
        )


router = APIRouter(prefix="/v1", tags=["gp records"], route_class=LookingRoute)


@router.get("/clients/{client_id}/gp-record", response_model=GpRecordShape, responses={409: {}})
async def look_at_gp_record(tx: ByNurse, client_id: UUID, request: Request) -> object:
    """Look at allergies and medicines as the client's surgery holds them now (GP Connect), each with its provenance."""
    looked = await usecases.put_on_record(tx, request.state.looked)
    told = looked.record
    return {
        "client_id": looked.client_id,
        "ods_code": looked.ods_code,
        "asked_at": looked.asked_at,
        "allergies": told.allergies[:MOST],
        "medicines": told.medicines[:MOST],
        "warnings": told.warnings,
        "left_out": told.left_out,
    }
