"""The list of hostile requests, over raw sockets, against a gateway process in production."""

from collections.abc import Iterator

import pytest

from tests.gateway.cases import CASES, GET, IN_FHIR, POST, Case
from tests.gateway.raw import Answer, Door, door, request

pytestmark = pytest.mark.slow
PATIENCE = {"GATEWAY_SILENCE_SECONDS": "2", "GATEWAY_CONNECT_SECONDS": "2"}


@pytest.fixture(scope="module")
def gateway() -> Iterator[Door]:
    with door(**PATIENCE) as running:
        yield running


def in_one_shape(answer: Answer) -> bool:
    """With the field and the way out."""
    told = answer.json
    (at,) = told["errors"]
    return (
        answer.headers["content-type"] == "application/problem+json"
        and (told["status"], at["code"]) == (answer.status, told["code"])
        and at["pointer"].startswith(("/path", "/query", "/header", "/body"))
        and at["way_out"].endswith(".")
    )


def in_fhir(answer: Answer) -> bool:
    """An OperationOutcome with the place and the way out."""
    (issue,) = answer.json["issue"]
    return (
        answer.headers["content-type"] == "application/fhir+json"
        and answer.json["resourceType"] == "OperationOutcome"
        and issue["details"]["coding"][0]["code"].startswith("REC_")
        and issue["details"]["text"].endswith(".")
        and issue["expression"][0].startswith("http")
    )


