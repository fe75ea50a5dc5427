"""Free ports on loopback, below the range from which outgoing connections take theirs."""

import random
import socket


class PortTaken(Exception):
    """Something else listens on this port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} cannot be used: choose another with PORT={port + 1}")


def listening(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A socket at this port. Raises `PortTaken`."""
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError as error:
        found.close()
        raise PortTaken(port) from error
    return found


def is_taken(port: int) -> bool:
    try:
        listening(port).close()
    except PortTaken:
        return True
    return False


def free_port() -> int:
    """A port that nothing uses now. Raises `RuntimeError` if a hundred tries find none."""
    for _ in range(100):
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise RuntimeError("no free port on 127.0.0.1 between 20000 and 32000")


def lasting_ports(*kept: int) -> list[int]:
    """For a server that comes back: each port that it had, but a new one for a 0 and for one that is taken."""
    ports: list[int] = []
    for port in kept:
        while not port or port in ports or is_taken(port):
            port = free_port()
        ports.append(port)
    return ports
