"""The directory of the village's assets."""

from datetime import date
from uuid import UUID

from fastapi import Response

from services.caseload.api.rendered import tagged
from services.caseload.domain.asset import AssetClosing, AssetDetails, AssetKind, Confirmation, NewAsset
from services.caseload.domain.due import Due
from services.caseload.usecases import around
from services.common.http import ByNurse, IfMatch, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["assets"])


class AssetShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    name: str
    kind: str
    place: str
    words: str | None
    phone: str | None
    confirmed_on: date
    confirmed_by: UUID | None
    due_on: date | None
    closed_on: date | None


@router.post("/assets", status_code=201, response_model=AssetShape)
async def write_down_asset(tx: ByNurse, body: NewAsset, response: Response) -> object:
    """One more entry of the team's directory."""
    return tagged(await around.write_down_asset(tx, body), response)


@router.get("/assets", response_model=Page[AssetShape])
async def list_assets(
    tx: ByNurse, page: Asked, team_id: UUID | None = None, kind: AssetKind | None = None, due: Due | None = None
) -> object:
    """The directory; with `due` what is to be confirmed, for nobody has for the days of `asset.confirm_days`."""
    return await around.list_assets(tx, page, team_id=team_id, kind=kind, due=due)


@router.get("/assets/{asset_id}", response_model=AssetShape)
async def read_asset(tx: ByNurse, asset_id: UUID, response: Response) -> object:
    """One entry."""
    return tagged(await around.read_asset(tx, asset_id), response)


@router.put("/assets/{asset_id}", response_model=AssetShape)
async def change_asset(tx: ByNurse, asset_id: UUID, body: AssetDetails, version: IfMatch, response: Response) -> object:
    """Write anew what it is."""
    return tagged(await around.change_asset(tx, asset_id, body, version), response)


@router.post("/assets/{asset_id}/confirm", response_model=AssetShape)
async def confirm_asset(
    tx: ByNurse, asset_id: UUID, body: Confirmation, version: IfMatch, response: Response
) -> object:
    """Somebody asked: it is still as it is written here."""
    return tagged(await around.confirm_asset(tx, asset_id, body, version), response)


@router.post("/assets/{asset_id}/close", response_model=AssetShape)
async def close_asset(tx: ByNurse, asset_id: UUID, body: AssetClosing, version: IfMatch, response: Response) -> object:
    """There is no such thing any more; who was introduced to it stays on record."""
    return tagged(await around.close_asset(tx, asset_id, body, version), response)
