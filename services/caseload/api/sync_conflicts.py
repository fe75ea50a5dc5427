"""Conflicts over HTTP: seen by the team, settled by a person in one call."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Response

from services.caseload.domain.sync_conflict import ConflictKind, Settlement, SyncConflict
from services.caseload.usecases import sync
from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["offline"])


class ConflictShape(Answer):
    """Where two versions stand, since when, and who has to settle it."""

    id: UUID
    version: int
    client_id: UUID
    kind: ConflictKind
    subject_id: UUID
    line_id: UUID | None
    people: list[UUID]
    code: str | None
    opened_at: datetime
    settled_at: datetime | None
    settled_by: UUID | None


class VersionShape(Answer):
    """What one of them said. `is_live` is what the record shows; `is_superseded` what its own writer wrote anew."""

    id: UUID
    content: dict[str, Any]
    made_by: UUID | None
    happened_at: datetime
    operation_id: UUID | None
    is_live: bool
    is_superseded: bool


class WholeConflict(ConflictShape):
    versions: list[VersionShape]
    settlement: dict[str, Any] | None
    settled_by_sending: list[str]


def _whole(found: tuple[SyncConflict, Any], response: Response) -> dict[str, Any]:
    conflict, versions = found
    etag(response, conflict)
    sending = sync.settled_by(conflict, versions)
    shown = ConflictShape.model_validate(conflict).model_dump()
    return {**shown, "versions": versions, "settlement": conflict.settlement, "settled_by_sending": sending}


@router.get("/sync/conflicts", response_model=Page[ConflictShape])
async def list_conflicts(
    tx: ByNurse, page: Asked, open: bool = True, needs_me: bool = False, client_id: UUID | None = None
) -> object:
    """What two people said without knowing of each other: open ones, or those that were settled."""
    return await sync.list_conflicts(tx, page, is_open=open, needs_me=needs_me, client_id=client_id)


@router.get("/sync/conflicts/{conflict_id}", response_model=WholeConflict)
async def read_conflict(tx: ByNurse, conflict_id: UUID, response: Response) -> object:
    """One conflict, with every version, who said it and when."""
    return _whole(await sync.read_conflict(tx, conflict_id), response)


@router.post("/sync/conflicts/{conflict_id}/settle", response_model=WholeConflict)
async def settle_conflict(
    tx: ByNurse, conflict_id: UUID, body: Settlement, version: IfMatch, response: Response
) -> object:
    """Say what holds from now on."""
    return _whole(await sync.settle_conflict(tx, conflict_id, body, version), response)
