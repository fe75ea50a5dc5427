"""What an endpoint is told: a Bundle with how the subscription stands, and which resources changed, by id alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from services.interop.domain.subscription import Subscription, SubscriptionEvent
from services.interop.fhir.mapping.parts import Content, instant
from services.interop.fhir.subscribing import BACKPORT, TOPIC

STATUS = f"{BACKPORT}/backport-subscription-status-r4"
NOTIFICATION = f"{BACKPORT}/backport-subscription-notification-r4"


def status(row: Subscription, kind: str, state: str, events: Sequence[SubscriptionEvent] = ()) -> Content:
    """A SubscriptionStatus of R5, as Parameters."""
    told: list[Content] = [
        {"name": "subscription", "valueReference": {"reference": f"{row.base}/Subscription/{row.id}"}},
        *([{"name": "topic", "valueCanonical": TOPIC}] if row.is_of_topic else []),
        {"name": "status", "valueCode": state},
        {"name": "type", "valueCode": kind},
        {"name": "events-since-subscription-start", "valueString": str(row.events)},
        *(_event(row, one) for one in events),
    ]
    told += [] if row.error is None else [{"name": "error", "valueCodeableConcept": {"text": row.error}}]
    return {"resourceType": "Parameters", "id": str(uuid4()), "meta": {"profile": [STATUS]}, "parameter": told}


def notification(
    row: Subscription, kind: str, state: str, events: Sequence[SubscriptionEvent], now: datetime
) -> Content:
    """A Bundle whose first entry says why it is sent; the others name what changed, where that was asked for."""
    first = status(row, kind, state, events)
    entries: list[Content] = [
        {
            "fullUrl": f"urn:uuid:{first['id']}",
            "resource": first,
            "request": {"method": "GET", "url": f"{row.base}/Subscription/{row.id}/$status"},
            "response": {"status": "200"},
        }
    ]
    if row.shows_ids:
        entries += [_named(row, one) for one in events]
    return {
        "resourceType": "Bundle",
        "id": str(uuid4()),
        "meta": {"profile": [NOTIFICATION]},
        "type": "history",
        "timestamp": instant(now),
        "entry": entries,
    }


def statuses(base: str, told: Sequence[tuple[Subscription, str]]) -> Content:
    """The answer to `$status`."""
    found = [status(row, "query-status", state) for row, state in told]
    entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one, "search": {"mode": "match"}} for one in found]
    links = [{"relation": "self", "url": f"{base}/Subscription/$status"}]
    bundle: Content = {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "link": links}
    return {**bundle, "entry": entries} if entries else bundle


def _event(row: Subscription, one: SubscriptionEvent) -> Content:
    parts: list[Any] = [
        {"name": "event-number", "valueString": str(one.number)},
        {"name": "timestamp", "valueInstant": instant(one.happened_at)},
    ]
    if row.shows_ids:
        focus = {"reference": f"{row.base}/{one.resource_type}/{one.resource_id}"}
        parts.append({"name": "focus", "valueReference": focus})
    return {"name": "notification-event", "part": parts}


def _named(row: Subscription, one: SubscriptionEvent) -> Content:
    is_first = one.resource_version == 1
    name = f"{one.resource_type}/{one.resource_id}"
    return {
        "fullUrl": f"{row.base}/{name}",
        "request": {"method": "POST" if is_first else "PUT", "url": one.resource_type if is_first else name},
        "response": {"status": "201" if is_first else "200"},
    }
