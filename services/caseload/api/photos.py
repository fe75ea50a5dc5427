"""Photos of wounds: attached, described and shown."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.caseload.api.callers import ByNurseReading
from services.caseload.api.photo_routes import PICTURE, PhotoRoute, PictureRoute
from services.caseload.api.shapes import PhotoShape
from services.caseload.domain.photo import JPEG, PNG, NewPhoto
from services.caseload.usecases import photos
from services.common.http import ByNurse, api_router, etag

router = api_router(tags=["photos"])
adding = APIRouter(prefix="/v1", tags=["photos"], route_class=PhotoRoute)
showing = APIRouter(prefix="/v1", tags=["photos"], route_class=PictureRoute)

SENT: dict[str, Any] = {
    "requestBody": {"required": True, "content": {JPEG: {"schema": PICTURE}, PNG: {"schema": PICTURE}}}
}
SHOWN: dict[int | str, dict[str, Any]] = {200: {"content": {JPEG: {"schema": PICTURE}}}}


@adding.post("/wounds/{wound_id}/photos", status_code=201, response_model=PhotoShape, openapi_extra=SENT)
async def attach_photo(tx: ByNurse, request: Request, wound_id: UUID, new: Annotated[NewPhoto, Query()]) -> object:
    """Attach a photo, at most 5 MB of JPEG or PNG as the body. What the camera wrote beside the picture is not kept."""
    return await photos.attach_photo(tx, wound_id, new, request.state.kept)


@router.get("/photos/{photo_id}", response_model=PhotoShape)
async def read_photo(tx: ByNurseReading, photo_id: UUID, response: Response) -> object:
    """What is written of a photo."""
    photo = await photos.read_photo(tx, photo_id)
    etag(response, photo)
    return photo


@showing.get("/photos/{photo_id}/picture", response_class=Response, responses=SHOWN)
async def show_photo(tx: ByNurseReading, request: Request, photo_id: UUID) -> Response:
    """The picture itself, upright, as a JPEG."""
    request.state.photo = await photos.read_photo(tx, photo_id)
    return Response()
