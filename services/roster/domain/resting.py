"""Resting: which free time makes up for rest that was missed, once the rest that is due anyway is set aside.

Working Time Regulations 1998: the rest of each day (regulation 10) and of each week (11) is due besides what is owed
for one that was missed (24). Neither is part of the other (11(7)), unless the rule `rests_may_overlap` has a reason.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self

from services.common.types import midnight_in_england
from services.roster.domain.breach import RestOwed
from services.roster.domain.period import whole_minutes

Span = tuple[datetime, datetime]
WEEK = 7
# Fortnights are counted from the week in which the Regulations came into force (11(4)(b)).
FIRST_MONDAY = date(1998, 9, 28)
NEVER, NO_TIME = datetime(9999, 1, 1, tzinfo=UTC), timedelta(0)


@dataclass(frozen=True)
class DueAnyway:
    """The rest of each day, and of each so many weeks: at once, or in so many `parts`."""

    daily: timedelta
    weekly: timedelta
    weeks: int
    parts: int
    may_overlap: bool

    @classmethod
    def by(cls, limits: Mapping[str, int]) -> Self:
        """By the limits of a rota's rules, in minutes. Where they have a week's and a fortnight's, the latter holds."""
        code, weeks, parts = ("fortnight_rest", 2, 2) if "fortnight_rest" in limits else ("weekly_rest", 1, 1)
        daily, weekly = (timedelta(minutes=limits.get(one, 0)) for one in ("daily_rest", code))
        return cls(daily, weekly, weeks, parts, bool(limits.get("rests_may_overlap")))

    def begins(self, on: date) -> date:
        """The Monday of the week, or of the fortnight, that holds a day."""
        return on - timedelta(days=(on - FIRST_MONDAY).days % (self.weeks * WEEK))

    def periods(self, since: date, until: datetime) -> Iterator[Span]:
        on = self.begins(since)
        while midnight_in_england(on) < until:
            after = on + timedelta(days=self.weeks * WEEK)
            yield midnight_in_england(on), midnight_in_england(after)
            on = after


def spare(busy: Sequence[Span], due: DueAnyway, since: date, now: datetime) -> list[Span]:
    """The free time between these times that is no rest which is due anyway, in order.

    `since` begins a period of `due`; before it nothing is known. What comes after the last of them is still to be
    planned: the rest of its weeks may lie in it, but it makes up for nothing before it has passed.
    """
    gaps = list(_gaps(busy, midnight_in_england(since)))
    weekly: list[list[Span]] = [[] for _ in gaps]
    for period in due.periods(since, max(now, gaps[-1][0])):
        for number, span in _rests_of(period, gaps, due):
            weekly[number].append(span)
    gaps[-1] = gaps[-1][0], max(gaps[-1][0], now)
    found: list[Span] = []
    for gap, aside in zip(gaps, weekly, strict=True):
        if due.may_overlap:
            found += _without(_after([gap], due.daily), aside)
        else:
            found += _after(_without([gap], aside), due.daily)
    return found


def _gaps(busy: Iterable[Span], since: datetime) -> Iterator[Span]:
    free_from = since
    for begins, ends in sorted(busy):
        if begins > free_from:
            yield free_from, begins
        free_from = max(free_from, ends)
    yield free_from, NEVER


def _rests_of(period: Span, gaps: Sequence[Span], due: DueAnyway) -> Iterator[tuple[int, Span]]:
    """Which gaps hold the rest of this week, and when: the longest, or as many as it may be taken in."""
    apart = NO_TIME if due.may_overlap else due.daily
    long = sorted((-_length(period, gap, apart), number) for number, gap in enumerate(gaps))
    whole = -long[0][0] >= due.weekly
    for length, number in long[: 1 if whole else due.parts]:
        if length < NO_TIME:
            begins = max(gaps[number][0], period[0])
            rest = due.weekly if whole else due.weekly / due.parts
            yield number, (begins, min(begins + rest, gaps[number][1], period[1]))


def _length(period: Span, gap: Span, apart: timedelta) -> timedelta:
    return min(min(gap[1], period[1]) - max(gap[0], period[0]), gap[1] - gap[0] - apart)


def _without(spans: Iterable[Span], aside: Iterable[Span]) -> list[Span]:
    left = list(spans)
    for since, until in aside:
        left = [
            part
            for begins, ends in left
            for part in ((begins, min(ends, since)), (max(begins, until), ends))
            if part[0] < part[1]
        ]
    return left


def _after(spans: Iterable[Span], first: timedelta) -> list[Span]:
    """Without the first so much of it."""
    left = []
    for begins, ends in spans:
        part = min(first, ends - begins)
        first -= part
        if begins + part < ends:
            left.append((begins + part, ends))
    return left


def to_count(owed: Sequence[RestOwed], recent: datetime) -> list[RestOwed]:
    """Of what is in order of when it was missed: what was so lately, all since the first that is not settled at all,
    and all since the first that took any time after that, so that no hour is free once more."""
    since = recent
    for one in reversed(owed):
        if one.settled_at is None or one.settled_at > since:
            since = min(since, one.since_at)
    return [one for one in owed if one.since_at >= since]


def settle(owed: Iterable[RestOwed], free: Iterable[Span], now: datetime) -> None:
    """Count anew what was made up for by this free time, which is in order.

    All of it is counted once, for the oldest that is owed.
    """
    left = [list(span) for span in free]
    for one in sorted(owed, key=lambda each: each.since_at):
        taken, settled_at = 0, None
        for span in left:
            begins = max(span[0], one.since_at)
            part = min(max(0, whole_minutes(begins, span[1])), one.minutes - taken)
            if part:
                taken, span[0] = taken + part, begins + timedelta(minutes=part)
                settled_at = span[0] if taken == one.minutes else None
        one.take(taken, settled_at, now)
