"""A tablet at the command line: `python -m demo.tablet FOLDER --as tom < operations.jsonl`.

Each line is an operation, `{"kind": ..., "about": {...}, "base_version": ..., "body": {...}}`. Its number is printed
when it is on the disk. Then all that waits is sent, again and again until it is answered; `--keep` only notes it. What
the server did not simply apply, and photos that it refused, are printed in the end. Exits with 1 where the server takes
no push of this app, and names the code.
"""

import argparse
import asyncio
import json
import random
import sys
from pathlib import Path

import httpx

from demo.barrow import employee
from demo.tablet.app import NoSignal, NotNow, NotTaken, Tablet
from demo.tablet.queue import Queue

LONGEST_WAIT = 30.0


def _asked() -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="python -m demo.tablet", description=__doc__)
    reader.add_argument("folder", type=Path, help="where the tablet keeps its queue")
    reader.add_argument("--gateway", default="http://127.0.0.1:8000")
    reader.add_argument("--as", dest="person", default="tom", help="who is signed in, by first name")
    reader.add_argument("--keep", action="store_true", help="note it, and send nothing")
    return reader.parse_args()


async def _signed_in(gateway: str, person: str) -> str:
    """The demo's own sign-in; a real app signs in at the trust's provider."""
    async with httpx.AsyncClient(base_url=gateway, trust_env=False) as door:
        answer = await door.post("/dev/token", data={"person": person})
        answer.raise_for_status()
        token: str = answer.json()["access_token"]
        return token


async def _send(tablet: Tablet) -> None:
    """Until the queue is empty, waiting longer after each time that nothing came of it, and never all at once.

    Raises `NotTaken`, for which waiting is no help.
    """
    wait = 0.5
    while True:
        try:
            await tablet.synchronise()
        except NotTaken:
            raise
        except (NoSignal, NotNow) as error:
            print(f"not sent yet: {type(error).__name__} {error}", file=sys.stderr, flush=True)
            await asyncio.sleep(random.uniform(0, wait))  # noqa: S311  no secret
            wait = min(2 * wait, LONGEST_WAIT)
        else:
            return


def _show(queue: Queue) -> None:
    """What whoever is signed in has to look at, a line each."""
    for answer in queue.to_show():
        print(json.dumps(answer), flush=True)
    for photo_id, code in queue.refused_photos().items():
        print(json.dumps({"photo_id": str(photo_id), "outcome": "refused", "code": code}), flush=True)


async def main() -> int:
    """How the process ends."""
    asked = _asked()
    asked.folder.mkdir(parents=True, exist_ok=True)
    queue = Queue(asked.folder / "queue.sqlite")
    employee_id, ended = employee(asked.person), 0
    async with httpx.AsyncClient(base_url=f"{asked.gateway}/caseload", timeout=30, trust_env=False) as http:
        tablet = Tablet(queue, http, employee_id)
        for line in sys.stdin:
            print(tablet.note(**json.loads(line)), flush=True)
        if not asked.keep:
            token = await _signed_in(asked.gateway, asked.person)
            http.headers["Authorization"] = f"Bearer {token}"
            try:
                await _send(tablet)
            except NotTaken as fault:
                print(f"not taken: {fault}; all of it stays, tell the makers", file=sys.stderr, flush=True)
                ended = 1
    _show(queue)
    queue.close()
    return ended


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
