"""The codes of caseload's rules; what each says stands in the table `rule`, with its source."""

from enum import StrEnum


class RuleCode(StrEnum):
    OUTCOMES_UNABLE = "care_act.outcomes_unable"
    SIZE_FROM = "caseload.size_from"
    SIZE_TO = "caseload.size_to"
    CLIENTS_PER_MEMBER = "caseload.clients_per_member"
    NO_CONTACT = "caseload.no_contact"
    GOAL_MET = "caseload.goal_met"
    GUEST_SEAT = "guest_seat.days"
    BREAK_GLASS_MINUTES = "break_glass.minutes"
    BREAK_GLASS_ATTEMPTS = "break_glass.attempts"
    BREAK_GLASS_REVIEW = "break_glass.review_hours"
