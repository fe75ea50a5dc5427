"""Rule: a limit, a share or a term as dated data, with where it comes from and how sure that is."""

from datetime import date
from enum import StrEnum

from sqlmodel import Field

from services.common.errors import Unprocessable
from services.common.models import only_states
from services.governance.domain.base import Base, always


class RuleCode(StrEnum):
    DECISION_QUORUM = "decision_quorum"
    GROUND_RULES_IN_FORCE = "ground_rules_in_force"
    OBSTACLE_TO_WORKING_GROUP = "obstacle_to_working_group"
    OBSTACLE_TO_STEERING_GROUP = "obstacle_to_steering_group"
    SMALLEST_CELL = "smallest_cell"
    COMPLAINT_ACKNOWLEDGEMENT = "complaint_acknowledgement"


class RuleStatus(StrEnum):
    """How far a figure can be relied on."""

    SOURCED = "sourced"
    DERIVED = "derived"
    TO_BE_CONFIRMED = "to_be_confirmed"


class NoRuleOnThatDay(Unprocessable):
    """A rule is applied only to days for which one is known."""

    field = "/query"
    way_out = "Ask about a later day: no such rule is known for that one."

    def __init__(self, code: str, field: str) -> None:
        super().__init__(f"No rule about {code.replace('_', ' ')} is known for that day.", field=field)


class Rule(Base, table=True):
    """`amount` in each `per`, in `unit`, in force from `from_on` until the next row of the same code."""

    code: str = Field(primary_key=True)
    from_on: date = Field(primary_key=True)
    amount: int
    per: int = 1
    unit: str
    source: str
    status: str

    def share_of(self, whole: int) -> int:
        """The smallest number that is at least this share of the whole."""
        return -(-self.amount * whole // self.per)


only_states(Rule, "code", RuleCode)
only_states(Rule, "status", RuleStatus)
always(Rule, "is_positive", "amount > 0 and per > 0")
