"""Subscription: to be told of what changes, instead of asking again and again."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Header, Path, Query, Request, Response

from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.outcome import Issue, operation_outcome
from services.common.scopes import require_scope
from services.interop import usecases
from services.interop.api import fhir_asked
from services.interop.api.callers import ByIntegrator
from services.interop.api.fhir_asked import Prefer
from services.interop.api.fhir_format import document
from services.interop.api.fhir_route import fhir, fhir_router, public_base
from services.interop.domain.subscription import Subscription
from services.interop.fhir import bundle, criteria, notifying, registry, subscribing
from services.interop.fhir.writing.refusals import NotOfTheAddress

router = fhir_router(tags=["FHIR"])

SubscriptionId = Annotated[str, Path(max_length=64)]
IfMatch = Annotated[str | None, Header(max_length=40, description="The ETag last read.")]
Number = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
REFUSED = 422


@router.post("/Subscription", status_code=201, response_class=Response)
async def subscribe(tx: ByIntegrator, request: Request) -> Response:
    """Ask to be told of changes: by R4's own criteria, or by a topic of R5 with a filter."""
    require_scope(tx.actor, "system/Subscription.c")
    content, refusal = await _asked(tx, request)
    if refusal is not None:
        return refusal
    root = public_base(request)
    made = await usecases.subscribe(tx, subscribing.understood(content, root), subscribing.ends_at(content))
    tx.about("Subscription", made.id)
    return _shown(made, 201, {"Location": f"{root}/Subscription/{made.id}"})


@router.put("/Subscription/{subscription_id}", response_class=Response)
async def change_subscription(
    tx: ByIntegrator, request: Request, subscription_id: SubscriptionId, if_match: IfMatch = None
) -> Response:
    """Be told of something else, or elsewhere; with the headers, which are told to nobody again."""
    require_scope(tx.actor, "system/Subscription.u")
    content, refusal = await _asked(tx, request)
    if refusal is not None:
        return refusal
    if content.get("id") != subscription_id:
        raise NotOfTheAddress("Subscription.id")
    new, ends_at = subscribing.understood(content, public_base(request)), subscribing.ends_at(content)
    return _shown(await usecases.change_subscription(tx, _id(subscription_id), new, ends_at, if_match))


@router.get("/Subscription", response_class=Response)
async def list_subscriptions(tx: ByIntegrator, request: Request, prefer: Prefer = None) -> Response:
    """The caller's own."""
    require_scope(tx.actor, "system/Subscription.s")
    asked = fhir_asked.understood(request, registry.SUBSCRIPTION, "", prefer)
    page = await usecases.list_subscriptions(tx, fhir_asked.wanted_page(request, "Subscription", asked))
    found = [subscribing.shown(row, row.state(tx.now)) for row in page["items"]]
    return fhir(bundle.page(public_base(request), "Subscription", asked, found, page["next_cursor"]))


@router.get("/Subscription/$status", response_class=Response)
async def look_at_statuses(tx: ByIntegrator, request: Request, prefer: Prefer = None) -> Response:
    """How the first hundred of the caller's own stand."""
    require_scope(tx.actor, "system/Subscription.r")
    asked = fhir_asked.understood(request, registry.SUBSCRIPTION, "", prefer)
    page = await usecases.list_subscriptions(tx, fhir_asked.wanted_page(request, "Subscription/$status", asked))
    return fhir(notifying.statuses(public_base(request), [(row, row.state(tx.now)) for row in page["items"]]))


@router.get("/Subscription/{subscription_id}", response_class=Response)
async def read_subscription(tx: ByIntegrator, subscription_id: SubscriptionId) -> Response:
    """One of the caller's own, as it stands."""
    return _shown(await _own(tx, subscription_id))


@router.delete("/Subscription/{subscription_id}", status_code=204, response_class=Response)
async def end_subscription(tx: ByIntegrator, subscription_id: SubscriptionId) -> Response:
    """Be told of nothing more."""
    require_scope(tx.actor, "system/Subscription.d")
    await usecases.end_subscription(tx, _id(subscription_id))
    return Response(status_code=204)


@router.get("/Subscription/{subscription_id}/$status", response_class=Response)
async def look_at_status(tx: ByIntegrator, request: Request, subscription_id: SubscriptionId) -> Response:
    """How one of the caller's own stands, and how many events there were."""
    row = await _own(tx, subscription_id)
    return fhir(notifying.statuses(public_base(request), [(row, row.state(tx.now))]))


@router.get("/Subscription/{subscription_id}/$events", response_class=Response)
async def catch_up(
    tx: ByIntegrator,
    subscription_id: SubscriptionId,
    first: Annotated[Number, Query(alias="eventsSinceNumber")] = None,
    last: Annotated[Number, Query(alias="eventsUntilNumber")] = None,
) -> Response:
    """The events again, a thousand at most: for whoever missed a number."""
    require_scope(tx.actor, "system/Subscription.r")
    row, events = await usecases.catch_up(tx, _id(subscription_id), first or 1, last)
    return fhir(notifying.notification(row, "query-event", row.state(tx.now), events, tx.now))


async def _asked(tx: Transaction, request: Request) -> tuple[dict[str, Any], Response | None]:
    """A Subscription that can be kept, or the answer that says why it cannot. Raises `InsufficientScope`."""
    raw = await document(request)
    found = await usecases.validate_resource("Subscription", raw, None)
    content = {} if _has_fault(found) else orjson.loads(raw)
    if content.get("resourceType") == "Subscription":
        found = list(subscribing.issues(content, request.app.state.settings.partner_hosts_inside))
    elif not _has_fault(found):
        found = [Issue("invalid", "Resource", "Send the Subscription itself.")]
    if _has_fault(found):
        return content, fhir(operation_outcome(REFUSED, found), REFUSED)
    kind, asked = criteria.parsed(subscribing.criteria_of(content))
    require_scope(tx.actor, f"system/{kind.name}.rs")
    fhir_asked.require_rights(tx, asked)
    return content, None


async def _own(tx: Transaction, subscription_id: str) -> Subscription:
    require_scope(tx.actor, "system/Subscription.r")
    found: Subscription = await usecases.read_subscription(tx, _id(subscription_id))
    return found


def _shown(row: Subscription, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    told: dict[str, Any] = subscribing.shown(row, row.state(datetime.now(UTC)))
    return fhir(told, status, {**fhir_asked.version_headers(row), **(headers or {})})


def _has_fault(found: list[Issue]) -> bool:
    return any(issue.severity == "error" for issue in found)


def _id(text: str) -> UUID:
    """Raises `NotFound` for what is no id of ours."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("Subscription") from None
