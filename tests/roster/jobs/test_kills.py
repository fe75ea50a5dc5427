"""What is killed in the middle of a job: the job goes on elsewhere, and ends once."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.roster.domain.job import JobState
from tests.roster.jobs.asked import LONG, ask, has, over, working
from tests.running import Running, until

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def worker_process(roster: Running) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker in a process of its own."""
    url = roster.databases["roster"].url
    made = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.roster.jobs.echo", url, cwd=ROOT)
    try:
        yield made
    finally:
        if made.returncode is None:
            made.kill()
        await made.wait()


def is_gone(pid: int) -> bool:
    """Ended; one that nobody has waited for yet has ended too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def test_a_killed_worker_leaves_no_orphan_and_another_takes_up_its_job(roster: Running) -> None:
    job_id = await ask(roster, {"steps": 20, "pause": 0.1})
    async with worker_process(roster) as first:
        begun = await has(roster, job_id, lambda job: job.result is not None)
        assert begun.result is not None
        os.kill(first.pid, signal.SIGKILL)
        killed = time.monotonic()
        await until(lambda: is_gone(begun.result["pid"]), seconds=2)
        async with worker_process(roster):
            await has(roster, job_id, lambda job: job.attempts == 2)
            taken_up = time.monotonic() - killed
            ended = await over(roster, job_id)
    assert taken_up < 15
    assert (ended.state, ended.attempts, ended.result) == (JobState.DONE, 2, {"came_to": 20})


async def test_a_killed_child_is_begun_again(roster: Running) -> None:
    job_id = await ask(roster, {"steps": 10, "pause": 0.1})
    async with working(roster):
        begun = await has(roster, job_id, lambda job: job.result is not None)
        assert begun.result is not None
        os.kill(begun.result["pid"], signal.SIGKILL)
        ended = await over(roster, job_id)
    assert (ended.state, ended.attempts, ended.result) == (JobState.DONE, 2, {"came_to": 10})


async def test_a_worker_that_is_told_to_end_ends_soon_and_puts_its_job_back(roster: Running) -> None:
    job_id = await ask(roster, LONG)
    async with worker_process(roster) as worker:
        begun = await has(roster, job_id, lambda job: job.result is not None)
        assert begun.result is not None
        worker.send_signal(signal.SIGINT)
        await asyncio.wait_for(worker.wait(), 10)
        assert is_gone(begun.result["pid"])
    async with working(roster):
        again = await has(roster, job_id, lambda job: job.state == JobState.RUNNING, seconds=5)
    assert again.attempts == 1, "it did not die over it"
