"""The codes of roster's rules; what each says stands in the table `rule`, with its source."""

from enum import StrEnum


class RuleCode(StrEnum):
    """Of contracted time, spent with clients; a week of one whole-time nurse; when a visit is late; series ahead."""

    CLIENT_FACING_TARGET = "time.client_facing_target"
    FULL_TIME_WEEK = "time.full_time_week"
    LATE_AFTER = "visit.late_after"
    SERIES_AHEAD = "visit.series_ahead"
