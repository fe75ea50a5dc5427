"""Callers who are slow, many or large cost the door little, and the others nothing."""

import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.gateway.cases import CHUNKED, GET, POST
from tests.gateway.raw import Answer, Door, answers, door, request

pytestmark = pytest.mark.slow
HALF_OPEN = 200


@pytest.fixture(scope="module")
def gateway() -> Iterator[Door]:
    with door(GATEWAY_CONNECTIONS_PER_ADDRESS="300") as running:
        yield running


def trickle(door: Door, sent: bytes, drip: bytes) -> tuple[list[Answer], float]:
    """A byte every tenth of a second, until the door has had enough; and how long that took."""
    with door.connect() as connection:
        started = time.monotonic()
        connection.sendall(sent)
        dripping = threading.Event()

        def drips() -> None:
            while not dripping.wait(0.1):
                try:
                    connection.sendall(drip)
                except OSError:
                    return

        with ThreadPoolExecutor(1) as beside:
            beside.submit(drips)
            found = answers(connection)
            dripping.set()
        return found, time.monotonic() - started


@pytest.mark.parametrize(
    ("sent", "drip", "code", "seconds"),
    [
        (b"GET /caseload", b"a", "head_too_slow", 2),
        (request(GET)[:-2], b"X: a\r\n", "head_too_slow", 2),
        (request(POST, "Content-Length: 1000"), b"a", "body_too_slow", 5),
        (request(POST, CHUNKED), b"1\r\na\r\n", "body_too_slow", 5),
        (request(POST, CHUNKED) + b"1;", b"a", "body_too_slow", 5),
        (request(POST, "Content-Length: 1000", "Expect: 100-continue"), b"", "body_too_slow", 5),
    ],
    ids=["the line", "headers", "body", "chunks", "a chunk's extension", "silence after 100-continue"],
)
def test_what_trickles_is_refused_in_time(gateway: Door, sent: bytes, drip: bytes, code: str, seconds: float) -> None:
    (answer,), took = trickle(gateway, sent, drip)
    assert (answer.status, answer.code) == (408, code)
    assert seconds - 0.2 < took < seconds + 1


@pytest.mark.parametrize("sent", [b"", b"\r\n"], ids=["silence", "empty lines"])
def test_a_connection_without_a_request_is_closed_without_a_word(gateway: Door, sent: bytes) -> None:
    found, took = trickle(gateway, sent, sent)
    assert (found, took < 3) == ([], True)


def test_a_body_that_comes_slowly_and_steadily_is_taken(gateway: Door) -> None:
    """A tablet in a village: 30 KiB a second, for longer than a body has that does not come."""
    parts = [b"a" * 7680] * 28
    (answer,) = gateway.send(request(POST, f"Content-Length: {7680 * 28}"), *parts, pause=0.25)
    assert (answer.status, answer.json["size"]) == (200, 7680 * 28)


def test_half_open_connections_end_and_others_are_not_kept_waiting(gateway: Door) -> None:
    alone = _times(gateway)
    with ExitStack() as stack:
        half_open = [stack.enter_context(gateway.connect()) for _ in range(HALF_OPEN)]
        for connection in half_open:
            connection.sendall(b"GET /caseload/v1/x HTTP/1.1\r\nHost: d")
        began = time.monotonic()
        beside = _times(gateway)
        found = [answers(connection) for connection in half_open]
        took = time.monotonic() - began
    assert [one.status for (one,) in found] == [408] * HALF_OPEN
    assert took < 3
    assert _p99(beside) < max(2 * _p99(alone), 0.1)


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


def _times(gateway: Door) -> list[float]:
    """Twenty good requests, at twenty a second."""
    taken = []
    for _ in range(20):
        began = time.monotonic()
        with gateway.connect() as connection:
            connection.sendall(request(GET, "Connection: close"))
            assert b" 200 " in connection.recv(65536)
        taken.append(time.monotonic() - began)
        time.sleep(0.05)
    return taken


def test_one_address_has_so_many_connections_and_no_more(gateway: Door) -> None:
    with ExitStack() as stack:
        for _ in range(300):
            stack.enter_context(gateway.connect())
        (refused,) = gateway.send(b"")
    assert (refused.status, refused.code, refused.headers["retry-after"]) == (503, "too_many_connections", "2")
    assert gateway.ask("/health/live").status == 200


def _endless_chunks(connection: socket.socket) -> None:
    connection.sendall(request(POST, CHUNKED))
    for _ in range(1600):
        connection.sendall(b"10000\r\n%b\r\n" % (b"a" * 65536))


def _said(connection: socket.socket) -> None:
    connection.sendall(request(POST, "Content-Length: 104857600"))
    for _ in range(1600):
        connection.sendall(b"a" * 65536)


def _header(connection: socket.socket) -> None:
    connection.sendall(request(GET)[:-2] + b"X: ")
    for _ in range(1600):
        connection.sendall(b"a" * 65536)


@pytest.mark.parametrize("flood", [_endless_chunks, _said, _header], ids=lambda flood: flood.__name__)
def test_a_hundred_megabytes_cost_no_memory(gateway: Door, flood: Callable[[socket.socket], None]) -> None:
    gateway.ask("/caseload/v1/x")
    before = gateway.memory_mb()
    for _ in range(5):
        with gateway.connect() as connection:
            try:
                flood(connection)
            except OSError:
                """Cut off, as it should be."""
            assert all(answer.status in (413, 431) for answer in answers(connection))
    assert gateway.memory_mb() - before < 20
