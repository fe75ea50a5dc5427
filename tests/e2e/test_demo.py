"""The day as a user plays it: in one process, and as a process for each service over RabbitMQ."""

import asyncio
import json
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from demo.barrow import DATA, latest_monday_before
from demo.callers import Gateway
from demo.day.afternoon import SEGMENTS
from demo.invitation import paths
from services.common.types import day_in_england
from tests.e2e.collector import Collector, collecting, spans_to
from tests.e2e.conftest import Place, Played, not_ok
from tests.e2e.provoked import Refusal, provoke

CLIENTS = [*DATA["clients"], *DATA["waiting"]]
# Some first names of clients are also somebody else's, or a word; their family names are nobody's but theirs.
PERSONAL = ("nhs_number", "family_name", "birth_on", "phone", "postcode", "address_line")
SAID = ("choir", "Wound clean", *(one[words] for one in DATA["clients"] for words in ("why", "goal")))
# The first line of an address gives a person away without the town.
SECRETS = [one[name].partition(",")[0] for one in CLIENTS for name in PERSONAL]
SECRETS += [one[name] for one in DATA["staff"] for name in ("family_name", "phone")]
SECRETS += [*(one["name"] for one in DATA["around"]), *SAID]


WHOLE = {f"heatshield-{name}" for name in ("gateway", "caseload", "roster", "hr", "finance", "governance", "interop")}


def personal_data_in(text: str) -> list[str]:
    """Whatever of the clients, the staff and the notes of the demo occurs in a text, spaced as it may be."""
    plain = " ".join(unquote_plus(text).split())
    closed = plain.replace(" ", "").lower()
    # What is not there without its spaces is not there with them; to look for that is a hundred times as fast.
    near = [words for words in SECRETS if words.replace(" ", "").lower() in closed]
    return [words for words in near if re.search(rf"(?<!\w){_spaced_anyhow(words)}(?!\w)", plain, re.IGNORECASE)]


def _spaced_anyhow(words: str) -> str:
    return " ?".join(map(re.escape, words.split()))


@pytest.mark.parametrize("name", PERSONAL)
def test_the_search_for_personal_data_knows_each_kind_of_it(name: str) -> None:
    for client in CLIENTS:
        told = client[name]
        for shape in (told, told.lower(), told.replace(" ", "%20"), told.replace(" ", "+"), told.replace(" ", "")):
            assert len(personal_data_in(f"/clients?of={shape}&limit=1")) == 1, shape


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_day_is_played_in_one_process_under_one_trace_and_again_without_doubling(one_process: Played) -> None:
    first = one_process.steps
    assert not_ok(first) == []
    assert [step["step"] for step in first] == [1, 2, 3, 4, 5, 6, 7, 8]
    spans = one_process.collector.spans()
    by_trace: dict[bytes, set[str]] = {}
    for service, span in spans:
        by_trace.setdefault(span.trace_id, set()).add(service)
    assert any(through >= WHOLE for through in by_trace.values()), (
        "one trace goes through HTTP and events, from the referral to the last output"
    )
    assert any(span.name.startswith("process caseload.care_contact.recorded") for _, span in spans)
    assert personal_data_in(str(one_process.collector.requests)) == []
    second = one_process.place.play("--port", one_process.port)
    assert not_ok(second) == []
    assert second[6]["detail"] == first[6]["detail"]


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_seven_processes_over_rabbitmq_give_the_same_day_and_leak_nobody(
    place: Place, port: str, one_process: Played
) -> None:
    with collecting() as collector:
        _play_and_provoke(place, port, one_process, collector)
    assert personal_data_in(str(collector.requests)) == []
    assert {service for service, _ in collector.spans()} >= WHOLE
    by_trace: dict[bytes, set[tuple[str, str]]] = {}
    for service, span in collector.spans():
        by_trace.setdefault(span.trace_id, set()).add((service, Span.SpanKind.Name(span.kind)))
    way = {
        ("heatshield-gateway", "SPAN_KIND_SERVER"),
        ("heatshield-caseload", "SPAN_KIND_SERVER"),
        ("heatshield-caseload", "SPAN_KIND_PRODUCER"),
        ("heatshield-interop", "SPAN_KIND_CONSUMER"),
    }
    assert any(through >= way for through in by_trace.values()), "one trace, through the door, the outbox and RabbitMQ"


def _play_and_provoke(place: Place, port: str, one_process: Played, collector: Collector) -> None:
    installation = place.start("demo.up", "--port", port, **spans_to(collector))
    assert installation.stdout is not None
    lines: list[str] = []
    reader = _reading(installation, lines)
    try:
        _until_all_answer(port, installation)
        steps = place.play("--against", f"http://127.0.0.1:{port}")
        assert not_ok(steps) == []
        assert steps[6]["detail"] == one_process.steps[6]["detail"]
        assert set(asyncio.run(_tried(f"http://127.0.0.1:{port}")).values()) == {200}, "as the invitation says"
        _tell_nobody(asyncio.run(provoke(f"http://127.0.0.1:{port}")))
    finally:
        installation.send_signal(signal.SIGINT)
        installation.wait(timeout=90)
        reader.join(timeout=10)
        installation.stdout.close()
    log = "".join(lines)
    assert log.count('"message": "request"') > 500
    assert personal_data_in(log) == []
    assert "dead letter" not in log


def _tell_nobody(refusals: list[Refusal]) -> None:
    """There was a refusal of each kind, and no word of the request in any."""
    assert {one.answer.status_code for one in refusals} >= {400, 401, 404, 415, 422}
    assert [one.operation for one in refusals if one.answer.status_code >= 500] == []
    assert {one.operation: found for one in refusals if (found := personal_data_in(one.told))} == {}


async def _tried(url: str) -> dict[str, int]:
    """What each person of the invitation is answered."""
    door = Gateway(url, "1" * 32)
    try:
        asked = paths(latest_monday_before(day_in_england(datetime.now(UTC))).isoformat())
        return {person: (await door.call(person, "GET", path)).status_code for person, path in asked.items()}
    finally:
        await door.close()


def _reading(process: "subprocess.Popen[str]", lines: list[str]) -> Any:
    from threading import Thread

    def read() -> None:
        assert process.stdout is not None
        lines.extend(process.stdout)

    thread = Thread(target=read, daemon=True)
    thread.start()
    return thread


def _until_all_answer(port: str, installation: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 300
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
@pytest.mark.timeout(1800)
def test_a_demo_that_is_killed_again_and_again_goes_on_with_nothing_lost_or_doubled(place: Place, port: str) -> None:
    """SIGKILL while the team is seeded, and after three of the steps; started again, every output is there once."""
    with place.start("demo", "--once", "--json", "--port", port) as playing:
        deadline = time.monotonic() + 300
        while "caseload: 18 clients" not in place.log() and time.monotonic() < deadline:
            time.sleep(0.05)
        playing.kill()
    for step in (1, 3, 5):
        _killed_after(place, port, step)
    steps = place.play("--port", port)
    assert not_ok(steps) == []
    minutes = sum(SEGMENTS.values())
    assert f"hr: Tom's {minutes} minutes with a client are in his hours, once" in steps[5]["detail"]


def _killed_after(place: Place, port: str, step: int) -> None:
    with place.start("demo", "--once", "--json", "--port", port) as playing:
        assert playing.stdout is not None
        for line in playing.stdout:
            if json.loads(line)["step"] == step:
                playing.kill()
                break
    assert playing.returncode == -signal.SIGKILL
