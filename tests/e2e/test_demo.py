"""The day as a user plays it: in one process, and as a process for each service over RabbitMQ."""

import json
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from typing import Any

import pytest

from demo.barrow import DATA
from demo.day.afternoon import SEGMENTS
from tests.e2e.collector import collecting
from tests.e2e.conftest import Place, not_ok

NAMES = [person[name] for person in (*DATA["clients"], *DATA["waiting"]) for name in ("given_name", "family_name")]
NUMBERS = [person["nhs_number"] for person in (*DATA["clients"], *DATA["waiting"])]
# Some first names of clients are also somebody else's, or a word; whole names and family names are nobody's but theirs.
FAMILY_NAMES = [person["family_name"] for person in (*DATA["clients"], *DATA["waiting"])]


def personal_data_in(text: str) -> list[str]:
    """Every NHS number, family name or note of the demo that occurs in a text."""
    found = [number for number in NUMBERS if number in text]
    found += [name for name in FAMILY_NAMES if re.search(rf"\b{name}\b", text)]
    return found + [words for words in ("choir", "Wound clean") if words in text]


@pytest.mark.timeout(300)
@pytest.mark.xdist_group("e2e")
def test_the_day_is_played_in_one_process_under_one_trace_and_again_without_doubling(place: Place, port: str) -> None:
    with collecting() as collector:
        first = place.play("--port", port, HEATSHIELD_OTLP_ENDPOINT=collector.url)
    assert not_ok(first) == []
    assert [step["step"] for step in first] == [1, 2, 3, 4, 5, 6, 7]
    spans = collector.spans()
    by_trace: dict[bytes, set[str]] = {}
    for service, span in spans:
        by_trace.setdefault(span.trace_id, set()).add(service)
    whole = {
        f"heatshield-{name}" for name in ("gateway", "caseload", "roster", "hr", "finance", "governance", "interop")
    }
    assert whole in by_trace.values(), "one trace goes through HTTP and events, from the referral to the last output"
    assert any(span.name.startswith("process caseload.care_contact.recorded") for _, span in spans)
    assert personal_data_in(str(collector.requests)) == []
    second = place.play("--port", port)
    assert not_ok(second) == []
    assert second[6]["detail"] == first[6]["detail"]


@pytest.mark.timeout(400)
@pytest.mark.xdist_group("e2e")
def test_seven_processes_over_rabbitmq_give_the_same_day_and_leak_nobody(place: Place, port: str) -> None:
    installation = place.start("demo.up", "--port", port)
    assert installation.stdout is not None
    lines: list[str] = []
    reader = _reading(installation, lines)
    try:
        _until_all_answer(port, installation)
        steps = place.play("--against", f"http://127.0.0.1:{port}")
        assert not_ok(steps) == []
        assert steps[6]["detail"][1] == "client-facing share: 28.4 % of 165 contracted hours (the team aims at 60 %)"
    finally:
        installation.send_signal(signal.SIGINT)
        installation.wait(timeout=90)
        reader.join(timeout=10)
        installation.stdout.close()
    log = "".join(lines)
    assert log.count('"message": "request"') > 500
    assert personal_data_in(log) == []
    assert "dead letter" not in log


def _reading(process: "subprocess.Popen[str]", lines: list[str]) -> Any:
    from threading import Thread

    def read() -> None:
        assert process.stdout is not None
        lines.extend(process.stdout)

    thread = Thread(target=read, daemon=True)
    thread.start()
    return thread


def _until_all_answer(port: str, installation: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert installation.poll() is None, "make up ended by itself"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/openapi.json", timeout=5) as answer:
                if json.load(answer)["x-services-away"] == []:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            pass
        time.sleep(0.3)
    raise AssertionError("not every service answered in time")


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("after_step", [5, 1, 3])
def test_a_demo_that_is_killed_goes_on_with_nothing_lost_or_doubled(place: Place, port: str, after_step: int) -> None:
    """SIGKILL after a step; started again, every output is there once."""
    with place.start("demo", "--once", "--json", "--port", port) as playing:
        assert playing.stdout is not None
        for line in playing.stdout:
            if json.loads(line)["step"] == after_step:
                playing.kill()
                break
    assert playing.returncode == -signal.SIGKILL
    steps = place.play("--port", port)
    assert not_ok(steps) == []
    minutes = sum(SEGMENTS.values())
    assert f"hr: Tom's {minutes} minutes with a client are in his hours, once" in steps[5]["detail"]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_demo_that_is_killed_while_seeding_goes_on(place: Place, port: str) -> None:
    with place.start("demo", "--once", "--json", "--port", port) as playing:
        deadline = time.monotonic() + 120
        while "caseload: 18 clients" not in place.log() and time.monotonic() < deadline:
            time.sleep(0.05)
        playing.kill()
    assert not_ok(place.play("--port", port)) == []
