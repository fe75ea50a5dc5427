"""The trail over HTTP: whether it is whole, for operators; whom it concerns, for the service that tells the client."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request

from services.common.access import Requires
from services.common.audit import verifying
from services.common.audit.report import Period, accesses, in_words
from services.common.audit.seals import Seal
from services.common.audit.shapes import AccessesShape
from services.common.auth import Persona
from services.common.db import Transaction
from services.common.errors import Unprocessable
from services.common.http import api_router
from services.common.paging import DEFAULT_LIMIT, Limit
from services.common.types import Answer, Day, InDigits

router = api_router(tags=["audit"])
# No row of the gateway's table leads here: it is between the services.
inside = api_router(prefix="/inside", tags=["audit"])
ByOps = Annotated[Transaction, Depends(Requires(Persona.OPS))]
ByService = Annotated[Transaction, Depends(Requires(Persona.SERVICE))]
SealNumber = Annotated[int, Query(ge=0, lt=2**53), InDigits]


class HalfAnAnchor(Unprocessable):
    """A seal is compared by its number and its hash."""

    field = "/query/anchor_hash"
    way_out = "Send both anchor_n and anchor_hash, as they were written down, or neither."

    def __init__(self) -> None:
        super().__init__("One of the two is missing.")


class SealShape(Answer):
    n: int
    last_seq: int
    hash: str
    sealed_at: datetime


class BreakShape(Answer):
    seal: int
    what: str
    first_seq: int | None
    last_seq: int | None


class IntegrityShape(Answer):
    service: str
    ok: bool
    last_seal: SealShape | None
    seals: int
    rows: int
    archived: int
    unsealed: int
    breaks: list[BreakShape]
    next_after: int | None


@router.get("/audit/integrity", response_model=IntegrityShape)
async def verify_audit_trail(
    tx: ByOps,
    request: Request,
    after: SealNumber = 0,
    anchor_n: Annotated[int | None, Query(ge=1, lt=2**53), InDigits] = None,
    anchor_hash: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$")] = None,
) -> object:
    """Whether every sealed row of the audit trail, and every seal, is as it was. Go on with `next_after`, if any.

    `anchor_n` and `anchor_hash` are a seal as it was written down elsewhere: it has to be there, and the same.
    """
    if (anchor_n is None) != (anchor_hash is None):
        raise HalfAnAnchor
    anchor = verifying.Anchor(anchor_n, anchor_hash) if anchor_n and anchor_hash else None
    found = await verifying.verify(tx, after=after, anchor=anchor)
    last = _shown(found.last_seal) if found.last_seal else None
    return {"service": request.app.state.desk.service, "ok": found.ok, **vars(found), "last_seal": last}


def _shown(seal: Seal) -> dict[str, object]:
    return {**vars(seal), "hash": seal.hash.hex()}


@inside.get("/accesses", response_model=AccessesShape)
async def accesses_to_client(
    tx: ByService,
    client_id: UUID,
    request: Request,
    limit: Limit = DEFAULT_LIMIT,
    before: Annotated[int | None, Query(ge=1, lt=2**53), InDigits] = None,
    first: Annotated[Day | None, Query(alias="from")] = None,
    last: Annotated[Day | None, Query(alias="to")] = None,
) -> object:
    """Who read or changed what this service holds of a client, for the service that knows whose client it is."""
    part = await accesses(tx, client_id, limit, before, Period(first, last))
    return {"items": in_words(request.app, part.items), "next_before": part.next_before}
