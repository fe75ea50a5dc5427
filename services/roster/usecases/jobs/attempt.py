"""One attempt at a job: its answer is waited for, what is told of it is written, and it ends, once."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

from services.common.auth import SYSTEM
from services.common.db import Database
from services.common.errors import ServiceError
from services.roster.domain.job import ANSWER_NOT_KEPT, Account, Job, JobKind, Standing
from services.roster.usecases.jobs.working import (
    Answer,
    Handler,
    fail,
    finish,
    put_back,
    stopped,
    take,
    tell_progress,
)

log = logging.getLogger(__name__)

# How often what is new is written, and whether to go on is asked.
PULSE_SECONDS = 0.4
# Whoever is told to stop has this long to give the best so far.
GRACE_SECONDS = 0.4
# Beyond the time that was asked for, a job is taken for dead.
LEEWAY_SECONDS = 120.0
# What ends the children of a handler that was called off.
FAREWELL_SECONDS = 5.0


async def work_on(database: Database, job_id: UUID, handlers: Mapping[JobKind, Handler]) -> None:
    """Work on it until it is over, whoever dies in between. Called off, it is put back as if nobody had begun."""
    while True:
        async with database.transaction(SYSTEM) as tx:
            job = await take(tx, job_id)
        if job is None:
            return
        attempt = Attempt(database, job, handlers[JobKind(job.kind)])
        if await (attempt.end_with_best() if job.is_worn_out else attempt.run()):
            return


class Attempt:
    """One handler at work on one job."""

    def __init__(self, database: Database, job: Job, handler: Handler) -> None:
        self._database, self._job, self._handler = database, job, handler
        self._account = Account(lines=list(job.progress), found=job.result)
        self._stop = asyncio.Event()
        self._standing = Standing(is_mine=True, is_to_stop=False)

    async def run(self) -> bool:
        """Whether there is no more to do; otherwise the handler died, and another may begin."""
        answer = asyncio.ensure_future(self._handler.run(self._job, self._account.hear, self._stop))
        try:
            await self._watch(answer)
        except asyncio.CancelledError:
            await _call_off(answer)
            await self._write(put_back)
            raise
        await _call_off(answer)
        return await self._settle(answer) if self._standing.is_mine else True

    async def end_with_best(self) -> bool:
        """Nobody could finish it: the best that those who died told is the answer."""
        try:
            return await self._finish(self._job.result or {})
        except asyncio.CancelledError:
            await self._write(put_back)
            raise

    async def _watch(self, answer: "asyncio.Future[Answer]") -> None:
        """Until there is an answer, or whoever is to stop had time enough to give one."""
        until = time.monotonic() + self._job.asked_seconds + LEEWAY_SECONDS
        while not answer.done():
            await asyncio.wait({answer}, timeout=PULSE_SECONDS)
            await self._pulse()
            if not self._standing.is_mine:
                return
            if self._standing.is_to_stop or time.monotonic() > until:
                self._stop.set()
                await asyncio.wait({answer}, timeout=GRACE_SECONDS)
                return

    async def _pulse(self) -> None:
        """What cannot be written now is written with the next."""
        try:
            async with self._database.transaction(SYSTEM) as tx:
                self._standing = await tell_progress(tx, self._job.id, self._job.attempts, self._account)
        except Exception as error:  # noqa: BLE001  an outage of the database stops no search
            self._account.is_news = True
            log.warning("progress not written", extra={"job_id": str(self._job.id), "error": type(error).__name__})

    async def _settle(self, answer: "asyncio.Future[Answer]") -> bool:
        """End the job with what came of it; whether that was an end."""
        error = _error_of(answer)
        if error is None:
            return await self._finish(answer.result())
        if isinstance(error, ServiceError):
            await self._write(fail, self._account, error.code())
            return True
        if self._standing.is_to_stop:
            await self._write(stopped, self._account)
            return True
        log.warning("attempt at a job died", extra={"job_id": str(self._job.id), "error": type(error).__name__})
        return False

    async def _finish(self, answer: Answer) -> bool:
        try:
            await self._write(finish, self._account, answer, self._handler.keep)
        except Exception as error:  # noqa: BLE001  the answer is there, and would come out the same however often
            code = error.code() if isinstance(error, ServiceError) else ANSWER_NOT_KEPT
            log.warning("answer not kept", extra={"job_id": str(self._job.id), "error": type(error).__name__})
            await self._write(fail, self._account, code)
        return True

    async def _write(self, step: Callable[..., Awaitable[object]], *told: object) -> None:
        """One step of the job in a transaction of its own."""
        async with self._database.transaction(SYSTEM) as tx:
            await step(tx, self._job.id, self._job.attempts, *told)


async def _call_off(answer: "asyncio.Future[Answer]") -> None:
    """Whoever has not answered by now is not waited for; its children end with it."""
    if not answer.done():
        answer.cancel()
        await asyncio.wait({answer}, timeout=FAREWELL_SECONDS)


def _error_of(answer: "asyncio.Future[Answer]") -> BaseException | None:
    """Why there is no answer; none where there is one."""
    if not answer.done() or answer.cancelled():
        return asyncio.CancelledError()
    return answer.exception()
