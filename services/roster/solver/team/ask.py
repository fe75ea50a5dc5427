"""Which engine is asked for what, and how somebody who waits hears of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Self

from services.roster.domain.rota.problem import Roster
from services.roster.solver import engine
from services.roster.solver.model import Form, Model, Outcome, Progress, Settings, Tell
from services.roster.solver.team.read import Names, read


def _nobody(_: object) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Asked:
    """How long may be looked, from which seed, who hears of it, and what ends it.

    `show` is handed each roster that is better than those before, ahead of what is told of it. See `Settings` for
    seconds `of_processor`.
    """

    seconds: float
    seed: int = 1
    tell: Tell = _nobody
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    show: Callable[[Roster], None] = _nobody
    of_processor: bool = False

    def reading(self, names: Names) -> Self:
        """The same, where what is told are the values of these names."""

        def hear(progress: Progress) -> None:
            if progress.values is not None:
                self.show(read(names, progress.values))
            self.tell(progress)

        return replace(self, tell=hear)


async def at_once(model: Model, asked: Asked, *, workers: int = 2) -> Outcome:
    """What one engine finds soon, by proof where that is soon too: for repairs, questions and clashes.

    Raises `EngineDied`.
    """
    settings = Settings("cpsat", Form.WINDOW, asked.seconds, workers=workers, seed=asked.seed)
    return await engine.solve(model, settings, tell=asked.tell, stop=asked.stop)
