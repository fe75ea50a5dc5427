"""Asking PDS: a read by number and a trace by details, application-restricted, so that one match at most is told.

Source: NHS England, Personal Demographics Service FHIR API (R4).
"""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self
from uuid import UUID

import httpx
import orjson

from services.common.outcome import MEDIA_TYPE
from services.interop.domain.trace import Demographics
from services.interop.partners.nhs_tokens import Client, NhsTokens, NoToken
from services.interop.partners.pds.patient import Unreadable, patient_of

ANSWER_SECONDS = 8.0
ANSWER_BYTES = 2_000_000
# All attempts and waits of one question: whoever asks waits for it, and the gateway for thirty seconds.
PATIENCE_SECONDS = 20.0
ATTEMPTS = 3
LONGEST_WAIT_SECONDS = 5.0
WAIT_SECONDS = 1.0
LATER_SECONDS = 30
AGAIN = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
NOT_THERE = {"RESOURCE_NOT_FOUND", "INVALIDATED_RESOURCE", "INVALID_RESOURCE_ID"}
TOO_MANY = "TOO_MANY_MATCHES"


class PdsAway(Exception):
    """No answer that can be used: `code` is for operations, `seconds` is when to ask again. Nothing it said is kept."""

    def __init__(self, code: str, seconds: int = LATER_SECONDS) -> None:
        super().__init__(f"PDS gave no usable answer ({code})")
        self.code, self.seconds = code, seconds


class TooManyMatches(Exception):
    """More than one person is like this, and PDS names none of them."""


class NotSearchable(Exception):
    """PDS does not search by details such as these."""


@dataclass(frozen=True)
class Question:
    """One question, by the id under which it is asked again."""

    request_id: UUID
    correlation_id: UUID


class Pds:
    """The way to PDS. `url` is its FHIR base."""

    def __init__(self, http: httpx.AsyncClient, url: str, tokens: NhsTokens | None) -> None:
        self._http, self._url, self._tokens = http, url.rstrip("/"), tokens

    @classmethod
    def of(cls, http: httpx.AsyncClient, url: str, client: Client | None) -> Self:
        return cls(http, url, NhsTokens(http, client) if client else None)

    @property
    def is_connected(self) -> bool:
        return bool(self._url)

    async def read(self, nhs_number: str, question: Question) -> Demographics | None:
        """Whom the number stands for, under the number that holds now. Raises `PdsAway`."""
        answer = await self._answer(f"/Patient/{nhs_number}", {}, question)
        said = _said(answer)
        codes = _codes(said)
        if answer.is_success:
            return _patient(said)
        if codes & NOT_THERE:
            return None
        raise PdsAway(f"http_{answer.status_code}")

    async def trace(self, details: dict[str, str], question: Question) -> Demographics | None:
        """The one person who is like this. Raises `TooManyMatches`, `NotSearchable` or `PdsAway`."""
        answer = await self._answer("/Patient", details, question)
        said = _said(answer)
        codes = _codes(said)
        if TOO_MANY in codes:
            raise TooManyMatches
        if answer.status_code == HTTPStatus.BAD_REQUEST and codes:
            raise NotSearchable
        if not answer.is_success or said.get("resourceType") != "Bundle":
            raise PdsAway("unreadable" if answer.is_success else f"http_{answer.status_code}")
        found = [one["resource"] for one in _list(said.get("entry")) if isinstance(one, dict) and "resource" in one]
        if len(found) > 1:
            raise TooManyMatches
        return _patient(found[0]) if found else None

    async def _answer(self, path: str, query: dict[str, str], question: Question) -> httpx.Response:
        """The last of a few attempts under one id. Raises `PdsAway`."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                for left in reversed(range(ATTEMPTS)):
                    answer = await self._ask(path, query, question)
                    wait = self._wait(answer)
                    if wait is None:
                        return answer
                    if not left or wait > LONGEST_WAIT_SECONDS:
                        raise PdsAway(f"http_{answer.status_code}", max(1, round(wait)))
                    await asyncio.sleep(wait)
        except TimeoutError as error:
            raise PdsAway("unreachable") from error
        raise AssertionError("the last attempt is an answer or none")

    async def _ask(self, path: str, query: dict[str, str], question: Question) -> httpx.Response:
        headers = {
            "Accept": MEDIA_TYPE,
            "X-Request-ID": str(question.request_id),
            "X-Correlation-ID": str(question.correlation_id),
        }
        try:
            if self._tokens is not None:
                headers["Authorization"] = f"Bearer {await self._tokens.token()}"
            url = f"{self._url}{path}"
            return await self._http.get(
                url, params=query, headers=headers, timeout=ANSWER_SECONDS, follow_redirects=False
            )
        except NoToken as error:
            raise PdsAway("no_token") from error
        except httpx.HTTPError as error:
            raise PdsAway("unreachable") from error

    def _wait(self, answer: httpx.Response) -> float | None:
        """How long until it is asked again, in seconds; None where this is the answer."""
        if answer.status_code == HTTPStatus.UNAUTHORIZED and self._tokens is not None:
            self._tokens.forget()
            return 0
        if answer.status_code not in AGAIN:
            return None
        told = answer.headers.get("retry-after", "")
        return float(told) if told.isascii() and told.isdigit() and len(told) < 6 else WAIT_SECONDS


def _said(answer: httpx.Response) -> dict[str, Any]:
    """What came as FHIR; an answer that is none, such as a page in HTML, is no answer. Raises `PdsAway`."""
    try:
        found = orjson.loads(answer.content) if len(answer.content) <= ANSWER_BYTES else None
    except ValueError:
        found = None
    if isinstance(found, dict) and "resourceType" in found:
        return found
    raise PdsAway("unreadable" if answer.is_success else f"http_{answer.status_code}")


def _codes(said: dict[str, Any]) -> set[str]:
    """The NHS's codes of an OperationOutcome, which comes with success too."""
    if said.get("resourceType") != "OperationOutcome":
        return set()
    details = [one.get("details") for one in _list(said.get("issue")) if isinstance(one, dict)]
    codings = [coding for one in details if isinstance(one, dict) for coding in _list(one.get("coding"))]
    return {str(coding.get("code")) for coding in codings if isinstance(coding, dict)}


def _patient(resource: Any) -> Demographics:
    try:
        return patient_of(resource)
    except Unreadable as error:
        raise PdsAway("unreadable") from error


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
