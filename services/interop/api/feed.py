"""The feed for integrators who cannot take webhooks."""

from typing import Annotated

from fastapi import Depends, Query, Request

from services.common.http import api_router
from services.common.paging import DEFAULT_LIMIT, Limit
from services.common.scopes import EVENTS_READ, require_scope
from services.common.types import InDigits
from services.interop import usecases
from services.interop.api.callers import ByIntegrator
from services.interop.api.shapes import FeedPage
from services.interop.domain.feed import Place, place_of

router = api_router(tags=["feed"])


def asked_place(
    after: Annotated[
        str | None,
        Query(max_length=64, description="next_cursor of the page before, or `latest`; without it, the oldest kept."),
    ] = None,
) -> Place:
    """Raises `UnknownCursor`."""
    return place_of(after)


@router.get("/events", response_model=FeedPage)
async def follow_feed(
    tx: ByIntegrator,
    request: Request,
    place: Annotated[Place, Depends(asked_place)],
    limit: Limit = DEFAULT_LIMIT,
    wait_seconds: Annotated[
        int, Query(ge=0, le=30, description="How long to wait for an event at most."), InDigits
    ] = 0,
) -> object:
    """What happened to referrals, clients, plans, contacts, wounds, visits and reablement, as CloudEvents 1.0 in JSON.

    To begin, ask for `after=latest` and keep its `next_cursor`; read the current state by FHIR search; then ask again
    and again with `after` and the newest `next_cursor`, which every page gives, an empty one too. Without `after` one
    begins with the oldest that is kept. Events are kept for 14 days; a cursor from before is answered with 410, which
    says how to begin anew.

    With `wait_seconds`, a page that would be empty is answered as soon as something happens, and after 25 seconds at
    the latest. It is answered at once where too many wait already: pause for some seconds before asking again then.

    An event may come again after a failure: remember the ids. Events about one `subject` come in the order in which
    they happened, save what was lost and sent again: its `aggregateversion` is lower than one you have. The FHIR
    resource of what happened may follow a moment later; its version tells. The `data` of an event are those of the
    contract that its `type` names: ids, dates, codes and counts.
    """
    require_scope(tx.actor, EVENTS_READ)

    async def is_over() -> bool:
        return request.app.state.is_stopping() or await request.is_disconnected()

    watch, patience = usecases.watch_over(request.app.state.database), usecases.Patience(wait_seconds, is_over)
    return await usecases.follow_feed(tx, watch, place, limit, patience)
