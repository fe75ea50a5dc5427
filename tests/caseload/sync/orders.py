"""What several people write of one part of a plan without signal, and the orders in which it may arrive."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from hypothesis import strategies as st

from tests.running import DEPUTY, NURSE

# Two of the three tablets are one person's.
HELD_BY = (NURSE, DEPUTY, NURSE)
MOST = 6
CODES = (None, "01.05", "03.22")


@dataclass(frozen=True)
class Said:
    """On which tablet, at which minute; with a code, or leaving it; and whether the plan was read just before."""

    place: int
    minute: int
    code: str | None
    reads: bool


SAID = st.builds(
    Said, st.integers(0, len(HELD_BY) - 1), st.integers(0, 9), st.sampled_from(CODES), st.sampled_from([True, False])
)
# Each may be pushed, or pushed and be taken in later: places of both in the order that is tried.
ORDERS = st.permutations(range(2 * MOST))
LATE = st.frozensets(st.integers(0, MOST - 1), max_size=2)


@dataclass(frozen=True)
class Step:
    """Something arrives, is held for a review, or is taken in."""

    number: int
    base: int
    how: Literal["push", "hold", "take"]


@dataclass
class Arriving:
    """Lets everything arrive in an order that could be: each tablet sends in its own, and nobody writes on words that
    nobody has yet been shown. `sees` are the words that each had before them, which the first play finds out."""

    said: Sequence[Said]
    first: tuple[int, str]
    order: Sequence[int] = range(2 * MOST)
    late: Collection[int] = ()
    seen: Mapping[int, str] | None = None
    sees: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.version, self.shown = self.first[0], [self.first]
        self._base: dict[int, int] = {}
        self._floor = [self.version] * len(HELD_BY)
        every = [(place, number % MOST, number >= MOST) for number, place in enumerate(self.order)]
        self._waiting = [
            (number, is_take)
            for _, number, is_take in sorted(every)
            if number < len(self.said) and (number in self.late or not is_take)
        ]

    def hear(self, version: int, words: str) -> None:
        """What is shown after the last step."""
        self.version = version
        if words != self.shown[-1][1]:
            self.shown.append((version, words))

    def next(self) -> Step | None:
        """None where all have arrived, or where this order cannot be."""
        for event in self._waiting:
            number, is_take = event
            base = self._base.get(number) if is_take else self._base_of(number)
            if base is not None and (is_take or self._is_next_of_its_tablet(number)):
                self._waiting.remove(event)
                self._base[number] = base
                if not is_take:
                    self._floor[self.said[number].place] = base
                return Step(number, base, "take" if is_take else "hold" if number in self.late else "push")
        return None

    @property
    def is_done(self) -> bool:
        return not self._waiting

    def _is_next_of_its_tablet(self, number: int) -> bool:
        place = self.said[number].place
        return all(one in self._base for one in range(number) if self.said[one].place == place)

    def _base_of(self, number: int) -> int | None:
        floor = self._floor[self.said[number].place]
        if self.seen is None:
            base = self.version if self.said[number].reads else floor
            self.sees[number] = [words for version, words in self.shown if version <= base][-1]
            return base
        until = [version for version, _ in self.shown[1:]] + [self.version + 1]
        for (version, words), end in zip(self.shown, until, strict=True):
            if words == self.seen[number] and max(version, floor) < end:
                return max(version, floor)
        return None


def words_of(number: int) -> str:
    return f"As it was said {number}"


def operation_id(number: int, run: int = 0) -> UUID:
    """Alike ordered in every run."""
    return UUID(f"019a0000-0000-7000-8000-{number:04x}{run:08x}")


@dataclass(frozen=True)
class End:
    """What the plan says, whose it is, and the versions with their code, who said them, and what became of each."""

    words: str
    code: str | None
    by: UUID | None
    versions: frozenset[tuple[Any, ...]]


def minutes_after(start: datetime, said: Said) -> datetime:
    return start.replace(minute=said.minute, second=0, microsecond=0)
