"""The three goals that every team shares, and that no decision of one team changes."""

from dataclasses import dataclass

SOURCE = "AQuA, Buurtzorg learning report, December 2019: “A whole organisation run on 3 goals and 8 ground rules.”"


@dataclass(frozen=True)
class Goal:
    code: str
    name: str
    source: str = SOURCE


GOALS = (
    Goal("good_care", "Good care"),
    Goal("financial_health", "Financial health"),
    Goal("have_fun", "Have fun"),
)
