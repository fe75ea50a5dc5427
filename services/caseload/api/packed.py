"""Answers for thin lines: a strong ETag of what is in them, nothing again where nothing changed, and gzip.

Packed, an answer's length tells of what is in it only to whoever can put a guess beside a secret in the same answer,
again and again (BREACH): no answer holds a secret or repeats what was sent, and no browser signs a request by itself.
"""

import gzip
import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Header, Request, Response

IfNoneMatch = Annotated[
    str | None, Header(alias="If-None-Match", max_length=400, description="The ETag of what the caller holds.")
]
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "It is still what the caller holds."}}
# Nothing is gained by more, and others wait while it is packed.
LEVEL = 6
VARY = {"Vary": "Accept-Encoding"}


def packed(
    request: Request, document: str, held: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """This JSON, gzipped where the caller takes it, or 304 where it is what the caller holds by its ETag."""
    content = document.encode()
    zips = takes_gzip(request.headers.get("Accept-Encoding", ""))
    digest = hashlib.sha256(content).hexdigest()
    # Two encodings of one answer are two strings of bytes, so a strong ETag tells them apart; either will do.
    tags = [f'"{digest}.gzip"', f'"{digest}"'] if zips else [f'"{digest}"', f'"{digest}.gzip"']
    asked = {one.strip().removeprefix("W/") for one in (held or "").split(",")}
    known = next((tag for tag in tags if tag in asked or "*" in asked), None)
    told = {**VARY, **(headers or {}), "ETag": known or tags[0]}
    if known is not None:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=told)
    if zips:
        content, told["Content-Encoding"] = gzip.compress(content, LEVEL, mtime=0), "gzip"
    return Response(content, media_type="application/json", headers=told)


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding names gzip, or anything, and does not say no to it (RFC 9110, 12.5.3)."""
    weights: dict[str, bool] = {}
    for one in accepted.lower().split(","):
        name, _, parameters = one.partition(";")
        weights[name.strip()] = parameters.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return weights.get("gzip", weights.get("*", False))
