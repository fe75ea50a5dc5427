"""Callers' network addresses: whose word on them is taken, and which belong together."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from pydantic import IPvAnyNetwork


class Networks:
    """Addresses and networks, such as those of the ingress."""

    def __init__(self, networks: Iterable[IPvAnyNetwork] = ()) -> None:
        self._networks = tuple(networks)

    def __contains__(self, address: str) -> bool:
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self._networks)


@lru_cache(maxsize=4096)
def block(address: str) -> str:
    """What is counted as one caller: an IPv4 address, or the /64 of an IPv6 one, of which everybody has a whole one."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{found}/64", strict=False)) if found.version == 6 else address
