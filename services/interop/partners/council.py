"""Councils: which facts they are told, exactly what is in each, and how it is signed (Standard Webhooks 1.0.0)."""

import asyncio
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from typing import Any, NamedTuple
from uuid import UUID, uuid4, uuid5

import httpx
from pydantic import ValidationError
from standardwebhooks import Webhook

from services.common.types import day_in_england
from services.interop.domain.delivery import Attempt, CouncilDelivery
from services.interop.domain.share import Share, SharedField
from services.interop.domain.submission import Submission, Verdict

FACTS = "uk.heatshield.social_care"
SOURCE = "/heatshield/interop"
MEDIA_TYPE = "application/cloudevents+json"
# The kinds of minutes that are social care; nursing and coordination are no council's business.
SOCIAL_CARE_MINUTES = {
    "personal_care": SharedField.PERSONAL_CARE_MINUTES,
    "reablement": SharedField.REABLEMENT_MINUTES,
    "wider_support": SharedField.WIDER_SUPPORT_MINUTES,
}
# How long to wait before each attempt (Standard Webhooks 1.0.0, section on retries): 75 hours and 35 minutes in all.
RETRY_AFTER = (
    timedelta(0),
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
# A council that took a submission without a word is waited for as long as one that answers nothing is asked.
ANSWER_WITHIN = sum(RETRY_AFTER, timedelta(0))
ANSWER_SECONDS, ANSWER_BYTES = 15, 4096
# Where a rejection may stand. One of the others is about the door or the moment, not about what was sent.
REJECTING = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}
)
CHALLENGE = "uk.heatshield.connection.challenged.v1"


@dataclass(frozen=True)
class Fact:
    """Something that happened in social care: what of it may ever be shared, by field.

    `key` names the fact itself, so that the same fact told twice is one event; `happened_on` is its day in England.
    """

    type: str
    key: str
    client_id: UUID
    happened_on: date
    values: dict[SharedField, Any]

    @property
    def event_id(self) -> UUID:
        return uuid5(self.client_id, f"{self.type}/{self.key}")


def care_plan_changed(
    *,
    client_id: UUID,
    care_plan_id: UUID,
    line_id: UUID,
    intervention: str | None,
    plan_version: int,
    changed_at: datetime,
) -> Fact:
    """A social care line of an agreed plan has changed. The words of the line are not shared."""
    values = {
        SharedField.CARE_PLAN_ID: str(care_plan_id),
        SharedField.LINE_ID: str(line_id),
        SharedField.INTERVENTION: intervention,
        SharedField.PLAN_VERSION: plan_version,
        SharedField.CHANGED_AT: _instant(changed_at),
    }
    return Fact(
        f"{FACTS}.care_plan_changed.v1", f"{line_id}/{plan_version}", client_id, day_in_england(changed_at), values
    )


def submitted(submission: Submission) -> Fact:
    """A change that a social worker has reviewed. Handed over again it is another event, and no repetition."""
    change = care_plan_changed(
        client_id=submission.client_id,
        care_plan_id=submission.care_plan_id,
        line_id=submission.line_id,
        intervention=submission.intervention,
        plan_version=submission.plan_version,
        changed_at=submission.plan_changed_at,
    )
    return replace(change, type=f"{FACTS}.care_plan_change_submitted.v1", key=f"{submission.id}/{submission.sends}")


def reablement_ending(*, client_id: UUID, reablement_id: UUID, last_free_day_on: date, decision_due_on: date) -> Fact:
    """The weeks that the client does not pay for come to their end, and it is to be decided what follows."""
    values = {
        SharedField.REABLEMENT_ID: str(reablement_id),
        SharedField.LAST_FREE_DAY_ON: last_free_day_on.isoformat(),
        SharedField.DECISION_DUE_ON: decision_due_on.isoformat(),
    }
    return Fact(f"{FACTS}.reablement_ending.v1", str(reablement_id), client_id, decision_due_on, values)


def financial_assessment_asked(*, client_id: UUID, reablement_id: UUID, last_free_day_on: date, asked_on: date) -> Fact:
    """The council is asked for its means test, so that it is known who pays when the free days are over."""
    values = {
        SharedField.REABLEMENT_ID: str(reablement_id),
        SharedField.LAST_FREE_DAY_ON: last_free_day_on.isoformat(),
    }
    return Fact(f"{FACTS}.financial_assessment_asked.v1", str(reablement_id), client_id, asked_on, values)


