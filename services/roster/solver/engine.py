"""One engine in a process of its own: neither can stop the service, and the two cannot share a process.

CP-SAT needs half a second to be imported. Whoever has a `Warm` process open in the same context finds it ready.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar, Token
from dataclasses import replace
from typing import Literal, Self

from services.roster.solver.child import Child, ChildDied
from services.roster.solver.found import is_solution
from services.roster.solver.messages import ANSWER, REQUEST, Answer, Request
from services.roster.solver.model import Model, Outcome, Progress, Settings, Tell

# How long an engine that is told to stop may take for its last word, in seconds; then what it said before counts.
LAST_WORD = 0.3

Engine = Child[Request, Answer]


class EngineDied(Exception):
    """The process of an engine ended before it answered. What was best until then is in `best`."""

    def __init__(self, engine: str, best: Outcome) -> None:
        super().__init__(f"the process of {engine} has died")
        self.engine, self.best = engine, best


class Warm:
    """Keeps one process of CP-SAT ready for the next search of this context, and a new one after it."""

    async def __aenter__(self) -> Self:
        self._spare: asyncio.Task[Engine] | None = asyncio.create_task(_started("cpsat"))
        self._token: Token[Warm | None] = _WARM.set(self)
        return self

    async def __aexit__(self, *_: object) -> None:
        _WARM.reset(self._token)
        if self._spare is not None:
            with suppress(EngineDied):
                await (await self._spare).end()

    async def take(self) -> Engine:
        """The process that is ready, or a new one where another search has taken it or it has died."""
        spare, self._spare = self._spare, None
        if spare is not None:
            with suppress(EngineDied):
                engine = await spare
                if engine.is_alive:
                    return engine
                await engine.end()
        return await _started("cpsat")

    async def ready(self) -> Engine | None:
        """The process for the next search once it is there; `None` where a search has it. Raises `EngineDied`."""
        return None if self._spare is None else await self._spare

    def refill(self) -> None:
        """Starts the next process: when a search is over, to leave that one the processor."""
        if self._spare is None:
            self._spare = asyncio.create_task(_started("cpsat"))


_WARM: ContextVar[Warm | None] = ContextVar("_WARM", default=None)


async def solve(model: Model, settings: Settings, *, tell: Tell, stop: asyncio.Event) -> Outcome:
    """The best that one engine finds, until its time is over or `stop` is set.

    `tell` hears what is better on the way, but nothing that does not keep to the whole model. Raises `EngineDied`
    with the best so far where the process dies.
    """
    async with opened(settings.engine) as engine:
        return await search(engine, model, settings, tell=tell, stop=stop)


@asynccontextmanager
async def opened(name: str) -> AsyncIterator[Engine]:
    """A process of this engine that is ready, for as long as the context is entered."""
    warm = _WARM.get() if name == "cpsat" else None
    engine = await (warm.take() if warm else _started(name))
    try:
        yield engine
    finally:
        await engine.end()
        if warm:
            warm.refill()


async def search(engine: Engine, model: Model, settings: Settings, *, tell: Tell, stop: asyncio.Event) -> Outcome:
    """The same by an engine that is open; the seconds begin here."""
    heard = _Heard(model, settings, tell)
    engine.ask(Request(model, settings))
    listening = asyncio.create_task(_listen(engine, heard))
    try:
        await _until_over(engine, listening, settings, stop)
        return await listening if listening.done() else heard.outcome()
    except ChildDied as died:
        raise EngineDied(settings.engine, heard.outcome()) from died
    finally:
        listening.cancel()


class _Heard:
    """What the engine has said so far."""

    def __init__(self, model: Model, settings: Settings, tell: Tell) -> None:
        self._model, self._settings, self._tell = model, settings, tell
        self._begun = time.monotonic()
        self._best = Progress(settings.engine, 0.0, None, None, None)

    def hear(self, progress: Progress) -> None:
        """Tells of it where it holds; the values of the best are kept."""
        if progress.values is not None and not is_solution(self._model, progress.values):
            return
        self._best = replace(progress, values=progress.values or self._best.values)
        self._tell(progress)

    def outcome(self) -> Outcome:
        """As if the engine had ended with what it said last."""
        best = self._best
        # Of the processor's time nothing is known since the engine spoke last.
        seconds = best.seconds if self._settings.of_processor else time.monotonic() - self._begun
        status: Literal["unknown", "feasible"] = "unknown" if best.values is None else "feasible"
        return Outcome(status, best.best, best.bound, best.values, seconds, self._settings.seed)


async def _listen(engine: Engine, heard: _Heard) -> Outcome:
    async for answer in engine.answers():
        if answer.progress is not None:
            heard.hear(answer.progress)
        if answer.outcome is not None:
            return answer.outcome
    return heard.outcome()


async def _until_over(
    engine: Engine, listening: asyncio.Task[Outcome], settings: Settings, stop: asyncio.Event
) -> None:
    """Waits for the last word; whoever does not say it in time is not waited for."""
    most = None if settings.of_processor else settings.seconds
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((listening, stopping), timeout=most, return_when=asyncio.FIRST_COMPLETED)
        if not listening.done():
            engine.stop()
            await asyncio.wait((listening,), timeout=LAST_WORD)
    finally:
        stopping.cancel()


async def _started(name: str) -> Engine:
    engine = Child(f"services.roster.solver.{name}", REQUEST, ANSWER)
    try:
        await engine.start()
    except ChildDied as died:
        raise EngineDied(name, Outcome("unknown", None, None, None, 0.0, 0)) from died
    return engine
