"""What hostile callers send, byte by byte, and the status that it gets: list T-GW, and what else may be one request to
one reader and another, or two, to the next."""

from dataclasses import dataclass

from tests.gateway.raw import request

GET = "GET /caseload/v1/x HTTP/1.1"
POST = "POST /caseload/v1/x HTTP/1.1"
CHUNKED = "Transfer-Encoding: chunked"
# A second request, hidden behind the first.
HIDDEN = request("GET /caseload/v1/hidden HTTP/1.1")
KIB = 1024
# Where a file is taken.
FILE = 5_000_000
ADD = "POST /caseload/v1/wounds/01938000-0000-7000-8000-00000000000a/photos"
PIECE = "PATCH /caseload/v1/uploads/01938000-0000-7000-8000-00000000000a HTTP/1.1"
PIECE_SEEN = "PATCH /v1/uploads/01938000-0000-7000-8000-00000000000a"
BEGIN, BEGIN_SEEN = "POST /caseload/v1/uploads HTTP/1.1", "POST /v1/uploads"
PHOTO, PHOTO_SEEN = f"{ADD}?sha256=ab HTTP/1.1", f"{ADD.replace('/caseload', '')}?sha256=ab"


@dataclass(frozen=True)
class Case:
    """Bytes for one connection, the statuses that may answer them, and what the service is to have seen."""

    id: str
    sent: bytes
    status: tuple[int, ...]
    seen: tuple[str, ...] = ()


def refused(id: str, sent: bytes, *status: int) -> Case:
    return Case(id, sent, status)


def passed(id: str, sent: bytes, seen: str = "GET /v1/x", status: int = 200) -> Case:
    return Case(id, sent, (status,), (seen,))


def path(id: str, path: str, *status: int) -> Case:
    return refused(f"01 {id}", request(f"GET /caseload/v1/{path} HTTP/1.1"), *(status or (400,)))


PATHS = [
    path("dots", "../admin"),
    path("dot", "./x"),
    path("dots at the end", ".."),
    path("encoded dots", "%2e%2e/admin"),
    path("half encoded dots", ".%2E/admin"),
    path("encoded slash", "..%2fadmin"),
    path("encoded twice", "%252e%252e%252fadmin"),
    path("encoded slash twice", "x%252f..%252fadmin"),
    path("backslash", "..\\admin"),
    path("encoded backslash", "..%5cadmin"),
    path("parameter", "..;/admin"),
    path("encoded parameter", "..%3b/admin"),
    path("parameter of an id", "x;y=z"),
    path("doubled slash", "/admin"),
    path("nul", "x%00"),
    path("line break", "x%0d%0aX-User: ruth"),
    path("overlong dots", "%c0%ae%c0%ae/admin"),
    path("raw nul", "x\x00"),
    path("raw high byte", "x\xff"),
    path("space in the path", "x y"),
    refused("01 upper case prefix", request("GET /CASELOAD/v1/x HTTP/1.1"), 404),
    refused("01 encoded prefix", request("GET /caselo%61d/v1/x HTTP/1.1"), 404),
    refused("01 no version", request("GET /caseload/x HTTP/1.1"), 404),
    passed("02 encoded question mark", request("GET /caseload/v1/a%3fb=c HTTP/1.1"), "GET /v1/a%3fb=c"),
    passed("02 encoded hash", request("GET /caseload/v1/a%23b HTTP/1.1"), "GET /v1/a%23b"),
    passed("02 query is kept", request("GET /caseload/v1/x?a=%2e%2e%2f&b=1 HTTP/1.1"), "GET /v1/x?a=%2e%2e%2f&b=1"),
]

