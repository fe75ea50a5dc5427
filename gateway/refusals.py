"""What the door itself says no to, before any service hears of it."""

from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import Response

from services.common.errors import ServiceError, problem
from services.common.outcome import as_outcome, is_fhir

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


class Refusal(ServiceError):
    """A refusal with always the same words."""

    told: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.told)


class UnreadableRequest(Refusal):
    status, field = 400, "/header"
    told = "The request cannot be read in one way only."
    way_out = "Send HTTP/1.1 with one Content-Length or one 'Transfer-Encoding: chunked', CRLF, and no trailers."


class UnclearHost(Refusal):
    status, field = 400, "/header/Host"
    told = "The request does not name one host."
    way_out = "Send one Host header, with a name or an address."


class TwoAuthorizations(Refusal):
    status, field = 400, "/header/Authorization"
    told = "The Authorization header was sent more than once."
    way_out = "Send one Authorization header."


class TokenInAddress(Refusal):
    status, field = 401, "/query/access_token"
    told = "An address is kept by browsers and proxies, so a token in one is not taken."
    way_out = "Get a new access token, since this one is known now, and send it in the Authorization header."
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": 'Bearer error="invalid_request"'}


class AmbiguousPath(Refusal):
    status, field = 400, "/path"
    told = "The path could mean one thing here and another to a service."
    way_out = "Send the plain path, without dots, semicolons, doubled or encoded slashes."


class NoSuchService(Refusal):
    status, field = 404, "/path"
    told = "Nothing is at this path."
    way_out = "See the API's description for the services and their paths."


class MethodNotAllowed(Refusal):
    status, field = 405, "/path"
    told = "This method does nothing here."
    way_out = f"Use one of {', '.join(METHODS)}, as the API's description says."
    headers: ClassVar[dict[str, str]] = {"Allow": ", ".join(METHODS)}


class HeadTooSlow(Refusal):
    status, field = 408, "/header"
    told = "The request's headers did not come in time."
    way_out = "Send all headers at once, on a new connection."


class BodyTooSlow(Refusal):
    status, field = 408, "/body"
    told = "The request's body did not come in time."
    way_out = "Send the body without a pause, or in smaller requests."


class AddressTooLong(Refusal):
    status, field = 414, "/path"
    told = "The address is longer than 8 KiB."
    way_out = "Shorten the query, or search by POST."


class EncodedBody(Refusal):
    status, field = 415, "/header/Content-Encoding"
    told = "A compressed body is not taken."
    way_out = "Send the body as it is, without Content-Encoding."


class TooManyRequests(Refusal):
    status, field = 429, "/header/Authorization"
    told = "That was more than one caller may ask in so short a time."
    way_out = "Wait as many seconds as Retry-After says, and send it again."


class TooManyRequestsFromAddress(TooManyRequests):
    field = "/header"
    told = "That was more than may come from one address in so short a time."


class HeadTooLarge(Refusal):
    status, field = 431, "/header"
    told = "There are more than 16 KiB of headers, or more than a hundred of them."
    way_out = "Send fewer or shorter headers."


class TooManyConnections(Refusal):
    status, field = 503, "/header"
    told = "There are too many connections open."
    way_out = "Close those that are not needed, and try again in a moment."
    headers: ClassVar[dict[str, str]] = {"Retry-After": "2"}


class VersionNotSupported(Refusal):
    status, field = 505, "/header"
    told = "Only HTTP/1.1 is spoken here."
    way_out = "Send the request as HTTP/1.1."


def answer(scope: Any, error: ServiceError, **headers: str) -> Response:
    """This refusal in the form of its path: FHIR's, or problem details. `headers` are more, with _ for dashes."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    at = [{"pointer": error.at, "code": error.code(), "detail": error.detail, "way_out": error.way_out}]
    request = Request(scope)
    said = problem(request, error.status, error.code(), error.detail, at, {**error.headers, **more})
    return as_outcome(request, said) if is_fhir(scope["path"]) else said
