"""What was done, sent and acknowledged of one day, by partner, for whoever operates the installation."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from services.common.http import api_router
from services.common.types import Answer, PastDay
from services.interop import usecases
from services.interop.api.callers import ByOps
from services.interop.domain.reconciliation import Reconciled

router = api_router(tags=["council"])

MOST_DIFFERENCES = 200
Partner = Annotated[str | None, Query(max_length=40, pattern=r"^[a-z_]+$", description="Such as `council`.")]


class DifferenceShape(Answer):
    """A fact that is not where it should be: not_sent, not_acknowledged, rejected or unexpected."""

    about: str
    kind: str
    reason: str


class ReconciledShape(Answer):
    """One partner's line. `differences` are the first of them; `more_differences` how many there are beside."""

    partner: str
    connection_id: UUID | None
    done: int
    sent: int
    acknowledged: int
    differences: list[DifferenceShape]
    more_differences: int


class Reconciliations(Answer):
    day: date
    items: list[ReconciledShape]


@router.get("/reconciliations", response_model=Reconciliations)
async def list_reconciliations(tx: ByOps, day: PastDay, partner: Partner = None) -> object:
    """Whether each partner has what it was to have of a day in England. Equal figures and no difference: it has.

    What was done is counted from what was heard, as far as it is kept (14 days), and not from what was sent.
    """
    return {"day": day, "items": [_shown(line) for line in await usecases.reconcile(tx, day, partner)]}


def _shown(line: Reconciled) -> dict[str, Any]:
    beside = max(0, len(line.differences) - MOST_DIFFERENCES)
    told = {name: getattr(line, name) for name in ("partner", "connection_id", "done", "sent", "acknowledged")}
    return told | {"differences": line.differences[:MOST_DIFFERENCES], "more_differences": beside}
