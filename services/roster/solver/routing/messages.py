"""What the race says to its children and they to it: one line of JSON each."""

from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter

from services.roster.domain.rounds.day import Day, Plan

STOP = b"stop\n"


@dataclass(frozen=True)
class Request:
    """A search to run for so many seconds; `hot` and `cold` are the annealer's."""

    kind: Literal["routing", "annealing"]
    day: Day
    seconds: float
    seed: int = 1
    start: Plan | None = None
    hot: float = 40.0
    cold: float = 0.3


@dataclass(frozen=True)
class Answer:
    """A plan on the way, or the last of a search."""

    plan: Plan
    is_last: bool = False


REQUEST, ANSWER = TypeAdapter(Request), TypeAdapter(Answer)
