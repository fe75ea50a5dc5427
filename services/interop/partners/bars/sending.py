"""Posting a response to the sender's own `$process-message`, through the NHS's proxy or where operations say."""

import asyncio
import base64
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self

import httpx
import orjson

from services.common.outcome import MEDIA_TYPE
from services.interop.domain.bars_exchange import BarsResponse
from services.interop.fhir import systems
from services.interop.partners.nhs_tokens import Client, NhsTokens, NoToken

# BaRS: every answer comes within 5 s; what comes later counts as none.
ANSWER_SECONDS = 10
ANSWER_BYTES = 2_000_000
ACCEPT = f"{MEDIA_TYPE}; version=1.4.0"
# BaRS: to be tried again as it is, under the same ids. So is what a proxy says of itself and not of the message.
AGAIN = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
}
DUPLICATE = "duplicate"


@dataclass(frozen=True)
class Answer:
    """What came back: it has the response, or refused it for its own sake, or neither can be told."""

    status: int | None
    has_it: bool = False
    is_refused: bool = False


class Sender:
    """The way out to whoever sends by BaRS."""

    def __init__(self, http: httpx.AsyncClient, url: str, ods_code: str, tokens: NhsTokens | None) -> None:
        self._http, self._url, self._tokens = http, f"{url.rstrip('/')}/$process-message", tokens
        self._of_us = _of_us(ods_code)

    @classmethod
    def of(cls, http: httpx.AsyncClient, url: str, ods_code: str, client: Client | None) -> Self:
        return cls(http, url, ods_code, NhsTokens(http, client) if client else None)

    async def send(self, response: BarsResponse) -> Answer:
        """One attempt, with the token that it needs. A redirect is no taking, and is not followed."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                status, body = await self._post(response)
        except NoToken as error:
            return Answer(error.status)
        except (httpx.HTTPError, TimeoutError):
            return Answer(None)
        if status == HTTPStatus.UNAUTHORIZED and self._tokens is not None:
            self._tokens.forget()
        return judged(status, body)

    async def _post(self, response: BarsResponse) -> tuple[int, bytes]:
        """The status, and the body as far as any is read. Raises `NoToken` or `httpx.HTTPError`."""
        headers = self._of_us | _of(response) | await self._authorization()
        asked = self._http.stream(
            "POST", self._url, content=response.payload.encode(), headers=headers, follow_redirects=False
        )
        body = bytearray()
        async with asked as answer:
            async for piece in answer.aiter_raw():
                body += piece
                if len(body) > ANSWER_BYTES:
                    break
        return answer.status_code, bytes(body)

    async def _authorization(self) -> dict[str, str]:
        return {} if self._tokens is None else {"Authorization": f"Bearer {await self._tokens.token()}"}


def judged(status: int, body: bytes) -> Answer:
    """An answer counts where it is FHIR and, being a refusal, an OperationOutcome; anything else is tried again."""
    is_success = httpx.codes.is_success(status)
    said = {} if is_success and not body else _resource(body)
    if said is None or status in AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Answer(status)
    if is_success:
        return Answer(status, has_it=True)
    if said.get("resourceType") != "OperationOutcome":
        return Answer(status)
    codes = {issue.get("code") for issue in said.get("issue", []) if isinstance(issue, dict)}
    has_it = status == HTTPStatus.CONFLICT and DUPLICATE in codes
    return Answer(status, has_it=has_it, is_refused=not has_it)


def _resource(body: bytes) -> dict[str, Any] | None:
    """What came, where it is FHIR in JSON and could be read whole."""
    try:
        found = orjson.loads(body) if len(body) <= ANSWER_BYTES else None
    except ValueError:
        return None
    return found if isinstance(found, dict) and "resourceType" in found else None


def _of(response: BarsResponse) -> dict[str, str]:
    system, _, value = response.target.partition("|")
    return {
        "X-Request-Id": str(response.request_id),
        "X-Correlation-Id": str(response.correlation_id),
        "NHSD-Target-Identifier": _packed({"value": value, "system": system}),
        "use-context": response.use_context,
    }


def _of_us(ods_code: str) -> dict[str, str]:
    organisation = {
        "resourceType": "Organization",
        "identifier": [{"system": systems.ODS_CODE, "value": ods_code}],
    }
    software = {"resourceType": "Device", "deviceName": [{"name": "Heatshield", "type": "model-name"}]}
    return {
        "Content-Type": MEDIA_TYPE,
        "Accept": ACCEPT,
        "Accept-Encoding": "identity",
        "NHSD-End-User-Organisation": _packed(organisation),
        "NHSD-Requesting-Software": _packed(software),
    }


def _packed(content: dict[str, Any]) -> str:
    return base64.b64encode(orjson.dumps(content)).decode()
