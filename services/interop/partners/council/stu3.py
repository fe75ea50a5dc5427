"""A council's FHIR STU3 endpoint in the shapes that Nottinghamshire County Council publishes: a request is a
ReferralRequest, and any other fact a Communication. Codes of reasons are Interweave's (Yorkshire and Humber)."""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from services.interop.domain.delivery import Attempt
from services.interop.domain.share import SharedField
from services.interop.domain.submission import Verdict
from services.interop.partners.council.facts import SOURCE, instant
from services.interop.partners.council.gateway import ANSWER_SECONDS, Answered, AnswersAtOnce
from services.interop.partners.council.webhook import ANSWER_BYTES, REJECTING

MEDIA_TYPE = "application/fhir+json"
FHIR_TYPES = {MEDIA_TYPE, "application/fhir+xml"}
REQUESTS = frozenset({"financial_assessment_asked"})
CASE = "/identifier/council-case"
REASON = "/code/social-care-contact-reason"
# Interweave's SocialCareContactReason.
ASKS = {"code": "REQ-ASS", "display": "Request for Assessment"}
TELLS = {"code": "PUI", "display": "Providing Update/ Information"}
MOST_REASON = 200


@dataclass(frozen=True)
class FhirStu3(AnswersAtOnce):
    http: httpx.AsyncClient

    async def hand_over(self, attempt: Attempt, now: datetime) -> Answered:
        """201, or 200 with FHIR or nothing, is the council's taking; 400, 404, 409 and 422 are its rejection, with the
        reason of the outcome."""
        made = resource(json.loads(attempt.payload), attempt, now)
        headers = {
            "accept": MEDIA_TYPE,
            "accept-encoding": "identity",
            "authorization": f"Bearer {attempt.secret}",
            "content-type": MEDIA_TYPE,
            # What is sent again because its answer was lost makes no second one (FHIR STU3, conditional create).
            "if-none-exist": f"identifier={quote(_of_event(made), safe='')}",
            "x-request-id": str(attempt.delivery_id),
        }
        url = f"{attempt.url.rstrip('/')}/{made['resourceType']}"
        asked = self.http.stream("POST", url, content=json.dumps(made).encode(), headers=headers)
        try:
            async with asyncio.timeout(ANSWER_SECONDS), asked as answer:
                status, body = answer.status_code, await anext(answer.aiter_raw(ANSWER_BYTES), b"")
        except Exception:  # noqa: BLE001  whatever goes wrong at a partner's end is a failed attempt, and is tried again
            return Answered(None)
        if status == HTTPStatus.CREATED or (status == HTTPStatus.OK and (not body or _is_fhir(answer))):
            return Answered(status, Verdict(outcome="acknowledged"), has_it=True)
        reason = why(body) if status in REJECTING else None
        return Answered(status, Verdict(outcome="rejected", reason=reason), has_it=True) if reason else Answered(status)


def _is_fhir(answer: httpx.Response) -> bool:
    """And no page of a proxy's, say, which comes with 200 as well."""
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower() in FHIR_TYPES


def _of_event(made: dict[str, Any]) -> str:
    (identifier,) = made["identifier"]
    return f"{identifier['system']}|{identifier['value']}"


def why(body: bytes) -> str | None:
    """The reason in an OperationOutcome, in one line; None where the answer is none, as a proxy's page."""
    try:
        outcome = json.loads(body)
        issue = outcome["issue"][0]
        told = issue.get("diagnostics") or issue["details"]["text"]
        is_one = outcome["resourceType"] == "OperationOutcome"
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        return None
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in str(told)).split())
    return line[:MOST_REASON] or None if is_one else None


def resource(event: dict[str, Any], attempt: Attempt, now: datetime) -> dict[str, Any]:
    """The event for the council's system. Whom it is about is said by the council's own case id, where it is shared."""
    data = dict(event["data"])
    case_id = data.pop(SharedField.COUNCIL_REF, None)
    known = {"identifier": {"system": f"{SOURCE}{CASE}", "value": case_id}} if case_id else {"display": "not shared"}
    is_request = _kind(event["type"]) in REQUESTS
    reason = {
        "coding": [{"system": f"{SOURCE}{REASON}", **(ASKS if is_request else TELLS)}],
        "text": _words(event["type"]),
    }
    words = "\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in sorted(data.items()))
    identifier = [{"system": f"{SOURCE}/identifier/event", "value": event["id"]}]
    if is_request:
        return {
            "resourceType": "ReferralRequest",
            "identifier": identifier,
            "status": "active",
            "intent": "order",
            "subject": known,
            "authoredOn": instant(now),
            "requester": {"agent": {"display": "Neighbourhood nursing and care team"}},
            "reasonCode": [reason],
            "description": words,
        }
    return {
        "resourceType": "Communication",
        "identifier": identifier,
        "status": "completed",
        "category": [reason],
        "subject": known,
        "sent": event["time"],
        "sender": {"display": "Neighbourhood nursing and care team"},
        "payload": [{"contentString": words or _words(event["type"])}],
    }


def _kind(event_type: str) -> str:
    """`care_plan_changed` of `uk.heatshield.social_care.care_plan_changed.v1`."""
    return event_type.split(".")[-2]


def _words(event_type: str) -> str:
    return _kind(event_type).replace("_", " ").capitalize()
