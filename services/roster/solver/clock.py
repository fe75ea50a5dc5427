"""The time that an engine is given."""

import time

from services.roster.solver.model import Settings


class Clock:
    """Seconds since it was made, of the wall or of the processor over all workers."""

    def __init__(self, settings: Settings) -> None:
        self._ticks = time.process_time if settings.of_processor else time.monotonic
        self._begun, self._limit = self._ticks(), settings.seconds
        self._shared_by = settings.workers if settings.of_processor else 1

    def seconds(self) -> float:
        return (self._ticks() - self._begun) / self._shared_by

    def left(self) -> float:
        return max(0.0, self._limit - self.seconds())
