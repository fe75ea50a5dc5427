"""One working day, played through the gateway: each step says what it proved."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from demo.barrow import Calendar, id_of
from demo.callers import Gateway
from demo.partners.council import Council
from demo.report import Report, Step

MAUREEN = {
    name: id_of("maureen", name)
    for name in ("client", "episode", "decision", "assessment", "plan", "visit", "contact", "wound", "share")
}


@dataclass
class Day:
    """What the steps share: the door, the calendar, and what earlier steps found."""

    gateway: Gateway
    calendar: Calendar
    council: Council
    found: dict[str, Any] = field(default_factory=dict)


Play = Callable[[Day, Step], Awaitable[None]]


async def play(day: Day, report: Report, steps: Sequence[tuple[str, Play]]) -> None:
    """Play the steps in order. A step that breaks down is not ok, and the later ones are still tried."""
    for number, (title, act) in enumerate(steps, start=1):
        step = Step(number, title)
        try:
            await act(day, step)
        except Exception as error:  # noqa: BLE001  the report says what happened
            step.check(False, f"{type(error).__name__}: {error}")
        report.done(step)
