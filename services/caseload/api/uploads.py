"""Photos of wounds in pieces: begun, gone on with, asked about and ended (tus 1.0)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.caseload.api import tus
from services.caseload.api.upload_routes import AboutUploadRoute, BeginRoute, GoOnRoute, TusRoute
from services.caseload.usecases import uploads
from services.common.http import ByNurse
from services.common.types import Answer

asking = APIRouter(prefix="/v1", tags=["uploads"], route_class=TusRoute)
about = APIRouter(prefix="/v1", tags=["uploads"], route_class=AboutUploadRoute)
beginning = APIRouter(prefix="/v1", tags=["uploads"], route_class=BeginRoute)
going_on = APIRouter(prefix="/v1", tags=["uploads"], route_class=GoOnRoute)


class UploadShape(Answer):
    id: UUID
    photo_id: UUID
    wound_id: UUID
    state: str
    length_bytes: int
    offset_bytes: int
    expires_at: datetime


def _header(name: str, told: str, *, required: bool = True, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "description": told, "schema": schema}


RESUMABLE = _header(tus.RESUMABLE, "The version of tus.", type="string", const=tus.VERSION)
DEVICE = _header(
    tus.DEVICE, "Which installation of the app sends; another is told of no upload.", type="string", format="uuid"
)
OFFSET = _header(tus.OFFSET, "How much has arrived already.", type="integer", minimum=0, maximum=10**15 - 1)
LENGTH = _header(tus.LENGTH, "The size of the file in bytes.", type="integer", minimum=1, maximum=10**15 - 1)
CHECKSUM = _header(
    tus.CHECKSUM,
    "sha1 or sha256, a space, and the hash of this body in Base64. What has one is kept as a whole or not at all.",
    required=False,
    type="string",
    pattern="^(sha1|sha256) [A-Za-z0-9+/]+={0,2}$",
)
METADATA = _header(
    tus.METADATA,
    "wound_id, photo_id, sha256, agreed_how and taken_at: each, a space and its value in Base64, with commas between.",
    type="string",
    maxLength=2000,
)
STREAM = {"content": {tus.BODY: {"schema": {"type": "string", "format": "binary"}}}}
GONE_OR_ALTERED: dict[int | str, dict[str, Any]] = {410: {}, 412: {}, 460: {}}


@asking.options("/uploads", status_code=204)
async def describe_uploads(tx: ByNurse) -> Response:
    """Which of tus is spoken here, and how large a photo may be."""
    spoken = {"Tus-Version": tus.VERSION, "Tus-Extension": tus.EXTENSIONS}
    spoken |= {"Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS), "Tus-Max-Size": str(await uploads.most_bytes(tx))}
    return Response(status_code=204, headers=spoken)


@beginning.post(
    "/uploads",
    status_code=201,
    response_class=Response,
    responses=GONE_OR_ALTERED,
    openapi_extra={"parameters": [RESUMABLE, DEVICE, LENGTH, METADATA, CHECKSUM], "requestBody": STREAM},
)
async def begin_upload(tx: ByNurse, request: Request) -> Response:
    """Begin to upload a photo of a wound that is known, perhaps with its first bytes. The same again finds the same."""
    upload, request.state.of_no_use = await uploads.take_bytes(tx, request.state.whose, request.state.arrived)
    # Relative to this address, which is another one outside.
    return Response(status_code=201, headers={"Location": f"uploads/{upload.id}", **tus.standing(upload)})


@about.get(
    "/uploads/{upload_id}",
    response_model=UploadShape,
    responses={410: {}, 412: {}},
    openapi_extra={"parameters": [RESUMABLE, DEVICE]},
)
async def read_upload(tx: ByNurse, request: Request, response: Response, upload_id: UUID) -> object:
    """How far an upload has come; HEAD says the same in headers."""
    upload = await uploads.read_upload(tx, request.state.whose)
    length = {tus.LENGTH: str(upload.length_bytes), tus.METADATA: upload.told}
    response.headers.update({"Cache-Control": "no-store", **tus.standing(upload), **length})
    return upload


@going_on.patch(
    "/uploads/{upload_id}",
    status_code=204,
    responses=GONE_OR_ALTERED,
    openapi_extra={"parameters": [RESUMABLE, DEVICE, OFFSET, CHECKSUM], "requestBody": {"required": True, **STREAM}},
)
async def go_on_with_upload(tx: ByNurse, request: Request, upload_id: UUID) -> Response:
    """Send more of a photo from where it stopped. With its last byte it is checked, cleaned and attached."""
    upload, request.state.of_no_use = await uploads.take_bytes(tx, request.state.whose, request.state.arrived)
    return Response(status_code=204, headers=tus.standing(upload))


@about.delete(
    "/uploads/{upload_id}",
    status_code=204,
    responses={410: {}, 412: {}},
    openapi_extra={"parameters": [RESUMABLE, DEVICE]},
)
async def terminate_upload(tx: ByNurse, request: Request, upload_id: UUID) -> Response:
    """End an upload. A photo that is attached already stays in the record."""
    request.state.of_no_use = await uploads.terminate_upload(tx, request.state.whose)
    return Response(status_code=204)
