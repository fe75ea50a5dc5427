"""The image's one command: `gateway`, `serve NAME`, `work NAME`, `prepare`, or `events` for operators."""

import os
import sys

words = sys.argv[1:] or ["--help"]
listen = ["--host", "0.0.0.0"]  # noqa: S104  inside a container, its network is the fence
command = ["-m", "gateway", *listen, "--inside-port", "9090"] if words[0] == "gateway" else ["-m", "services", *words]
os.execv(sys.executable, [sys.executable, *command, *(listen if words[0] == "serve" else [])])  # noqa: S606
