"""In which format FHIR is read and written: JSON, or XML where the caller says so."""

import asyncio
import re

from fastapi import Request, Response

from services.common.body import UnsupportedMediaType
from services.common.outcome import MEDIA_TYPE
from services.interop.fhir import xml_in, xml_out
from services.interop.fhir.structure import ONE_AT_A_TIME

# FHIR is written in UTF-8 alone (R4, 3.1.0.1.11), of which ASCII is a part.
CHARSET = re.compile(r';\s*charset\s*=\s*"?([^";,\s]*)')
UTF_8 = frozenset({"utf-8", "utf8", "us-ascii"})
JSON_TYPES = frozenset({MEDIA_TYPE, "application/json", "json", "*/*", "application/*"})


async def document(request: Request) -> bytes:
    """The body in JSON, whichever it came in. Raises `BadXml`, or `UnsupportedMediaType` for what is neither."""
    kind = declared(request)
    if kind in {MEDIA_TYPE, "application/json"}:
        return await request.body()
    if kind in xml_out.XML_TYPES:
        loop = asyncio.get_running_loop()
        # It is held against the definitions over and over, as deep as it has lists.
        return await loop.run_in_executor(ONE_AT_A_TIME, xml_in.to_json, await request.body())
    if ";" in kind:
        raise UnsupportedMediaType("The body is not declared as UTF-8.")
    raise UnsupportedMediaType("The body is not declared as FHIR in JSON or XML.")


def declared(request: Request) -> str:
    """The media type of the body; with its character set where that is another than FHIR's."""
    header = request.headers.get("content-type", "").lower()
    charset = CHARSET.search(header)
    return _bare(header) if charset is None or charset[1] in UTF_8 else f"{_bare(header)}; charset={charset[1]}"


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
