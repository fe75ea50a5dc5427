"""What each process of `benchmarks.load` costs: of the processor, and of memory."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import psutil

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Meter:
    """Processes by name, each with those that it started: PostgreSQL has one a connection."""

    pids: Mapping[str, int]

    def processor_ms(self) -> dict[str, float]:
        """Milliseconds of the processor since each began, whoever has ended meanwhile included."""
        return {name: 1000 * sum(map(_seconds, _family(pid))) for name, pid in self.pids.items()}

    def memory_mb(self) -> dict[str, float]:
        """What each holds, what it shares with others counted by its share, where the system tells that."""
        return {name: sum(map(_bytes, _family(pid))) / MEGABYTE for name, pid in self.pids.items()}


def _family(pid: int) -> Iterator[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        first = psutil.Process(pid)
        yield from (first, *first.children(recursive=True))


def _seconds(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        # Children that live are counted by themselves; these are of those that have ended.
        return float(sum(process.cpu_times()[:4]))
    return 0.0


def _bytes(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        told = process.memory_full_info()
        return float(getattr(told, "pss", 0) or told.rss)
    return 0.0