def reablement_started(
    *, client_id: UUID, reablement_id: UUID, started_on: date, last_free_day_on: date, decision_due_on: date
) -> Fact:
    """The weeks of reablement that the client does not pay for have started (Care Act 2014, SI 2014/2672)."""
    values = {
        SharedField.REABLEMENT_ID: str(reablement_id),
        SharedField.STARTED_ON: started_on.isoformat(),
        SharedField.LAST_FREE_DAY_ON: last_free_day_on.isoformat(),
        SharedField.DECISION_DUE_ON: decision_due_on.isoformat(),
    }
    return Fact(f"{FACTS}.reablement_started.v1", str(reablement_id), client_id, started_on, values)


def support_given(
    *, client_id: UUID, care_contact_id: UUID, channel: str, started_at: datetime, segments: Sequence[tuple[str, int]]
) -> Fact | None:
    """Social care was given, in minutes by kind; None where the whole contact was nursing."""
    minutes: dict[SharedField, Any] = {}
    for kind, spent in segments:
        if kind in SOCIAL_CARE_MINUTES:
            minutes[SOCIAL_CARE_MINUTES[kind]] = minutes.get(SOCIAL_CARE_MINUTES[kind], 0) + spent
    if not minutes:
        return None
    values = {
        SharedField.CARE_CONTACT_ID: str(care_contact_id),
        SharedField.STARTED_AT: _instant(started_at),
        SharedField.CHANNEL: channel,
        **minutes,
    }
    return Fact(f"{FACTS}.support_given.v1", str(care_contact_id), client_id, day_in_england(started_at), values)


def shared(fact: Fact, share: Share, case_id: str | None) -> dict[str, Any]:
    """Exactly the agreed fields; nothing where nothing of the fact itself was agreed.

    `case_id` is the council's own id of the case, where it was put right since the client agreed.
    """
    if not any(field in fact.values for field in share.fields):
        return {}
    known = {SharedField.COUNCIL_REF: case_id or share.council_ref, **fact.values}
    return {field: known[SharedField(field)] for field in share.fields if field in known}


def delivery(fact: Fact, share: Share, now: datetime, case_id: str | None = None) -> CouncilDelivery | None:
    """The fact for one council; None where nothing of it was agreed.

    Its subject is the share, for the council's own reference is told only where it is among those fields.
    """
    data = shared(fact, share, case_id)
    if not data:
        return None
    event = {
        "specversion": "1.0",
        "id": str(fact.event_id),
        "source": SOURCE,
        "type": fact.type,
        "subject": f"share/{share.id}",
        "time": _instant(now),
        "datacontenttype": "application/json",
        "data": data,
    }
    return CouncilDelivery(
        team_id=share.team_id,
        event_id=fact.event_id,
        connection_id=share.connection_id,
        share_id=share.id,
        client_id=share.client_id,
        type=fact.type,
        payload=json.dumps(event),
        queued_at=now,
        due_at=now,
        changed_at=now,
    )


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class Answered(NamedTuple):
    """The HTTP status, or None without an answer; what it says of a submission; whether the council has the fact."""

    status: int | None
    verdict: Verdict | None = None
    has_it: bool = False


async def send(http: httpx.AsyncClient, attempt: Attempt, now: datetime) -> Answered:
    """A council has what it takes, with or without a word, and what it rejects in an answer that can be understood."""
    most = 0 if attempt.submission_id is None else ANSWER_BYTES
    status, body = await _post(http, attempt, str(attempt.delivery_id), attempt.payload, now, most=most)
    verdict = _verdict(body)
    if status is None:
        return Answered(None)
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Answered(status, verdict, has_it=True)
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
        "time": _instant(now),
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
    """Status and at `most` so many bytes of the answer, or None without one. A redirect is one, and is not followed.

    `now` is in UTC: the library signs the clock time of any other zone as if it were UTC.
    """
    headers = {
        "accept-encoding": "identity",
        "content-type": MEDIA_TYPE,
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(attempt.secret).sign(message_id, now.astimezone(UTC), payload),
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
