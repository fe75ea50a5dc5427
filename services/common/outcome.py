"""OperationOutcome: how FHIR says no. Every issue names the place by FHIRPath and says the way out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

MEDIA_TYPE = "application/fhir+json"
CORRELATION_ID = "X-Correlation-Id"
BASE = "/fhir"
PROFILE = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-OperationOutcome"
ERROR_CODES = "https://fhir.nhs.uk/CodeSystem/http-error-codes"

# The NHS codes of a receiver (REC_*) by HTTP status, from the code system http-error-codes.
RECEIVER_CODES = {
    400: "REC_BAD_REQUEST",
    401: "REC_UNAUTHORIZED",
    403: "REC_FORBIDDEN",
    404: "REC_NOT_FOUND",
    405: "REC_METHOD_NOT_ALLOWED",
    406: "REC_NOT_ACCEPTABLE",
    408: "REC_TIMEOUT",
    409: "REC_CONFLICT",
    415: "REC_UNSUPPORTED_MEDIA_TYPE",
    422: "REC_UNPROCESSABLE_ENTITY",
    429: "REC_TOO_MANY_REQUESTS",
    500: "REC_SERVER_ERROR",
    501: "REC_NOT_IMPLEMENTED",
    503: "REC_UNAVAILABLE",
}
# FHIR issue-type by HTTP status, where nothing closer is known.
ISSUE_TYPES = {
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    408: "timeout",
    409: "conflict",
    413: "too-long",
    414: "too-long",
    415: "not-supported",
    422: "processing",
    429: "throttled",
    431: "too-long",
    503: "transient",
    504: "timeout",
}
NOT_KEPT = {"content-length", "content-type"}


@dataclass(frozen=True)
class Issue:
    """One thing that is wrong: its FHIR issue-type, where it is, and in plain words what to do about it."""

    code: str
    expression: str
    text: str
    severity: str = "error"


def receiver_code(status: int) -> str:
    return RECEIVER_CODES.get(status, "REC_BAD_REQUEST" if status < 500 else "REC_SERVER_ERROR")


def issue_type(status: int) -> str:
    return ISSUE_TYPES.get(status, "invalid" if status < 500 else "exception")


def operation_outcome(status: int, issues: Sequence[Issue]) -> dict[str, Any]:
    """The refusal as FHIR, with the NHS code that belongs to the HTTP status."""
    coding = {"system": ERROR_CODES, "code": receiver_code(status)}
    return {
        "resourceType": "OperationOutcome",
        "meta": {"profile": [PROFILE]},
        "issue": [
            {
                "severity": issue.severity,
                "code": issue.code,
                "details": {"coding": [coding], "text": issue.text},
                "expression": [issue.expression],
            }
            for issue in issues
        ],
    }


def is_fhir(path: str) -> bool:
    return path == BASE or path.startswith(f"{BASE}/")


def as_outcome(request: Request, said: Response) -> Response:
    """A refusal in problem details, said in FHIR."""
    code = issue_type(said.status_code)
    issues = [
        Issue(code, expression(error["pointer"]), f"{error['detail']} {error['way_out']}")
        for error in json.loads(bytes(said.body))["errors"]
    ]
    kept = {name: value for name, value in said.headers.items() if name not in NOT_KEPT}
    outcome = operation_outcome(said.status_code, issues)
    return JSONResponse(outcome, said.status_code, {**kept, **echoed(request)}, MEDIA_TYPE)


def expression(pointer: str) -> str:
    """FHIR names a header or a parameter `http.` and its name."""
    name = pointer.rpartition("/")[2]
    return f"http.{name}" if name else "http"


def echoed(request: Request) -> dict[str, str]:
    """The sender's correlation id, back to it. The request id is echoed on every answer of every service."""
    correlation_id = one_uuid(request, CORRELATION_ID)
    return {CORRELATION_ID: str(correlation_id)} if correlation_id else {}


def one_uuid(request: Request, header: str) -> UUID | None:
    """The UUID in this header; None where it is missing, no UUID or sent more than once."""
    sent = request.headers.getlist(header)
    try:
        return UUID(sent[0]) if len(sent) == 1 else None
    except ValueError:
        return None
