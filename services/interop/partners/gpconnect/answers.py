"""What comes back to a document: the ITK3 response of the surgery's system, infrastructure or business alike."""

import re
from typing import Any
from uuid import UUID

import orjson

from services.interop.domain.itk_answer import ItkAnswer
from services.interop.fhir import xml_in

CODES = re.compile(r"https?://fhir\.nhs\.uk/STU3/(CodeSystem|ValueSet)/ITK-ResponseCodes-1")
CODE = re.compile(r"[0-9]{5}")


class NotAnAnswer(Exception):
    """What cannot be read is kept, and shown to a person."""


def read(raw: bytes) -> ItkAnswer:
    """In XML or JSON, whatever MESH says that it is. Raises `NotAnAnswer`."""
    try:
        bundle = orjson.loads(raw) if raw.lstrip()[:1] == b"{" else xml_in.as_read(raw)
        resources = [entry["resource"] for entry in _several(bundle["entry"])]
        (header,) = [one for one in resources if one["resourceType"] == "MessageHeader"]
        (outcome,) = [one for one in resources if one["resourceType"] == "OperationOutcome"]
        answered = UUID(header["response"]["identifier"].removeprefix("urn:uuid:"))
        return ItkAnswer(answered, _code(outcome))
    except (xml_in.BadXml, KeyError, ValueError, TypeError, AttributeError) as error:
        raise NotAnAnswer from error


def _code(outcome: dict[str, Any]) -> str:
    """Raises `ValueError` where none of ITK3's codes is there."""
    codings = [
        coding
        for issue in _several(outcome["issue"])
        for coding in _several(issue["details"]["coding"])
        if CODES.fullmatch(coding.get("system", "")) and CODE.fullmatch(coding.get("code", ""))
    ]
    if not codings:
        raise ValueError("no response code")
    return str(codings[0]["code"])


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
