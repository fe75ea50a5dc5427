"""Waiting: how long something has waited on others, and who outside the team has to hear of it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Escalation(StrEnum):
    NONE = "none"
    HEATSHIELD_TOLD = "heatshield_told"
    STEERING_TOLD = "steering_told"


@dataclass(frozen=True)
class Thresholds:
    """After how many calendar days the heatshield and the steering group are told (mission row 6.01)."""

    heatshield_days: int
    steering_days: int

    def escalation(self, days: int) -> Escalation:
        if days >= self.steering_days:
            return Escalation.STEERING_TOLD
        return Escalation.HEATSHIELD_TOLD if days >= self.heatshield_days else Escalation.NONE


def days_between(first: date, last: date) -> int:
    """Calendar days gone by: none on the same day."""
    return (last - first).days
