"""Subscriptions as FHIR writes them: R4's own, and R5's to topics, brought back to R4 (Subscriptions Backport 1.1)."""

import re
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from services.common.errors import ServiceError
from services.common.outcome import MEDIA_TYPE, Issue
from services.common.outside import may_be_asked
from services.interop.domain.subscription import NewSubscription, Subscription
from services.interop.fhir import criteria, times
from services.interop.fhir.mapping.parts import Content, instant

BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
PROFILE = f"{BACKPORT}/backport-subscription"
FILTER, CONTENT = f"{BACKPORT}/backport-filter-criteria", f"{BACKPORT}/backport-payload-content"
HEARTBEAT = f"{BACKPORT}/backport-heartbeat-period"
TOPIC = "https://heatshield.uk/SubscriptionTopic/record-changed"
SHOWS_IDS = {"empty": False, "id-only": True}
HEADER = re.compile(r"(?i:Authorization|X-[A-Za-z0-9-]{1,60}): ?[!-~][ -~]{0,1000}")
MOST_HEADERS, LONGEST_REASON, LONGEST_ADDRESS = 5, 200, 2000
HEARTBEAT_SECONDS = range(30, 86_401)
FILTER_AT = "Subscription.criteria"
NO_CRITERIA = "Give a type and what narrows it, such as Observation?code=39156-5, as in a search by GET."
NO_CONTENT = "A message holds ids at most: give empty or id-only, and read what it names with your token."
NO_ENDPOINT = "Give an https address with a public host name, such as https://trust.example/fhir-hook."
NO_CHANNEL = "Notifications go to a rest-hook alone."
NO_HEADER = "Give at most five headers, of the name Authorization or beginning with X-, each in one line."
NO_HEARTBEAT = "Give a heartbeat of 30 to 86400 seconds, for a subscription to a topic."
NO_PAYLOAD = f"A topic's messages are {MEDIA_TYPE}. Without a topic leave the payload out: the message is empty."
NO_END = "No clock shows this time. Give one that does, or leave the end out."
NO_REASON = "Give a reason of at most 200 characters, without anything that tells of a person."
REQUESTED_FIRST = "Send the status requested; it is active once the endpoint has taken a handshake."


def criteria_of(content: Content) -> str:
    """The search whose finds are told of; a topic has it as a filter."""
    if content.get("criteria") != TOPIC:
        return str(content.get("criteria", ""))
    return str(_extension(content.get("_criteria", {}), FILTER).get("valueString", ""))


def issues(content: Content, hosts_inside: Collection[str]) -> Iterator[Issue]:
    """What is not taken of a Subscription that is sound FHIR, each with its place and the way out."""
    channel = content["channel"]
    is_of_topic = content.get("criteria") == TOPIC
    try:
        criteria.parsed(criteria_of(content))
    except ServiceError as error:
        yield Issue("value", FILTER_AT, f"{error.detail} {error.way_out} {NO_CRITERIA}")
    if content.get("status") != "requested":
        yield Issue("value", "Subscription.status", REQUESTED_FIRST)
    if not 0 < len(content.get("reason", "")) <= LONGEST_REASON:
        yield Issue("too-long", "Subscription.reason", NO_REASON)
    if channel.get("type") != "rest-hook":
        yield Issue("not-supported", "Subscription.channel.type", NO_CHANNEL)
    endpoint = channel.get("endpoint", "")
    if len(endpoint) > LONGEST_ADDRESS or not may_be_asked(endpoint, hosts_inside):
        yield Issue("value", "Subscription.channel.endpoint", NO_ENDPOINT)
    headers = channel.get("header", [])
    if len(headers) > MOST_HEADERS or any(HEADER.fullmatch(str(one)) is None for one in headers):
        yield Issue("value", "Subscription.channel.header", NO_HEADER)
    try:
        ends_at(content)
    except (ValueError, OverflowError):
        yield Issue("value", "Subscription.end", NO_END)
    yield from _payload_issues(channel, is_of_topic)


def _payload_issues(channel: Content, is_of_topic: bool) -> Iterator[Issue]:
    at = "Subscription.channel.payload"
    if is_of_topic and channel.get("payload", MEDIA_TYPE) not in {MEDIA_TYPE, "application/json"}:
        yield Issue("not-supported", at, NO_PAYLOAD)
    if not is_of_topic and "payload" in channel:
        yield Issue("not-supported", at, NO_PAYLOAD)
    if is_of_topic and _content(channel) not in SHOWS_IDS:
        yield Issue("not-supported", at, NO_CONTENT)
    beat = _extension(channel, HEARTBEAT).get("valueUnsignedInt")
    if beat is not None and (not is_of_topic or beat not in HEARTBEAT_SECONDS):
        yield Issue("value", "Subscription.channel.extension", NO_HEARTBEAT)


def ends_at(content: Content) -> datetime | None:
    """Raises `ValueError` or `OverflowError` for a time that no clock shows."""
    return times.stretch(content["end"])[0] if "end" in content else None


def understood(content: Content, base: str) -> NewSubscription:
    """A Subscription that has no issue."""
    channel = content["channel"]
    wanted = criteria_of(content)
    is_of_topic = content["criteria"] == TOPIC
    return NewSubscription(
        resource_type=wanted.partition("?")[0],
        criteria=wanted,
        reason=content["reason"],
        endpoint=channel["endpoint"],
        is_of_topic=is_of_topic,
        shows_ids=is_of_topic and SHOWS_IDS[_content(channel)],
        base=base,
        headers=list(channel.get("header", [])),
        heartbeat_seconds=_extension(channel, HEARTBEAT).get("valueUnsignedInt"),
    )


def shown(row: Subscription, state: str) -> Content:
    """As it was asked for, with how it stands. Its headers hold secrets, and are told to nobody again."""
    profile = {"profile": [PROFILE]} if row.is_of_topic else {}
    content: Content = {
        "resourceType": "Subscription",
        "id": str(row.id),
        "meta": {"versionId": str(row.version), "lastUpdated": instant(row.changed_at), **profile},
        "status": state,
        "end": instant(row.ends_at),
        "reason": row.reason,
        "criteria": TOPIC if row.is_of_topic else row.criteria,
        "channel": _channel(row),
    }
    if row.is_of_topic:
        content["_criteria"] = {"extension": [{"url": FILTER, "valueString": row.criteria}]}
    return content if row.error is None else {**content, "error": row.error}


def _channel(row: Subscription) -> Content:
    channel: Content = {"type": "rest-hook", "endpoint": row.endpoint}
    if row.heartbeat_seconds is not None:
        channel["extension"] = [{"url": HEARTBEAT, "valueUnsignedInt": row.heartbeat_seconds}]
    if not row.is_of_topic:
        return channel
    content = {"url": CONTENT, "valueCode": "id-only" if row.shows_ids else "empty"}
    return {**channel, "payload": MEDIA_TYPE, "_payload": {"extension": [content]}}


def _content(channel: Content) -> str:
    return str(_extension(channel.get("_payload", {}), CONTENT).get("valueCode", ""))


def _extension(content: Content, url: str) -> dict[str, Any]:
    return next((one for one in content.get("extension", []) if one.get("url") == url), {})
