"""A tablet and the server behind it, both killed again and again: what was noted is there once (mission row 1.13)."""

import asyncio
import json
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from uuid6 import uuid7

from demo.barrow import employee, id_of
from demo.callers import Gateway, Refused
from tests.e2e.conftest import Place, not_ok
from tests.running import until

EDITH = "cl-01"
VISITS, KILLS, SPELLS = 120, 12, 3
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
    killed(app)
    return said


def killed(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


async def arrived(port: str) -> list[str]:
    door = Gateway(f"http://127.0.0.1:{port}", "2" * 32)
    try:
        record = await door.get("tom", f"/caseload/v1/clients/{id_of('client', EDITH)}")
        return [one["id"] for one in record["care_contact"]]
    finally:
        await door.close()


@contextmanager
def served(place: Place, port: str, *, again: bool = False) -> Iterator["subprocess.Popen[str]"]:
    """The demo, up and answering, until it is killed. Started again it plays its day once more, and the figures are no
    longer exactly the day's: visits from the tablet are among them."""
    playing = place.start("demo", "--json", "--port", port)
    try:
        if again:
            asyncio.run(answers(port))
        else:
            assert playing.stdout is not None
            lines = [playing.stdout.readline() for _ in range(7)]
            assert all(lines), place.log()[-2000:]
            assert not_ok([json.loads(line) for line in lines]) == []
        yield playing
    finally:
        killed(playing)


async def answers(port: str) -> None:
    """Raises `TimeoutError`."""

    async def is_up() -> bool:
        try:
            return bool(await arrived(port))
        except (httpx.HTTPError, Refused):
            return False

    await until(is_up, 120)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_tablet_and_a_server_that_are_killed_lose_and_double_nothing(place: Place, port: str) -> None:
    ended = datetime.now(UTC)
    visits = [visit(ended - timedelta(minutes=7 * number)) for number in range(VISITS)]
    operations, before, said = iter(visits), list[str](), list[str]()
    for spell in range(SPELLS):
        with served(place, port, again=spell > 0):
            before = before or asyncio.run(arrived(port))
            for _ in range(KILLS // SPELLS):
                said += noted_on(place, operations, port)
        # Nobody is there to send it to.
        said += noted_on(place, operations, port)
    with served(place, port, again=True) as server:
        tablet = place.start("demo.tablet", "tablet", "--gateway", f"http://127.0.0.1:{port}", stdin=subprocess.DEVNULL)
        with tablet:
            assert tablet.wait(timeout=120) == 0
        there = asyncio.run(arrived(port))
        server.send_signal(signal.SIGINT)
        server.wait(timeout=60)
    assert len(said) > KILLS
    assert set(said) <= set(there)
    assert sorted(there) == sorted({*before, *(one["body"]["id"] for one in visits if one["body"]["id"] in there)})
