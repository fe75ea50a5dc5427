"""The codes of caseload's rules; what each says stands in the table `rule`, with its source."""

from enum import StrEnum


class RuleCode(StrEnum):
    OUTCOMES_UNABLE = "care_act.outcomes_unable"
    GUEST_SEAT = "guest_seat.days"
