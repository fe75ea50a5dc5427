"""Whether what was sent is FHIR R4 and keeps the rules of UK Core, before anything of it is believed."""

import asyncio
import json
from typing import Any

import orjson

from services.common import body
from services.common.outcome import Issue
from services.interop.fhir import validation
from services.interop.fhir.structure import ONE_AT_A_TIME
from services.interop.fhir.writing.refusals import NotTaken


async def judged(raw: bytes) -> tuple[dict[str, Any], list[Issue]]:
    """The document, its numbers with the digits that they were sent with, and warnings about it.

    Raises `MalformedJson`, `UnstorableValue`, or `NotTaken` with an issue for each fault.
    """
    parsed = body.parse(raw)
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(ONE_AT_A_TIME, validation.issues, raw.decode(), parsed)
    faults = [issue for issue in found if issue.severity in {"error", "fatal"}]
    if faults:
        raise NotTaken(issues=faults)
    return json.loads(raw, parse_float=_as_written), found


def _as_written(number: str) -> orjson.Fragment:
    return orjson.Fragment(number.encode())
