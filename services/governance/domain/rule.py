"""The codes of governance's rules; what each says stands in the table `rule`, with its source."""

from enum import StrEnum


class RuleCode(StrEnum):
    DECISION_QUORUM = "decision.quorum"
    DECISION_IN_PERSON = "decision.in_person"
    GROUND_RULES_IN_FORCE = "ground_rules.in_force"
    OBSTACLE_TO_WORKING_GROUP = "obstacle.to_working_group"
    OBSTACLE_TO_STEERING_GROUP = "obstacle.to_steering_group"
    COMPLAINT_ACKNOWLEDGEMENT = "complaint.acknowledgement"
    AGENDA_LOOKS_BACK = "meeting.looks_back_days"
    TIME_LOST_TIMES = "protected_time.lost_times"
    TIME_LOST_DAYS = "protected_time.lost_within_days"