def says_no_well(answer: Answer, case: Case) -> bool:
    """In the form of its path, and with the headers that protect."""
    return (
        (in_fhir(answer) if case in IN_FHIR else in_one_shape(answer))
        and answer.headers["cache-control"] == "no-store"
        and answer.headers["x-content-type-options"] == "nosniff"
        and len(answer.headers["x-request-id"]) == 36
        and "server" not in answer.headers
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_request_gets_one_answer_and_the_service_sees_what_was_meant(gateway: Door, case: Case) -> None:
    gateway.behind.seen.clear()
    found = gateway.send(case.sent)
    assert [answer.status in case.status for answer in found] == [True], [answer.status for answer in found]
    assert tuple(gateway.behind.seen[:1]) == case.seen
    assert "GET /v1/hidden" not in gateway.behind.seen
    assert found[0].status < 400 or says_no_well(found[0], case)


def test_the_gateway_is_well_after_all_that(gateway: Door) -> None:
    assert gateway.ask("/health/live").status == 200
    assert gateway.ask("/caseload/v1/x").status == 200


def test_every_row_of_the_list_that_is_one_request_is_in_the_table() -> None:
    assert {case.id.split()[0] for case in CASES} >= {"01", "02", "05", "06", "07", "10", "11", "15"}
    assert len({case.id for case in CASES}) == len(CASES) > 100


@pytest.mark.parametrize("name", ["X-User", "X_User", "X-Team", "X-Forwarded-User", "X-Original-URL", "X-Rewrite-URL"])
def test_a_header_that_claims_who_somebody_is_reaches_nobody(gateway: Door, name: str) -> None:
    assert name.lower() not in gateway.ask("/caseload/v1/x", f"{name}: ruth").json["headers"]


def test_what_is_said_of_the_way_here_has_no_effect(gateway: Door) -> None:
    claims = ("Forwarded: for=1.2.3.4;proto=https;host=evil", "X-Forwarded-For: 1.2.3.4", "X-Real-IP: 1.2.3.4")
    more = ("X-Forwarded-Proto: https", "X-Forwarded-Host: evil", "X-Forwarded-Prefix: /evil", "X-Internal-Token: t")
    answer = gateway.ask("/caseload/v1/x", *claims, *more)
    seen = answer.json["headers"]
    assert not {"forwarded", "x-real-ip", "x-forwarded-prefix", "x-internal-token"} & seen.keys()
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert (seen["x-forwarded-proto"], seen["x-forwarded-host"]) == ("http", "door")
    assert "evil" not in str(seen)
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("named", ["close, X-Request-Id, X-Forwarded-Host, Host", "Authorization, If-Match"])
def test_a_header_named_in_connection_takes_nothing_away(gateway: Door, named: str) -> None:
    sent = (f"Connection: {named}", "Authorization: Bearer t", 'If-Match: "1"')
    seen = gateway.ask("/caseload/v1/x", *sent).json["headers"]
    assert {"x-request-id", "x-forwarded-host", "host", "authorization", "if-match"} <= seen.keys()


def test_a_get_is_sent_on_without_its_body(gateway: Door) -> None:
    seen = gateway.ask("/caseload/v1/x", "Content-Length: 3", "Content-Type: text/plain", body=b"abc").json
    assert seen["size"] == 0
    assert not {"content-length", "content-type", "transfer-encoding"} & seen["headers"].keys()


def test_a_head_is_answered_as_a_get_without_its_body(gateway: Door) -> None:
    gateway.behind.seen.clear()
    with gateway.connect() as connection:
        connection.sendall(request("HEAD /caseload/v1/x HTTP/1.1", "Connection: close"))
        head, _, rest = b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert (b"content-length" in head, rest) == (True, b"")
    assert gateway.behind.seen == ["GET /v1/x"]


def test_nothing_inside_shows_in_an_answer(gateway: Door) -> None:
    leaky = gateway.ask("/caseload/v1/leaky")
    assert not {"server", "x-powered-by", "via"} & leaky.headers.keys()
    assert leaky.headers["x-request-id"] != "not-ours"
    assert "internal" not in str(leaky.headers)
    assert gateway.ask("/caseload/v1/home").headers["location"] == "/caseload/v1/home/"
    assert gateway.ask("/caseload/v1/redirect").headers["location"] == "http://elsewhere.example/v1/x"
    away = gateway.ask("/roster/v1/x")
    assert (away.code, away.headers["retry-after"]) == ("service_away", "2")
    assert b"127.0.0.1" not in away.body


def test_an_answer_protects_whoever_reads_it_unless_the_service_says_otherwise(gateway: Door) -> None:
    mine = gateway.ask("/caseload/v1/x").headers
    assert (mine["cache-control"], mine["x-content-type-options"]) == ("no-store", "nosniff")
    assert (mine["referrer-policy"], "default-src 'none'" in mine["content-security-policy"]) == ("no-referrer", True)
    theirs = gateway.ask("/caseload/v1/public").headers
    assert (theirs["cache-control"], theirs["content-security-policy"]) == ("public, max-age=60", "sandbox")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://door"])
def test_no_page_of_another_origin_may_call(gateway: Door, origin: str) -> None:
    simple = gateway.ask("/caseload/v1/x", f"Origin: {origin}")
    asked = (f"Origin: {origin}", "Access-Control-Request-Method: GET")
    preflight = gateway.ask("/caseload/v1/x", *asked, method="OPTIONS")
    assert (simple.status, preflight.status) == (200, 405)
    assert not [name for name in (*simple.headers, *preflight.headers) if name.startswith("access-control")]


def test_operators_find_inside_what_is_not_outside(gateway: Door) -> None:
    inside = Door(gateway.process, gateway.inside_port, gateway.inside_port, gateway.behind)
    assert gateway.send(b"\x00") != []
    for page in ("/health/live", "/health/ready", "/docs"):
        assert inside.ask(page).status == 200
    assert (
        b'heatshield_gateway_refusals_total{code="unreadable_request",service="gateway"}' in inside.ask("/metrics").body
    )
    assert inside.ask("/caseload/v1/x").status == 404


def test_a_connection_is_used_again_and_again(gateway: Door) -> None:
    three = [request(GET), request(POST, "Content-Length: 1", body=b"a"), request(GET, "Connection: close")]
    assert [answer.status for answer in gateway.send(*three, pause=0.2)] == [200, 200, 200]
