"""The codes of finance's rules; what each says stands in the table `rule`, with its source."""

from enum import StrEnum


class RuleCode(StrEnum):
    OVERHEAD_LOW = "overhead.yardstick_low"
    OVERHEAD_USUAL = "overhead.yardstick_usual"
