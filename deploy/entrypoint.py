"""The image's command: `gateway`, `serve NAME`, `work NAME`, `migrate NAME`, `prepare`, `healthy`, and operators'."""

import os
import socket
import sys

# Services answer beyond the container; its network is the fence.
EVERYWHERE = ["--host", "0.0.0.0"]  # noqa: S104
PORT, INSIDE_PORT = "8000", "9090"
SECONDS = 8


def command(words: list[str]) -> list[str]:
    """What Python is to run for these words."""
    if words[:1] == ["gateway"]:
        return ["-m", "gateway", *EVERYWHERE, "--port", PORT, "--inside-port", INSIDE_PORT, *words[1:]]
    if words[:1] in (["serve"], ["work"]):
        return ["-m", "services", *words, *EVERYWHERE, "--port", PORT]
    return ["-m", "services", *words]


def health(path: str = "/health/ready", port: str = PORT) -> int:
    """0 where this container's process says that it is ready, and 1 otherwise: `healthy`, or `healthy PATH PORT`.

    It is asked every few seconds in every container, so it loads no more than it must.
    """
    try:
        with socket.create_connection(("127.0.0.1", int(port)), SECONDS) as asked:
            asked.settimeout(SECONDS)
            asked.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = asked.recv(1024)
    except OSError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0 if answer.split(b" ", 2)[1:2] == [b"200"] else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["healthy"]:
        sys.exit(health(*sys.argv[2:4]))
    os.execv(sys.executable, [sys.executable, *command(sys.argv[1:])])  # noqa: S606
