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
    CARER_OFFER = "carer_assessment.offer_days"
    CARER_ANSWER = "carer_assessment.answer_days"
    CARER_COUNCIL = "carer_assessment.council_days"
    # One for each scale, by its name.
    CARER_STRAIN = "carer_strain"
    ASSET_CONFIRM = "asset.confirm_days"
    INTRODUCTION_FOLLOW_UP = "introduction.follow_up_days"
    FEEDBACK_SAMPLE = "feedback.sample_size"
    TEST_RESULT = "test.result_days"
    TEST_ACT = "test.act_days"
    TEST_CHASE = "test.chase_days"
    SELF_CARE_STEP = "self_care.step_days"
