"""How long whoever referred waited for an answer, in working days (mission row 2.01)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from services.common.types import day_in_england
from services.common.working_days import working_days, working_days_after


@dataclass(frozen=True)
class Answered:
    """A referral as far as its answer's time goes; one that waits has none."""

    source: str
    received_at: datetime
    decided_at: datetime | None

    def is_within(self, count: int) -> bool:
        """Whether the answer came within so many working days."""
        return self.decided_at is not None and self.decided_at <= working_days_after(self.received_at, count)

    @property
    def working_days(self) -> int | None:
        """Whole working days after the day on which it came; 0 for an answer on that day."""
        if self.decided_at is None:
            return None
        return working_days(day_in_england(self.received_at), day_in_england(self.decided_at))


@dataclass(frozen=True)
class AnswerTime:
    """Of one source: how many came, were answered, and were answered in time: within the working days of the rule."""

    source: str
    received: int
    answered: int
    in_time: int
    longest_working_days: int | None


def by_source(referrals: Iterable[Answered], most: int) -> list[AnswerTime]:
    found = []
    for source, group in groupby(sorted(referrals, key=lambda one: one.source), key=lambda one: one.source):
        of_source = list(group)
        days = [one.working_days for one in of_source if one.working_days is not None]
        within = sum(one.is_within(most) for one in of_source)
        found.append(AnswerTime(source, len(of_source), len(days), within, max(days, default=None)))
    return found
