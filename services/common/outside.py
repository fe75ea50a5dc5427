"""Addresses that others gave us: only what is in public use is asked, at the very address that was checked."""

import asyncio
import re
import socket
from collections.abc import Collection, Iterable
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from ssl import SSLContext

import httpcore
import httpx

# Nothing but a host and a port between the slashes: no user, no brackets, no escapes, nothing to be read in two ways.
ADDRESS = re.compile(r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+)(?::(?P<port>[0-9]{1,5}))?(?:[/?][!-~]*)?")
LAST_PORT, HTTPS_PORT = 65_535, 443
# At least two labels, the last of letters alone, so that no way of writing a number is a name.
PUBLIC_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
INSIDE = (".internal", ".local", ".svc", ".localhost", ".arpa")
# Ways of writing an IPv4 address as one of IPv6 (RFC 6052, RFC 3056): where they lead is what counts.
NAT64, SIX_TO_FOUR = IPv6Network("64:ff9b::/96"), IPv6Network("2002::/16")
# All that was ever given out of IPv6 for the internet (RFC 4291, 2.5.4).
UNICAST = IPv6Network("2000::/3")
Address = IPv4Address | IPv6Address


def may_be_asked(url: str, hosts_inside: Collection[str]) -> bool:
    """Whether this address is plain to read, by us and by whatever sends to it, and of https at a name in public use.

    `hosts_inside` are those that operations named, such as a partner's on HSCN. Where a name leads may change at any
    time, so it is looked at again when it is connected to.
    """
    found = ADDRESS.fullmatch(url)
    if found is None or int(found["port"] or 0) > LAST_PORT:
        return False
    host = found["host"].lower()
    if host in hosts_inside:
        return True
    return may_be_reached(host, ()) and found["scheme"] == "https" and int(found["port"] or HTTPS_PORT) == HTTPS_PORT


def may_be_reached(host: str, hosts_inside: Collection[str]) -> bool:
    """Whether this is a name in public use, or one that operations named."""
    name = host.lower()
    return name in hosts_inside or (PUBLIC_NAME.fullmatch(name) is not None and not name.endswith(INSIDE))


def is_public(text: str) -> bool:
    """Whether this is an address of the internet, whichever way it is written."""
    address: Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped
        if inner is None and address in NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is None and address in SIX_TO_FOUR:
            inner = IPv4Address(int(address) >> 80 & 0xFFFFFFFF)
        if inner is None:
            return address in UNICAST and address.is_global
        address = inner
    return address.is_global and not address.is_multicast


class NotOutside(httpcore.ConnectError):
    """The name leads, or may lead, to an address that is not of the internet."""


async def checked(host: str, port: int) -> str:
    """The address to connect to. Raises `NotOutside` unless every address of the name is public."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError("the name leads nowhere") from error
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not all(map(is_public, addresses)):
        raise NotOutside("the name leads inside")
    return addresses[0]


class OnlyOutside(httpcore.AsyncNetworkBackend):
    """Connects to the address that was checked, so that a name cannot lead elsewhere in between; TLS keeps the name."""

    def __init__(self, hosts_inside: Collection[str], backend: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._hosts_inside = hosts_inside
        self._backend = backend or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises `NotOutside` unless every address of the name is public."""
        where = host if host.lower() in self._hosts_inside else await checked(host, port)
        return await self._backend.connect_tcp(where, port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  httpcore's own signature
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise NotOutside("no socket of this machine is outside")

    async def sleep(self, seconds: float) -> None:
        await self._backend.sleep(seconds)


@cache
def trusted() -> SSLContext:
    """Whom the machine trusts, read once."""
    return httpx.create_ssl_context(trust_env=False)


class OutsideTransport(httpx.AsyncHTTPTransport):
    """Sends to the internet and to the named hosts inside, and to nothing else. A redirect is never followed by it."""

    def __init__(self, hosts_inside: Collection[str], *, most_connections: int = 8) -> None:
        super().__init__(verify=trusted(), trust_env=False)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trusted(),
            max_connections=most_connections,
            max_keepalive_connections=most_connections,
            network_backend=OnlyOutside(hosts_inside),
        )
