"""What is said to an engine in a process of its own, and what it says."""

from dataclasses import dataclass

from pydantic import TypeAdapter

from services.roster.solver.model import Model, Outcome, Progress, Settings


@dataclass(frozen=True)
class Request:
    """A model, and how to look."""

    model: Model
    settings: Settings


@dataclass(frozen=True)
class Answer:
    """Something better on the way, or how it ended."""

    progress: Progress | None = None
    outcome: Outcome | None = None

    @property
    def is_last(self) -> bool:
        return self.outcome is not None


REQUEST, ANSWER = TypeAdapter(Request), TypeAdapter(Answer)
