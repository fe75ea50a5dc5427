"""Ground rules: few, numbered, and a new one beyond the most allowed replaces an old one, by a decision about it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Self
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, col

from services.common.errors import Conflict
from services.common.models import TeamOwned
from services.common.types import Input, NewId, Words
from services.governance.domain.base import Base, always
from services.governance.domain.decision import Decision, DecisionStatus, SubjectKind


class NewGroundRule(Input):
    """A rule the team gives itself, and the one that it loses for it."""

    id: NewId
    team_id: UUID
    words: Words
    replaces: UUID | None = None
    decision_id: UUID | None = None


class RuleNeedsToReplaceOne(Conflict):
    """AQuA report: “when they create a new one, they have to lose one.”"""

    field = "/body/replaces"
    way_out = "Name the ground rule that this one replaces, and the decision that the team adopted about it."

    def __init__(self, most: int) -> None:
        super().__init__(f"The team has its {most} ground rules, so a new one has to replace one of them.")


class GroundRuleNotInForce(Conflict):
    """Only a rule that is in force can be replaced."""

    field = "/body/replaces"
    way_out = "Read the ground rules in force, and name one of them."

    def __init__(self) -> None:
        super().__init__("The team has no such ground rule in force.")


class DecisionNotAdopted(Conflict):
    """A decision that is named was adopted; to replace a rule, one has to be named."""

    field = "/body/decision_id"
    way_out = "Adopt the decision first, and send its id."

    def __init__(self) -> None:
        super().__init__("No adopted decision of this team is named.")


class DecisionAboutSomethingElse(Conflict):
    """A team that agreed to one thing has not agreed to lose a ground rule."""

    field = "/body/decision_id"
    way_out = "Adopt a decision that has the ground rule to be replaced among its subjects, and send its id."

    def __init__(self) -> None:
        super().__init__("This decision is not about the ground rule that is to be replaced.")


class GroundRule(TeamOwned, Base, table=True):
    """One ground rule. `place` is its number in the team's list; a rule that replaces another takes its number."""

    words: str
    place: int
    from_on: date
    replaced_on: date | None = None
    replaces: UUID | None = Field(default=None, foreign_key="ground_rule.id", unique=True)
    decision_id: UUID | None = Field(default=None, foreign_key="decision.id")
    written_by: UUID | None

    @classmethod
    def agreed(cls, new: NewGroundRule, place: int, by: UUID | None, today: date, now: datetime) -> Self:
        return cls(**new.model_dump(), place=place, written_by=by, from_on=today, changed_at=now)

    def end(self, today: date, now: datetime) -> None:
        self.replaced_on, self.changed_at = today, now


def to_lose(new: NewGroundRule, in_force: Sequence[GroundRule], most: int) -> GroundRule | None:
    """The rule that makes room, if any. Raises `RuleNeedsToReplaceOne` or `GroundRuleNotInForce`."""
    if new.replaces is None:
        if len(in_force) >= most:
            raise RuleNeedsToReplaceOne(most)
        return None
    found = next((rule for rule in in_force if rule.id == new.replaces), None)
    if found is None:
        raise GroundRuleNotInForce
    return found


def require_decision(new: NewGroundRule, decision: Decision | None) -> None:
    """A rule is replaced by a decision about it, and none is made by one that the team has not adopted.

    Raises `DecisionNotAdopted` alike for none, one of another team, and one not adopted, or
    `DecisionAboutSomethingElse`.
    """
    if new.replaces is None and new.decision_id is None:
        return
    if decision is None or decision.team_id != new.team_id or decision.status != DecisionStatus.ADOPTED:
        raise DecisionNotAdopted
    if new.replaces is not None and not decision.is_about(SubjectKind.GROUND_RULE, new.replaces):
        raise DecisionAboutSomethingElse


def free_place(in_force: Sequence[GroundRule]) -> int:
    """The lowest number that no rule in force has."""
    taken = {rule.place for rule in in_force}
    return next(place for place in range(1, len(taken) + 2) if place not in taken)


always(GroundRule, "has_a_place", "place >= 1")
# Two people who add a rule at once cannot both take the last place.
Index(
    "one_ground_rule_a_place",
    col(GroundRule.team_id),
    col(GroundRule.place),
    unique=True,
    postgresql_where=text("replaced_on is null"),
)
