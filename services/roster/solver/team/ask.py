"""Which engine is asked for what, and how somebody who waits hears of it."""

import asyncio
from dataclasses import dataclass, field

from services.roster.solver import engine, race
from services.roster.solver.model import Form, Model, Outcome, Progress, Settings, Tell


def _nobody(_: Progress) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Asked:
    """How long may be looked, from which seed, who hears of it, and what ends it."""

    seconds: float
    seed: int = 1
    tell: Tell = _nobody
    stop: asyncio.Event = field(default_factory=asyncio.Event)


async def best(model: Model, asked: Asked) -> Outcome:
    """The best that the engines find in turn. Raises `EngineDied`, as does the other."""
    return await race.solve(model, asked.seconds, seed=asked.seed, tell=asked.tell, stop=asked.stop)


async def at_once(model: Model, asked: Asked, *, workers: int = 2) -> Outcome:
    """What one engine finds soon, by proof where that is soon too: for repairs, questions and clashes."""
    settings = Settings("cpsat", Form.WINDOW, asked.seconds, workers=workers, seed=asked.seed)
    return await engine.solve(model, settings, tell=asked.tell, stop=asked.stop)
