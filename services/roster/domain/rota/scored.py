"""What a roster costs by the team's own prices, and where it breaks a rule: in points, minutes and words."""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """What a team may argue about. Each has a price in points; none is forbidden."""

    COVER_SHORT = "cover_short"
    COVER_OVER = "cover_over"
    HOURS = "hours"
    WANTED = "wanted"
    UNWANTED = "unwanted"
    NIGHTS_FAIR = "nights_fair"
    WEEKEND_FAIR = "weekend_fair"
    SPLIT_WEEKEND = "split_weekend"
    ISOLATED_DAY = "isolated_day"
    SINGLE_NIGHT = "single_night"
    CHANGE = "change"


class Law(StrEnum):
    """What a proposal never breaks. A person may, with a ground, and rest that was missed is then owed."""

    DAILY_REST = "daily_rest"
    WEEKLY_REST = "weekly_rest"
    WEEKLY_LIMIT = "weekly_limit"
    NIGHT_LIMIT = "night_limit"
    IN_WORK_BREAK = "in_work_break"
    LONGEST_SHIFT = "longest_shift"
    DAYS_RUNNING = "days_running"
    NIGHTS_RUNNING = "nights_running"
    REST_AFTER_NIGHTS = "rest_after_nights"
    LEAVE = "leave"
    CANNOT = "cannot"
    ROLE_ON_DUTY = "role_on_duty"
    SUPERVISION = "supervision"


@dataclass(frozen=True)
class Match:
    """One place where a rule costs points. In `words` people are {0}, {1}: roster knows no names."""

    members: tuple[int, ...]
    days: tuple[int, ...]
    points: int
    words: str


@dataclass(frozen=True)
class Rule:
    """A rule with its price and all that it costs: `points` are the sum of its matches'."""

    code: Code
    weight: int
    points: int
    matches: tuple[Match, ...]


@dataclass(frozen=True)
class Breach:
    """A rule that is broken, by whom and when; without a member it is the team's.

    `missing_minutes` is how far it is off in minutes, nought where the rule is not in minutes. `rest_owed_minutes`
    is the rest that has to be made up for (Working Time Regulations 1998, regulation 24).
    """

    law: Law
    member: int | None
    days: tuple[int, ...]
    missing_minutes: int
    words: str
    rest_owed_minutes: int


@dataclass(frozen=True)
class Score:
    """A roster's cost in points, fewer being better, rule by rule; breaches stand beside it and cost nothing."""

    points: int
    rules: tuple[Rule, ...]
    breaches: tuple[Breach, ...]
