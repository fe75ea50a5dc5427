"""What the race says to its children and they to it: one line of JSON each."""

from dataclasses import dataclass

from pydantic import TypeAdapter

from services.roster.domain.rounds.day import Day, Plan


@dataclass(frozen=True)
class Request:
    """A search for so many seconds: a share of them by OR-Tools routing, the rest by annealing what that found.

    They end at `until`, an instant of the machine's clock in seconds; without it they are seconds of the processor.
    """

    day: Day
    seconds: float
    until: float | None = None
    seed: int = 1
    start: Plan | None = None
    routing: float = 0.0
    hot: float = 40.0
    cold: float = 0.3


@dataclass(frozen=True)
class Answer:
    """A plan on the way, or the last of a search."""

    plan: Plan
    is_last: bool = False


REQUEST, ANSWER = TypeAdapter(Request), TypeAdapter(Answer)
