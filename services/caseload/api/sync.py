"""Work without signal over HTTP: a device pushes its queue, and every operation is answered for itself."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request

from services.caseload.domain.sync_operation import Pushed, SyncOutcome
from services.caseload.usecases import sync
from services.common import body
from services.common.http import ByNurse, TransactionRoute
from services.common.types import Answer


class PushRoute(TransactionRoute):
    """What is malformed or cannot be stored in one operation refuses that one alone, so it is not looked for here."""

    async def read_body(self, request: Request) -> None:
        await body.read(request, parsed_by=_parse)


def _parse(raw: bytes) -> Any:
    """Raises `MalformedJson`, or `UnstorableValue`, for what stands beside the operations."""
    document = body.read_leniently(raw)
    # One in which a name occurs twice is another type, and is refused as a whole.
    is_batch = type(document) is dict and isinstance(document.get("operations"), list)
    body.require_storable({**document, "operations": None} if is_batch else document)
    return document


router = APIRouter(prefix="/v1", tags=["offline"], route_class=PushRoute)


class NamedError(Answer):
    pointer: str
    code: str
    detail: str
    way_out: str


class RefusalShape(Answer):
    """Why an operation was not applied, as its own request would have been told."""

    status: int
    code: str
    detail: str
    errors: list[NamedError]


class ResultShape(Answer):
    """What came of one operation. A duplicate says again what it was answered with at first."""

    operation_id: UUID
    sequence: int
    outcome: SyncOutcome
    first_outcome: SyncOutcome | None
    version: int | None
    conflict_id: UUID | None
    refusal: RefusalShape | None


class PushAnswer(Answer):
    """`through` is the last number of the device's queue that is kept: all up to it may leave the device."""

    through: int
    results: list[ResultShape]


@router.post("/sync/push", response_model=PushAnswer)
async def push(tx: ByNurse, body: Pushed) -> Any:
    """Send what was done without signal, in order. Each operation is applied, or answered for itself; none twice."""
    return await sync.push(tx, body)