FRAMING = [
    refused("05 CL and TE", request(POST, "Content-Length: 5", CHUNKED, body=b"0\r\n\r\n" + HIDDEN), 400),
    refused("05 TE and CL", request(POST, CHUNKED, "Content-Length: 5", body=b"0\r\n\r\n" + HIDDEN), 400),
    refused("05 TE xchunked", request(POST, "Transfer-Encoding: xchunked", body=b"0\r\n\r\n"), 400),
    refused("05 TE identity", request(POST, "Transfer-Encoding: identity", body=b"0\r\n\r\n"), 400),
    refused("05 TE gzip, chunked", request(POST, "Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"), 400),
    refused("05 TE chunked, identity", request(POST, "Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n"), 400),
    refused("05 TE twice", request(POST, CHUNKED, CHUNKED, body=b"0\r\n\r\n"), 400),
    refused("05 TE twice, one odd", request(POST, CHUNKED, "Transfer-Encoding: x", body=b"0\r\n\r\n"), 400),
    refused("05 TE with a tab", request(POST, "Transfer-Encoding:\x0bchunked", body=b"0\r\n\r\n"), 400),
    refused("05 TE quoted", request(POST, 'Transfer-Encoding: "chunked"', body=b"0\r\n\r\n"), 400),
    refused("05 TE space before the colon", request(POST, "Transfer-Encoding : chunked", body=b"0\r\n\r\n"), 400),
    refused("05 TE folded", request(POST, "Transfer-Encoding:\r\n chunked", body=b"0\r\n\r\n"), 400),
    refused("05 CL twice, same", request(POST, "Content-Length: 1", "Content-Length: 1", body=b"a"), 400),
    refused("05 CL twice, other", request(POST, "Content-Length: 1", "Content-Length: 9", body=b"a" + HIDDEN), 400),
    refused("05 CL list", request(POST, "Content-Length: 1, 1", body=b"a"), 400),
    refused("05 CL +5", request(POST, "Content-Length: +5", body=b"abcde"), 400),
    refused("05 CL -1", request(POST, "Content-Length: -1", body=b"abcde"), 400),
    refused("05 CL 0x5", request(POST, "Content-Length: 0x5", body=b"abcde"), 400),
    refused("05 CL 5 5", request(POST, "Content-Length: 5 5", body=b"abcde"), 400),
    refused("05 CL empty", request(POST, "Content-Length:", body=b"abcde"), 400),
    refused("05 CL beyond 64 bits", request(POST, "Content-Length: 99999999999999999999", body=b"a"), 400),
    refused("05 chunk of 2^63", request(POST, CHUNKED, body=b"8000000000000000\r\nabc"), 400, 408, 413),
    refused("05 chunk beyond 64 bits", request(POST, CHUNKED, body=b"80000000000000000\r\nabc"), 400),
    refused("05 chunk size -1", request(POST, CHUNKED, body=b"-1\r\nabc"), 400),
    refused("05 chunk size 0x3", request(POST, CHUNKED, body=b"0x3\r\nabc\r\n0\r\n\r\n"), 400),
    refused("05 chunk longer than it says", request(POST, CHUNKED, body=b"1\r\nabc\r\n0\r\n\r\n"), 400),
    refused("05 chunk ends in a bare LF", request(POST, CHUNKED, body=b"1\na\n0\n\n"), 400),
    refused("05 trailer", request(POST, CHUNKED, body=b"1\r\na\r\n0\r\nAuthorization: Bearer t\r\n\r\n"), 400),
    refused("05 bare LF", b"GET /caseload/v1/x HTTP/1.1\nHost: door\n\n", 400),
    refused("05 bare CR", b"GET /caseload/v1/x HTTP/1.1\rHost: door\r\r", 400),
    refused("05 folded header", request(GET, "X: a\r\n b"), 400),
    refused("05 space before the colon", request(GET, "X : a"), 400),
    refused("05 space before the first header", request(GET, host=" Host: door"), 400),
    refused("05 nul in a header", request(GET, "X: a\x00b"), 400),
    refused("05 header without a colon", request(GET, "X"), 400),
    refused("05 header without a name", request(GET, ": x"), 400),
]

