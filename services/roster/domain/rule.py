"""The codes of roster's rules; what each says stands in the table `rule`, with its source."""

from enum import StrEnum


class RuleCode(StrEnum):
    """Of contracted time, spent with clients; and a week of one whole-time nurse."""

    CLIENT_FACING_TARGET = "time.client_facing_target"
    FULL_TIME_WEEK = "time.full_time_week"
