"""Limits and thresholds as dated data, each with its source and how sure we are of it."""

from datetime import date
from enum import StrEnum

from sqlmodel import Field

from services.common.errors import Unprocessable
from services.common.models import only_states
from services.hr.domain.base import Base


class RuleName(StrEnum):
    """The rules that hr asks for. Their values stand in the table `rule` and nowhere else."""

    MOST_MEMBERS = "team.max_members"
    WARN_BELOW = "team.warn_below"
    HEATSHIELD_TOLD = "waiting.heatshield_told_after"
    STEERING_TOLD = "waiting.steering_told_after"
    CONTRACT_FLAGGED = "contract.flagged_before"
    SMALLEST_GROUP = "figures.smallest_group"


class RuleStatus(StrEnum):
    SOURCED = "sourced"
    DERIVED = "derived"
    TO_BE_CONFIRMED = "to_be_confirmed"


class NoRuleInForce(Unprocessable):
    """A figure is never guessed for a day before its rule began."""

    field = "/query/as_of"
    way_out = "Ask for a later day; /hr/v1/rules lists from which day each rule is in force."

    def __init__(self, name: str) -> None:
        super().__init__(f"The rule {name} was not yet in force on that day.")


class Rule(Base, table=True):
    """One value of one rule from a day on, until the next value of the same rule begins."""

    __tablename__ = "rule"

    name: str = Field(primary_key=True)
    from_on: date = Field(primary_key=True)
    value: int
    unit: str
    source: str
    status: str


only_states(Rule, "status", RuleStatus)
