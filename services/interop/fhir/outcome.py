"""OperationOutcome: how FHIR says no. Every issue names the place by FHIRPath and says the way out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.interop.fhir.systems import ERROR_CODES, profile

MEDIA_TYPE = "application/fhir+json"

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
    409: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "processing",
    503: "transient",
}


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
        "meta": {"profile": [profile("OperationOutcome")]},
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
