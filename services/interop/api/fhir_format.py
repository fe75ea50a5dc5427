"""In which format FHIR is read and written: JSON, or XML where the caller says so."""

import asyncio

from fastapi import Request, Response

from services.common.body import UnsupportedMediaType
from services.common.outcome import MEDIA_TYPE
from services.interop.fhir import xml_in, xml_out

JSON_TYPES = frozenset({MEDIA_TYPE, "application/json", "json", "*/*", "application/*"})


async def document(request: Request) -> bytes:
    """The body in JSON, whichever it came in. Raises `BadXml`, or `UnsupportedMediaType` for what is neither."""
    declared = _bare(request.headers.get("content-type", ""))
    if declared in {MEDIA_TYPE, "application/json"}:
        return await request.body()
    if declared in xml_out.XML_TYPES:
        return await asyncio.to_thread(xml_in.to_json, await request.body())
    raise UnsupportedMediaType("The body is not declared as FHIR in JSON or XML.")


def negotiated(request: Request, answer: Response) -> Response:
    """The answer in the format that the caller wants; `_format` counts before Accept (FHIR R4, 3.1.0.1.11)."""
    if not answer.body or _bare(answer.headers.get("content-type", "")) != MEDIA_TYPE or not _wants_xml(request):
        return answer
    kept = {name: value for name, value in answer.headers.items() if name not in {"content-type", "content-length"}}
    written = xml_out.from_json(bytes(answer.body).decode())
    return Response(written, answer.status_code, kept, xml_out.MEDIA_TYPE)


def _wants_xml(request: Request) -> bool:
    asked = request.query_params.get("_format")
    if asked:
        # A plus sign in an address is a space.
        return _bare(asked).replace(" ", "+") in xml_out.XML_TYPES
    best, wants_xml = 0.0, False
    for one in request.headers.get("accept", "").split(","):
        kind, weight = _bare(one), _weight(one)
        if weight > best and kind in JSON_TYPES | xml_out.XML_TYPES:
            best, wants_xml = weight, kind in xml_out.XML_TYPES
    return wants_xml


def _bare(text: str) -> str:
    return text.partition(";")[0].strip().lower()


def _weight(text: str) -> float:
    """What is no weight counts as none was given (RFC 9110, 12.4.2)."""
    _, _, said = text.replace(" ", "").partition(";q=")
    try:
        return float(said.partition(";")[0] or 1)
    except ValueError:
        return 1.0
