"""What is killed in the middle of a job: the job goes on elsewhere, and ends once."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from demo.servers.ports import free_port
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
    job_id = await ask(roster, {"steps": 100, "pause": 0.1})
    async with worker_process(roster) as first:
        begun = await has(roster, job_id, lambda job: job.result is not None)
        assert begun.result is not None
        async with worker_process(roster):
            os.kill(first.pid, signal.SIGKILL)
            killed = time.monotonic()
            await until(lambda: is_gone(begun.result["pid"]), seconds=3)
            await has(roster, job_id, lambda job: job.attempts == 2)
            taken_up = time.monotonic() - killed
            ended = await over(roster, job_id, seconds=40)
    assert taken_up < 15
    assert (ended.state, ended.attempts, ended.result) == (JobState.DONE, 2, {"came_to": 100})


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
        await asyncio.wait_for(worker.wait(), 20)
        assert is_gone(begun.result["pid"])
    async with working(roster):
        again = await has(roster, job_id, lambda job: job.state == JobState.RUNNING)
    assert again.attempts == 1, "it did not die over it"


async def test_the_command_works_until_it_is_told_to_end(roster: Running) -> None:
    """Nobody can answer what makes no sense: it dies three times of it, and the worker goes on."""
    job_id = await ask(roster, {"makes": "no sense"})
    url = roster.databases["roster"].url
    told = {**os.environ, "ROSTER_DATABASE_URL": url, "HEATSHIELD_APP_ENV": "test"}
    port = free_port()
    command = (sys.executable, "-m", "services", "work", "roster", "--port", str(port))
    worker = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=told)
    try:
        assert (await over(roster, job_id, seconds=40)).state == JobState.FAILED
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as operator:
            for path, status in (("/health/live", "live"), ("/health/ready", "ready")):
                assert (await operator.get(path)).json() == {"status": status}
            figures = (await operator.get("/metrics")).text
        assert 'heatshield_jobs_total{outcome="done",service="roster-worker"} 1.0' in figures
        assert 'heatshield_database_up{service="roster-worker"} 1.0' in figures
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(worker.wait(), 20) == 0
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()


async def test_a_service_without_a_worker_says_so() -> None:
    pipe = asyncio.subprocess.PIPE
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services", "work", "hr", cwd=ROOT, stdout=pipe, stderr=pipe
    )
    _, said = await worker.communicate()
    assert worker.returncode == 2
    assert b"nothing to work on" in said
