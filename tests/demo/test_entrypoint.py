"""The image's words, and how a container says that it is well."""

import importlib.util
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

ENTRYPOINT = Path(__file__).parents[2] / "deploy" / "entrypoint.py"
EVERYWHERE = ["--host", "0.0.0.0"]


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["gateway"], ["-m", "gateway", *EVERYWHERE, "--port", "8000", "--inside-port", "9090"]),
        (["serve", "hr"], ["-m", "services", "serve", "hr", *EVERYWHERE, "--port", "8000"]),
        (["work", "roster"], ["-m", "services", "work", "roster", "--host", "0.0.0.0", "--port", "8000"]),
        (["migrate", "hr"], ["-m", "services", "migrate", "hr"]),
        (["events", "lag"], ["-m", "services", "events", "lag"]),
    ],
    ids=lambda words: words[0],
)
def test_a_word_runs_what_it_says_and_listens_beyond_the_container(words: list[str], command: list[str]) -> None:
    found = importlib.util.spec_from_file_location("entrypoint", ENTRYPOINT)
    assert found is not None
    assert found.loader is not None
    entrypoint = importlib.util.module_from_spec(found)
    found.loader.exec_module(entrypoint)
    assert entrypoint.command(words) == command


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response({"/health/ready": 200, "/draining": 503}.get(self.path, 404))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is to be said of it."""


def test_a_container_is_well_where_its_process_says_so_and_nowhere_else() -> None:
    with HTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        port = str(server.server_port)
        said = {path: healthy(path, port) for path in ("/health/ready", "/draining", "/elsewhere")}
        server.shutdown()
    assert said == {"/health/ready": 0, "/draining": 1, "/elsewhere": 1}
    assert healthy("/health/ready", port) == 1, "nobody answers any more"


def healthy(path: str, port: str) -> int:
    command = [sys.executable, "-IS", str(ENTRYPOINT), "healthy", path, port]
    return subprocess.run(command, capture_output=True, timeout=30, check=False).returncode
