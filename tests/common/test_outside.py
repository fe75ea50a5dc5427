"""What others give us as an address is asked only where it is of the internet, at the very address that was checked."""

import asyncio
import socket
from typing import Any

import httpcore
import httpx
import pytest

from services.common import outside
from services.common.outside import OnlyOutside, OutsideTransport, is_public, may_be_asked

GOOD = "https://council.example/events?key=1"
NEVER = (
    "http://council.example/events",
    "file:///etc/passwd",
    "gopher://council.example/",
    "ftp://council.example/",
    "data:text/plain,x",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://127.1/",
    "https://0/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://169.254.169.254/latest/meta-data",
    "https://10.0.0.1/",
    "https://8.8.8.8/",
    "https://localhost/",
    "https://localhost./",
    "https://rabbitmq/",
    "https://postgres/",
    "https://kubernetes.default.svc/",
    "https://kubernetes.default.svc.cluster.local/",
    "https://council.example@127.0.0.1/",
    "https://council.example:pw@council.example/",
    "https://council.example:8443/",
    "https://council.example:80/",
    "https://council.example:99999/",
    "https://council.example\\@127.0.0.1/",
    "https://council.example#@127.0.0.1/",
    "https://council.example/\n",
    "https://cöuncil.example/",
    "https://127.0.0.1.nip.io.0x7f/",
    "https://%31%32%37.0.0.1/",
    "//council.example/",
    "",
)


@pytest.mark.parametrize("url", NEVER)
def test_such_an_address_is_never_asked(url: str) -> None:
    assert not may_be_asked(url, ())


def test_a_public_name_and_a_named_host_inside_are_asked() -> None:
    assert may_be_asked(GOOD, ())
    assert may_be_asked("https://council.example:443/events", ())
    assert may_be_asked("http://council.hscn.invalid:8080/events", {"council.hscn.invalid"})
    assert not may_be_asked("http://good@council.hscn.invalid/events", {"council.hscn.invalid"})


INSIDE = (
    "127.0.0.1",
    "127.1.2.3",
    "0.0.0.0",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "192.0.2.1",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::7f00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2001:db8::1",
    "fd00::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
)


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_known_however_it_is_written(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2a00:1450:4009:80b::200e", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is_known_too(address: str) -> None:
    assert is_public(address)


class Listener(httpcore.AsyncNetworkBackend):
    """Says where it was asked to connect to, and does not."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def connect_tcp(self, host: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.asked.append(host)
        raise httpcore.ConnectError("nobody is there")


def leading_to(*addresses: str) -> Any:
    """Names are looked up here, and lead to these."""

    async def lookup(_loop: Any, host: str, port: int, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return lookup


async def connect(
    monkeypatch: pytest.MonkeyPatch, host: str, *addresses: str, inside: tuple[str, ...] = ()
) -> Listener:
    listener = Listener()
    monkeypatch.setattr(type(asyncio.get_running_loop()), "getaddrinfo", leading_to(*addresses), raising=False)
    with pytest.raises(httpcore.ConnectError):
        await OnlyOutside(inside, listener).connect_tcp(host, 443)
    return listener


async def test_the_address_that_was_checked_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await connect(monkeypatch, "council.example", "93.184.215.14")).asked == ["93.184.215.14"]


async def test_a_name_of_which_any_address_is_inside_is_not_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    for inside in INSIDE[:8]:
        assert (await connect(monkeypatch, "council.example", "93.184.215.14", inside)).asked == []
    assert (await connect(monkeypatch, "council.example")).asked == []


async def test_a_named_host_inside_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = await connect(monkeypatch, "council.hscn", "10.0.0.1", inside=("council.hscn",))
    assert listener.asked == ["council.hscn"]


async def test_a_listener_on_this_machine_hears_nothing() -> None:
    """However its address is written, and though a name led to it."""
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(10))
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, httpx.AsyncClient(transport=OutsideTransport(()), trust_env=False) as client:
        for host in ("127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "[::ffff:127.0.0.1]"):
            with pytest.raises(httpx.ConnectError):
                await client.post(f"http://{host}:{port}/", content=b"facts")
    assert heard == []


async def test_a_named_host_inside_hears_it_and_leads_nowhere_else() -> None:
    """An answer that sends elsewhere is an answer, and is not followed."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, httpx.AsyncClient(transport=OutsideTransport({"localhost"}), trust_env=False) as client:
        assert (await client.post(f"http://localhost:{port}/")).status_code == 307


def test_what_is_connected_through_is_httpcores_own_door() -> None:
    """If httpx keeps its pool elsewhere one day, nothing would be checked."""
    transport = OutsideTransport(())
    assert isinstance(transport._pool._network_backend, OnlyOutside)
    assert outside.HTTPS_PORT == 443
