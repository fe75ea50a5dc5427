"""The codes of hr's rules; what each says stands in the table `rule`, with its source."""

from enum import StrEnum


class RuleCode(StrEnum):
    MOST_MEMBERS = "team.max_members"
    WARN_BELOW = "team.warn_below"
    HEATSHIELD_TOLD = "waiting.heatshield_told_after"
    STEERING_TOLD = "waiting.steering_told_after"
    CONTRACT_FLAGGED = "contract.flagged_before"
    COMPETENCY_DAYS = "competency.days"
    LEAST_NOTICE = "opt_out.least_notice"
    MOST_NOTICE = "opt_out.most_notice"
    FULL_TIME = "staff.full_time"
