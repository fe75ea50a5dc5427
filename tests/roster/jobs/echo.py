"""A handler for the tests: its child counts, tells every step, and answers with how far it came.

Run as a program with the address of a database, it is a worker with that handler and nothing else.
"""

import asyncio
import json
import sys
from contextlib import suppress
from typing import Any

from services.common.db import Database
from services.common.metrics import Metrics
from services.common.peers import http_client
from services.common.service import Runtime
from services.roster.domain.base import Base
from services.roster.domain.job import Job, JobKind, Told
from services.roster.domain.known import ClientNotInCare
from services.roster.settings import RosterSettings
from services.roster.usecases.jobs import Handler, Tell
from services.roster.worker import work

CHILD = """
import json, os, sys, threading, time
asked, stopped = json.loads(sys.stdin.readline()), threading.Event()
def listen():
    for line in sys.stdin:
        stopped.set()
    os._exit(0)
threading.Thread(target=listen, daemon=True).start()
for step in range(1, asked["steps"] + 1):
    print(json.dumps({"step": step, "pid": os.getpid()}), flush=True)
    if stopped.wait(asked["pause"]) and not asked.get("deaf"):
        break
    if asked.get("dies_at") == step:
        os._exit(1)
print(json.dumps({"answer": step}), flush=True)
"""


class ChildGone(Exception):
    """The child ended before it had answered."""


async def count(job: Job, tell: Tell, stop: asyncio.Event) -> dict[str, Any]:
    """Ends its child however it ends itself."""
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", CHILD, stdin=pipe, stdout=pipe)
    assert child.stdin is not None
    child.stdin.write(json.dumps(job.input).encode() + b"\n")
    stopping = asyncio.ensure_future(_stop(child.stdin, stop))
    try:
        return await _answer(child, tell)
    finally:
        stopping.cancel()
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()


async def _stop(child: asyncio.StreamWriter, stop: asyncio.Event) -> None:
    await stop.wait()
    child.write(b"stop\n")


async def _answer(child: asyncio.subprocess.Process, tell: Tell) -> dict[str, Any]:
    assert child.stdout is not None
    while line := await child.stdout.readline():
        said = json.loads(line)
        if "answer" in said:
            return {"came_to": said["answer"]}
        step = said["step"]
        found = {"came_to": step, "pid": said["pid"]}
        tell(Told(seconds=step / 10, best=100 - step, bound=1, by="echo", found=found))
    raise ChildGone


async def refuse(job: Job, tell: Tell, stop: asyncio.Event) -> dict[str, Any]:
    """No answer can be given, and it is known why."""
    raise ClientNotInCare


HANDLERS = {JobKind.ROTA: Handler(count), JobKind.ROUNDS: Handler(count), JobKind.WHY: Handler(refuse)}


async def main(url: str) -> None:
    database = Database(url, Base.metadata, pool_size=3)
    http = http_client(None)
    settings = RosterSettings(app_env="test", solver_slots=1)
    await work(Runtime(database, http, settings, http, Metrics("roster-worker")), HANDLERS)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
