"""Targets and norms as data: each from a day on, with its source and how sure we are of it."""

from datetime import date
from enum import StrEnum

from sqlmodel import Field

from services.common.models import only_states
from services.roster.domain.base import Base


class RuleKey(StrEnum):
    """`TARGET_PERCENT`: of contracted time, spent with clients. `FULL_TIME_MINUTES`: a week of one whole-time nurse."""

    TARGET_PERCENT = "client_facing_target_percent"
    FULL_TIME_MINUTES = "full_time_minutes_per_week"


class RuleStatus(StrEnum):
    SOURCED = "sourced"
    DERIVED = "derived"
    TO_BE_CONFIRMED = "to_be_confirmed"


class Rule(Base, table=True):
    """In force from its day until a later one with the same key begins."""

    key: str = Field(primary_key=True)
    from_on: date = Field(primary_key=True)
    value: int
    source: str
    status: str


only_states(Rule, "key", RuleKey)
only_states(Rule, "status", RuleStatus)
