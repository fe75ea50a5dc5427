"""A tablet and the server behind it, both killed again and again: what was noted is there once (mission row 1.13)."""

import asyncio
import json
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from uuid6 import uuid7

from demo.barrow import employee, id_of
from demo.callers import Gateway
from tests.e2e.conftest import Place, not_ok

EDITH = "cl-01"
VISITS, KILLS = 120, 12
CHANCE = random.Random(26)


def visit(ended: datetime) -> dict[str, Any]:
    contact = {
        "id": str(uuid7()),
        "episode_of_care_id": str(id_of("episode", EDITH)),
        "employee_id": str(employee("tom")),
        "channel": "phone",
        "started_at": (ended - timedelta(minutes=6)).isoformat(),
        "segments": [{"id": str(uuid7()), "activity_type": "coordination", "minutes": 5}],
    }
    return {"kind": "record_care_contact", "body": contact}


def noted_on(place: Place, operations: Iterator[dict[str, Any]], port: str) -> list[str]:
    """Give operations to the app until it is killed; the ids of those of which it said that it has them."""
    app = place.start("demo.tablet", "tablet", "--gateway", f"http://127.0.0.1:{port}", stdin=subprocess.PIPE)
    assert app.stdin is not None
    assert app.stdout is not None
    said: list[str] = []
    most = CHANCE.randint(1, 2 * VISITS // KILLS)
    for _, operation in zip(range(most), operations, strict=False):
        app.stdin.write(json.dumps(operation) + "\n")
        app.stdin.flush()
        if app.stdout.readline():
            said.append(operation["body"]["id"])
    if CHANCE.random() < 0.5:
        app.stdin.close()
        time.sleep(CHANCE.uniform(0, 1.5))
    app.send_signal(signal.SIGKILL)
    app.wait()
    app.stdout.close()
    return said


async def arrived(port: str) -> list[str]:
    door = Gateway(f"http://127.0.0.1:{port}", "2" * 32)
    try:
        record = await door.get("tom", f"/caseload/v1/clients/{id_of('client', EDITH)}")
        return [one["id"] for one in record["care_contact"]]
    finally:
        await door.close()


def serve(place: Place, port: str) -> "subprocess.Popen[str]":
    """The demo, up and answering."""
    playing = place.start("demo", "--json", "--port", port)
    assert playing.stdout is not None
    steps = [json.loads(playing.stdout.readline()) for _ in range(7)]
    assert not_ok(steps) == []
    return playing


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_tablet_and_a_server_that_are_killed_lose_and_double_nothing(place: Place, port: str) -> None:
    server, ended = serve(place, port), datetime.now(UTC)
    operations = iter([visit(ended - timedelta(minutes=7 * number)) for number in range(VISITS)])
    said: list[str] = []
    for kill in range(KILLS):
        said += noted_on(place, operations, port)
        if kill % 4 == 3:
            server.kill()
            server.wait()
            said += noted_on(place, operations, port)
            server = serve(place, port)
    with place.start("demo.tablet", "tablet", "--gateway", f"http://127.0.0.1:{port}", stdin=subprocess.DEVNULL) as app:
        assert app.wait(timeout=120) == 0
    there = asyncio.run(arrived(port))
    server.send_signal(signal.SIGINT)
    server.wait(timeout=60)
    assert len(said) > KILLS
    assert set(said) <= set(there)
    assert len(there) == len(set(there))
