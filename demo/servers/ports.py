"""Free ports on loopback, below the range from which outgoing connections take theirs."""

import random
import socket


def free_port() -> int:
    """A port that nothing uses now. Raises `RuntimeError` if a hundred tries find none."""
    for _ in range(100):
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise RuntimeError("no free port on 127.0.0.1 between 20000 and 32000")
