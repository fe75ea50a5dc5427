"""What an API says of itself: of each operation, every way in which it may refuse, and what has to be sent along."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from services.common.idempotency import PARAMETER

Document = dict[str, Any]
METHODS = ("get", "put", "post", "patch", "delete", "options")
IDEMPOTENCY_KEY = {"$ref": "#/components/parameters/IdempotencyKey"}
IF_MATCH, IF_NONE_MATCH = "If-Match", "If-None-Match"
PROBLEMS = {"application/problem+json": "Problem"}
# Where an address begins so, a refusal has (also) the form of that standard: by media type, the schema.
OTHER_REFUSALS = {
    "/fhir/": ("Fhir", {"application/fhir+json": "OperationOutcome"}),
    "/auth/": ("Auth", PROBLEMS | {"application/json": "OAuthError"}),
}
REFUSALS = {
    400: "What was sent cannot be read, or lacks what every such request needs.",
    401: "Nobody is signed in, or the token is not valid here.",
    403: "Whoever is signed in may not do this.",
    404: "There is no such thing for whoever is signed in.",
    409: "It is there already, it does not go with how things stand, or the same request is still being worked on.",
    410: "What the cursor leads to is no longer kept, or what the link or the address led to is over.",
    412: "It has changed since the version that was sent as If-Match, or another version of a protocol is spoken.",
    413: "The body is too large.",
    415: "The body is not of a kind that is read here.",
    422: "A field breaks one of its rules.",
    428: "The version last read has to be sent as If-Match.",
    429: "Too many requests: send it again later.",
    460: "What arrived has another checksum than was sent along.",
    500: "A fault of ours.",
    502: "Another service gave an answer that is of no use.",
    503: "The service is away for the moment: send it again later.",
}
HEADERS = {
    401: {"WWW-Authenticate": "How to sign in."},
    429: {"Retry-After": "When to send it again, in seconds."},
    503: {"Retry-After": "When to send it again, in seconds."},
}
ALWAYS = {400, 401, 403, 429, 500, 503}
TEXT, FIELD = {"type": "string"}, {"type": "string", "description": "A JSON pointer to what has to change."}
PROBLEM: Document = {
    "title": "Problem",
    "description": "A refusal (RFC 9457): what happened, at which field, and the way out. No input is ever repeated.",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "instance", "errors"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "code": TEXT,
        "detail": TEXT,
        "instance": TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail", "way_out"],
                "properties": {"pointer": FIELD, "code": TEXT, "detail": TEXT, "way_out": TEXT},
            },
        },
    },
}
ISSUES: Document = {"type": "array", "minItems": 1, "items": {"type": "object"}}
OUTCOME: Document = {
    "title": "OperationOutcome",
    "description": "A refusal as FHIR R4 says it.",
    "type": "object",
    "required": ["resourceType", "issue"],
    "properties": {"resourceType": {"const": "OperationOutcome"}, "issue": ISSUES},
}

OAUTH_ERROR: Document = {
    "title": "OAuthError",
    "description": "A refusal as OAuth 2.0 says it (RFC 6749, 5.2).",
    "type": "object",
    "required": ["error", "error_description"],
    "properties": {"error": TEXT, "error_description": TEXT},
}
SCHEMAS = {"Problem": PROBLEM, "OperationOutcome": OUTCOME, "OAuthError": OAUTH_ERROR}


class DescribedApp(FastAPI):
    """An app whose document lists every refusal, in the one shape that all of them have.

    `known` is kept for all apps of the same routes: it holds their document once it is written, which takes seconds.
    """

    def __init__(self, *, known: Document | None = None, **more: Any) -> None:
        super().__init__(**more)
        self._known = {} if known is None else known

    def openapi(self) -> Document:
        if not self._known:
            self._known |= described(super().openapi())
        return self._known


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Each operation with its path and method."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def described(document: Document) -> Document:
    """The document with all that holds for every operation said of each."""
    parts = document.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for _of_fastapi in ("HTTPValidationError", "ValidationError"):
        schemas.pop(_of_fastapi, None)
    schemas["Problem"] = PROBLEM
    parts["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    parts["parameters"] = {"IdempotencyKey": PARAMETER}
    parts["responses"] = {}
    document["security"] = [{"bearer": []}]
    document["info"]["description"] = document["info"].get("summary", "")
    for path, method, operation in operations(document):
        prefix, shapes = _refusals_of(path)
        schemas |= {schema: SCHEMAS[schema] for schema in shapes.values()}
        for status in sorted(statuses(path, method, operation)):
            name = f"{prefix}Refused{status}"
            parts["responses"][name] = _refusal(status, shapes)
            operation["responses"][str(status)] = {"$ref": f"#/components/responses/{name}"}
        _require_if_match(operation)
    parts["responses"] = dict(sorted(parts["responses"].items()))
    return document


def _require_if_match(operation: Document) -> None:
    """What the code refuses with a code of its own where it is missing is required all the same."""
    named = {parameter.get("name"): parameter for parameter in operation.get("parameters", [])}
    if IF_MATCH in named and IF_NONE_MATCH not in named:
        named[IF_MATCH] |= {"required": True, "schema": {"type": "string", "maxLength": 40}}


def statuses(path: str, method: str, operation: Document) -> set[int]:
    """The ways in which this operation may refuse."""
    parameters = operation.get("parameters", [])
    names = {parameter.get("name", "") for parameter in parameters}
    found = set(ALWAYS) | {int(status) for status in operation["responses"] if int(status) >= 400}
    if "requestBody" in operation or "{" in path or any(name.endswith("_id") for name in names):
        found.add(404)
    if parameters or "requestBody" in operation:
        found.add(422)
    if method != "get":
        found |= {404, 409, 413, 415, 422}
    if IF_MATCH in names:
        found |= {412, 428}
    return found


def _refusals_of(path: str) -> tuple[str, dict[str, str]]:
    """What the refusals of this address are called, and by media type their schema."""
    return next((said for start, said in OTHER_REFUSALS.items() if path.startswith(start)), ("", PROBLEMS))


def _refusal(status: int, shapes: dict[str, str]) -> Document:
    headers = {name: {"description": told, "schema": TEXT} for name, told in HEADERS.get(status, {}).items()}
    said: Document = {
        "description": REFUSALS[status],
        "content": {
            media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}} for media_type, schema in shapes.items()
        },
    }
    return {**said, "headers": headers} if headers else said
