"""What the routes under /fhir share: bodies read as bytes, answers in FHIR's media type, the public address."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

import orjson
from fastapi import APIRouter, Request, Response

from services.common.body import read_bytes
from services.common.http import TransactionRoute
from services.common.idempotency import Handle
from services.common.outcome import MEDIA_TYPE
from services.interop.api.fhir_format import negotiated

PREFIX = "/fhir/R4"
HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?")


class FhirRoute(TransactionRoute):
    """A route that reads its own body: a message is kept even where it is no JSON, and a search comes as a form.

    BaRS knows a message sent twice by its two ids, and answers it with a refusal that names it a duplicate.
    """

    honours_idempotency_key: ClassVar[bool] = False

    async def handled(self, request: Request, handle: Handle) -> Response:
        """In the format that the caller wants."""
        return negotiated(request, await super().handled(request, handle))

    async def read_body(self, request: Request) -> None:
        """Raises `TooLarge`."""
        await read_bytes(request)

    def check_query(self, request: Request, known: frozenset[str]) -> None:
        """A FHIR search passes over what it does not know, unless it was asked to be strict (FHIR R4, 3.1.0.2.2)."""


def fhir_router(*, tags: list[str]) -> APIRouter:
    return APIRouter(prefix=PREFIX, tags=list(tags), route_class=FhirRoute)


def fhir(
    content: Mapping[str, Any] | orjson.Fragment, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    return Response(orjson.dumps(content), status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def public_base(request: Request) -> str:
    """The FHIR base as the caller reaches it: the gateway says by which name it was called."""
    host, scheme = request.headers.get("x-forwarded-host", ""), request.headers.get("x-forwarded-proto", "")
    if HOST.fullmatch(host) and scheme in {"http", "https"}:
        return f"{scheme}://{host}{PREFIX}"
    return f"{str(request.base_url).rstrip('/')}{PREFIX}"
