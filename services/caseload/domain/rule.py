"""The codes of caseload's rules; what each says stands in the table `rule`, with its source."""

from enum import StrEnum


class RuleCode(StrEnum):
    OUTCOMES_UNABLE = "care_act.outcomes_unable"
    GUEST_SEAT = "guest_seat.days"
    BREAK_GLASS_MINUTES = "break_glass.minutes"
    BREAK_GLASS_ATTEMPTS = "break_glass.attempts"
    BREAK_GLASS_REVIEW = "break_glass.review_hours"
    MEDICINE_MINUTES = "medicine.window_minutes"
    TIME_CRITICAL_MINUTES = "medicine.time_critical_minutes"
    DELEGATION_DAYS = "delegation.days"
    HANDOVER_HOURS = "handover.most_hours"
    LINK_TRIES = "one_time_link.wrong_codes"
    SUMMARY_DAYS = "summary_share.days"
    DRIVER_CHECK_HOURS = "syringe_driver.check_hours"
