"""Signed webhooks: one event a request, HMAC or ed25519, answered at once (Standard Webhooks 1.0.0)."""

import asyncio
import base64
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from uuid import uuid4

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import ValidationError
from standardwebhooks import Webhook

from services.interop.domain.adapter import SIGNING
from services.interop.domain.delivery import Attempt
from services.interop.domain.submission import Verdict
from services.interop.partners.council.facts import SOURCE, instant
from services.interop.partners.council.gateway import ANSWER_SECONDS, Answered, AnswersAtOnce

MEDIA_TYPE = "application/cloudevents+json"
ANSWER_BYTES = 4096
# Where a rejection may stand. One of the others is about the door or the moment, not about what was sent.
REJECTING = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
)
CHALLENGE = "uk.heatshield.connection.challenged.v1"


@dataclass(frozen=True)
class SignedWebhook(AnswersAtOnce):
    http: httpx.AsyncClient

    async def hand_over(self, attempt: Attempt, now: datetime) -> Answered:
        """A council has what it takes, with or without a word, and what it rejects in words that can be understood."""
        most = 0 if attempt.submission_id is None else ANSWER_BYTES
        status, body = await _post(self.http, attempt, str(attempt.delivery_id), attempt.payload, now, most=most)
        verdict = _verdict(body)
        if status is None:
            return Answered(None)
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            is_final = verdict is not None or attempt.submission_id is None
            return Answered(status, verdict, has_it=True, is_final=is_final)
        if verdict is not None and verdict.outcome == "rejected" and status in REJECTING:
            return Answered(status, verdict, has_it=True)
        return Answered(status)


def _verdict(body: bytes) -> Verdict | None:
    try:
        return Verdict.model_validate_json(body)
    except ValidationError:
        return None


async def challenge(http: httpx.AsyncClient, attempt: Attempt, now: datetime) -> tuple[int | None, bool]:
    """The status of the answer, and whether it echoes what only somebody who reads what is sent there can know."""
    made, event_id = secrets.token_urlsafe(32), str(uuid4())
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": SOURCE,
        "type": CHALLENGE,
        "time": instant(now),
        "datacontenttype": "application/json",
        "data": {"challenge": made},
    }
    status, body = await _post(http, attempt, event_id, json.dumps(event), now, most=ANSWER_BYTES)
    try:
        echoed = json.loads(body)
    except (ValueError, RecursionError):
        return status, False
    is_taken = status is not None and HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
    return status, is_taken and isinstance(echoed, dict) and echoed.get("challenge") == made


async def _post(
    http: httpx.AsyncClient, attempt: Attempt, message_id: str, payload: str, now: datetime, *, most: int = 0
) -> tuple[int | None, bytes]:
    """Status and at `most` so many bytes of the answer, or None without one. A redirect is one, and is not followed."""
    headers = {
        "accept-encoding": "identity",
        "content-type": MEDIA_TYPE,
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signature(attempt.secret, message_id, now, payload),
    }
    asked = http.stream("POST", attempt.url, content=payload.encode(), headers=headers, follow_redirects=False)
    try:
        async with asyncio.timeout(ANSWER_SECONDS), asked as answer:
            if not most:
                return answer.status_code, b""
            async for body in answer.aiter_raw(most):
                return answer.status_code, body
            return answer.status_code, b""
    except Exception:  # noqa: BLE001  whatever goes wrong at a partner's end is a failed attempt, and is tried again
        return None, b""


def signature(secret: str, message_id: str, now: datetime, payload: str) -> str:
    """`v1` by HMAC-SHA256, or `v1a` by ed25519, over the id, the time in whole seconds and the body.

    The library signs the clock time of any other zone than UTC as if it were UTC.
    """
    if not secret.startswith(SIGNING):
        return Webhook(secret).sign(message_id, now.astimezone(UTC), payload)
    signed = f"{message_id}.{int(now.timestamp())}.{payload}".encode()
    return f"v1a,{base64.b64encode(_key(secret).sign(signed)).decode()}"


def public_key(secret: str) -> str | None:
    """What the council checks signatures of ed25519 with; None for a secret that both sides hold."""
    if not secret.startswith(SIGNING):
        return None
    return f"whpk_{base64.b64encode(_key(secret).public_key().public_bytes_raw()).decode()}"


def _key(secret: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(secret.removeprefix(SIGNING)))
