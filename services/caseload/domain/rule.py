"""The codes of caseload's rules; what each says stands in the table `rule`, with its source."""

from enum import StrEnum


class RuleCode(StrEnum):
    OUTCOMES_UNABLE = "care_act.outcomes_unable"
    GUEST_SEAT = "guest_seat.days"
    BREAK_GLASS_MINUTES = "break_glass.minutes"
    BREAK_GLASS_ATTEMPTS = "break_glass.attempts"
    BREAK_GLASS_REVIEW = "break_glass.review_hours"
    LINK_PERSON_DAYS = "referral_link.person_days"
    LINK_BACK_DAYS = "referral_link.back_days"
    LINK_PLACE_DAYS = "referral_link.place_days"
    LINK_PLACE_USES = "referral_link.place_uses"
    NO_CONTACT = "caseload.no_contact_days"