LINES = [
    refused("06 no Host", request(GET, host=""), 400),
    refused("06 two Hosts", request(GET, "Host: other"), 400),
    refused("06 two Hosts, same", request(GET, "Host: door"), 400),
    refused("06 empty Host", request(GET, host="Host:"), 400),
    refused("06 Host with a path", request(GET, host="Host: door/../x"), 400),
    refused("06 Host with a user", request(GET, host="Host: a@door"), 400),
    refused("06 HTTP/1.0", request("GET /caseload/v1/x HTTP/1.0"), 505),
    refused("06 HTTP/1.0 without Host", request("GET /caseload/v1/x HTTP/1.0", host=""), 505),
    refused("06 HTTP/0.9", b"GET /caseload/v1/x\r\n", 400, 505),
    refused("06 HTTP/0.9 with an empty line", b"GET /caseload/v1/x\r\n\r\n", 400, 505),
    refused("06 HTTP/2.0", request("GET /caseload/v1/x HTTP/2.0"), 400, 505),
    refused("06 HTTP/1.2", request("GET /caseload/v1/x HTTP/1.2"), 400, 505),
    refused("06 preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, 505),
    refused("06 TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(50), 400, 405),
    passed("06 h2c", request(GET, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMA")),
    passed("06 websocket", request(GET, "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: YQ==")),
    refused(
        "06 h2c with a body", request(POST, "Connection: Upgrade", "Upgrade: h2c", "Content-Length: 1", body=b"a"), 400
    ),
    passed("06 h2c and more", request(GET, "Connection: Upgrade", "Upgrade: h2c") + HIDDEN),
    passed("06 absolute form", request("GET http://evil.example/caseload/v1/x HTTP/1.1")),
    refused("06 absolute form, no service", request("GET http://caseload:8000/metrics HTTP/1.1"), 404),
    refused("06 CONNECT", request("CONNECT caseload:8000 HTTP/1.1", host="Host: caseload:8000"), 400, 405),
    refused("06 OPTIONS *", request("OPTIONS * HTTP/1.1"), 400, 405),
    passed("06 pipelined", request(GET) + HIDDEN),
    passed("06 pipelined after a body", request(POST, "Content-Length: 1", body=b"a") + HIDDEN, "POST /v1/x"),
    passed("06 garbage after a request", request(GET) + b"\x00\x01\x02"),
]

SIZES = [
    refused("07 64 KiB header", request(GET, "X: " + "a" * 64 * KIB), 431),
    refused("07 1 MB header", request(GET, "X: " + "a" * 1_000_000), 431),
    refused("07 1 MB header without end", request(GET)[:-2] + b"X: " + b"a" * 1_000_000, 431),
    refused("07 2,000 headers", request(GET, *(f"X{number}: a" for number in range(2000))), 431),
    refused("07 101 headers", request(GET, *(f"X{number}: a" for number in range(101))), 431),
    refused("07 1 MB token", request(GET, "Authorization: Bearer " + "a" * 1_000_000), 431),
    refused("07 9 kB address", request(f"GET /caseload/v1/{'a' * 9000} HTTP/1.1"), 414),
    refused("07 1 MB address without end", b"GET /caseload/v1/" + b"a" * 1_000_000, 414),
    refused("10 10 MB, said", request(POST, "Content-Length: 10000000", body=b"a" * 10_000_000), 413),
    refused("10 1 MiB and a byte, said", request(POST, f"Content-Length: {KIB * KIB + 1}", body=b"a"), 413),
    refused("10 chunks without end", request(POST, CHUNKED, body=b"10000\r\n%b\r\n" % (b"a" * 65536) * 160), 413),
    refused("10 said and waited for", request(POST, "Content-Length: 10000000", "Expect: 100-continue"), 413),
    passed("10 1 MiB", request(POST, f"Content-Length: {KIB * KIB}", body=b"a" * KIB * KIB), "POST /v1/x"),
    passed("10 1 MiB of the way", request(POST, CHUNKED, body=b"3\r\nabc\r\n0\r\n\r\n"), "POST /v1/x"),
    refused("10 5 MB and a byte, said", request(PHOTO, f"Content-Length: {FILE + 1}", body=b"a"), 413),
    refused(
        "10 5 MB and more, in chunks", request(PHOTO, CHUNKED, body=b"100000\r\n%b\r\n" % bytes(KIB * KIB) * 6), 413
    ),
    refused("10 a photo's size elsewhere", request(POST, f"Content-Length: {FILE}", body=b"a"), 413),
    refused("10 a photo's size below", request(f"{ADD}/x HTTP/1.1", f"Content-Length: {FILE}", body=b"a"), 413),
    refused("10 a photo's size by PUT", request(PHOTO.replace("POST", "PUT"), f"Content-Length: {FILE}"), 413),
    passed("10 5 MB", request(PHOTO, f"Content-Length: {FILE}", body=bytes(FILE)), PHOTO_SEEN),
    passed("10 5 MB of an upload", request(PIECE, f"Content-Length: {FILE}", body=bytes(FILE)), PIECE_SEEN),
    passed("10 5 MB with its beginning", request(BEGIN, f"Content-Length: {FILE}", body=bytes(FILE)), BEGIN_SEEN),
    refused("10 5 MB and a byte of an upload", request(PIECE, f"Content-Length: {FILE + 1}", body=b"a"), 413),
    refused("10 an upload's size below", request(PIECE.replace(" HTTP", "/x HTTP"), f"Content-Length: {FILE}"), 413),
    refused("10 an upload's size by PUT", request(PIECE.replace("PATCH", "PUT"), f"Content-Length: {FILE}"), 413),
    refused("10 gzip", request(POST, "Content-Encoding: gzip", "Content-Length: 3", body=b"\x1f\x8b\x08"), 415),
    refused("10 br", request(POST, "Content-Encoding: br", "Content-Length: 1", body=b"a"), 415),
    refused("10 gzip behind identity", request(POST, "Content-Encoding: identity", "Content-Encoding: gzip"), 415),
]

CALLERS = [
    refused("TOK 01 two Authorizations", request(GET, "Authorization: Bearer a", "Authorization: Bearer b"), 400),
    refused("TOK 01 token in the query", request("GET /caseload/v1/x?access_token=abc HTTP/1.1"), 401),
    refused("AUZ 11 TRACE", request("TRACE /caseload/v1/x HTTP/1.1"), 405),
    refused("AUZ 11 OPTIONS", request("OPTIONS /caseload/v1/x HTTP/1.1"), 405),
    passed("AUZ 11 OPTIONS of uploads", request("OPTIONS /caseload/v1/uploads HTTP/1.1"), "OPTIONS /v1/uploads"),
    refused("AUZ 11 OPTIONS beside uploads", request("OPTIONS /caseload/v1/uploadsx HTTP/1.1"), 405),
    refused("AUZ 11 PROPFIND", request("PROPFIND /caseload/v1/x HTTP/1.1"), 405),
    refused("AUZ 11 a method that nobody knows", request("FOO /caseload/v1/x HTTP/1.1"), 405),
    refused("AUZ 11 get in lower case", request("get /caseload/v1/x HTTP/1.1"), 400, 405),
    passed("AUZ 11 method override", request(GET, "X-HTTP-Method-Override: DELETE", "X-HTTP-Method: PUT")),
    passed("AUZ 11 _method", request("GET /caseload/v1/x?_method=DELETE HTTP/1.1"), "GET /v1/x?_method=DELETE"),
    passed("AUZ 11 GET with a body", request(GET, "Content-Length: 3", body=b"abc")),
    passed("AUZ 11 GET with a chunked body", request(GET, CHUNKED, body=b"3\r\nabc\r\n0\r\n\r\n")),
]

UPSTREAM = [
    passed("11 slow", request("GET /caseload/v1/slow HTTP/1.1"), "GET /v1/slow", 504),
    refused("11 refuses", request("GET /roster/v1/x HTTP/1.1"), 503),
    passed("11 resets", request("POST /caseload/v1/reset HTTP/1.1"), "POST /v1/reset", 502),
    passed("11 garbage", request("GET /caseload/v1/garbage HTTP/1.1"), "GET /v1/garbage", 502),
    passed("11 redirects elsewhere", request("GET /caseload/v1/redirect HTTP/1.1"), "GET /v1/redirect", 302),
]

NOT_OUTSIDE = [
    refused(f"15 {page}", request(f"GET {page} HTTP/1.1"), 404)
    for page in (
        "/",
        "/docs",
        "/docs/assets/swagger-ui.css",
        "/openapi.json",
        "/redoc",
        "/metrics",
        "/health/ready",
        "/dev/token",
        "/dev/jwks",
        "/.git/config",
        "/caseload/openapi.json",
        "/caseload/metrics",
        "/caseload/health/ready",
    )
]

FHIR, MESSAGE = "GET /fhir/R4/Patient HTTP/1.1", "POST /fhir/R4/$process-message HTTP/1.1"
# What is refused in FHIR's form; the backend of these tests plays interop too.
IN_FHIR = [
    refused("FHIR two Hosts", request(FHIR, "Host: other"), 400),
    refused("FHIR dots", request("GET /fhir/R4/../x HTTP/1.1"), 400),
    refused("FHIR absolute form", request("GET http://evil.example/fhir/R4/x;y HTTP/1.1"), 400),
    refused("FHIR token in the query", request("GET /fhir/R4/Patient?access_token=abc HTTP/1.1"), 401),
    refused("FHIR TRACE", request("TRACE /fhir/R4/Patient HTTP/1.1"), 405),
    refused("FHIR 10 MB, said", request(MESSAGE, "Content-Length: 10000000"), 413),
    refused("FHIR chunks without end", request(MESSAGE, CHUNKED, body=b"10000\r\n%b\r\n" % (b"a" * 65536) * 160), 413),
    refused("FHIR 9 kB address", request(f"GET /fhir/R4/{'a' * 9000} HTTP/1.1"), 414),
    refused("FHIR 1 MB address without end", b"GET /fhir/R4/" + b"a" * 1_000_000, 414),
    refused("FHIR gzip", request(MESSAGE, "Content-Encoding: gzip", "Content-Length: 3", body=b"\x1f\x8b\x08"), 415),
    refused("FHIR 2,000 headers", request(FHIR, *(f"X{number}: a" for number in range(2000))), 431),
    refused("FHIR HTTP/1.0", request("GET /fhir/R4/Patient HTTP/1.0"), 505),
]

CASES = [*PATHS, *FRAMING, *LINES, *SIZES, *CALLERS, *UPSTREAM, *NOT_OUTSIDE, *IN_FHIR]
