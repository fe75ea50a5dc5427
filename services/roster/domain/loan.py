"""Loan: a team that is short asks another for a nurse, who agrees, and the nurse herself says yes (mission row 4.11).

The lender hears times, skills and a reason of a few, and of no client; the borrower hears who comes, and of no rota.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import ValidationInfo, field_validator
from sqlalchemy import CheckConstraint, Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, col

from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Code, Input, NewId, Words
from services.roster.domain.ability import CODES, Ability
from services.roster.domain.base import Base
from services.roster.domain.breach import Ground
from services.roster.domain.shift import Shift, Span


class LoanReason(StrEnum):
    """Why a team is short, in a word that tells of no client and no colleague."""

    SICKNESS = "sickness"
    LEAVE = "leave"
    VACANCY = "vacancy"
    DEMAND = "demand"
    SKILL = "skill"


class LoanState(StrEnum):
    """Asked by the borrower, agreed by the lender, placed by the nurse's own word; or one of three ends."""

    ASKED = "asked"
    AGREED = "agreed"
    PLACED = "placed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


OPEN = (LoanState.ASKED, LoanState.AGREED)
# Whoever is lent is missed at home, as soon as the team has said so.
LENT = (LoanState.AGREED, LoanState.PLACED)


class NewLoan(Span):
    """One shift with the borrowing team `team_id`, by a nurse of the lending team who has all of these skills."""

    id: NewId
    team_id: UUID
    lending_team_id: UUID
    needs: Annotated[list[Code], Shape(max_length=10)] = []
    reason: LoanReason

    @field_validator("lending_team_id")
    @classmethod
    def _of_another_team(cls, lending_team_id: UUID, info: ValidationInfo) -> UUID:
        if lending_team_id == info.data.get("team_id"):
            raise ValueError("must be another team than team_id")
        return lending_team_id


class Lending(Input):
    """Whom the lending team lends. `ground` is for a rule that the shift breaks, `below_floor_words` for its floor."""

    employee_id: UUID
    ground: Ground | None = None
    below_floor_words: Words | None = None


class LoanInThePast(Unprocessable):
    field = "/body/starts_at"
    way_out = "Ask for a shift that has not begun."

    def __init__(self) -> None:
        super().__init__("The shift has begun already.")


class LoanIsOver(Conflict):
    """A loan takes its steps once, and none when its shift has begun."""

    field = "/path/loan_id"
    way_out = "Read the loan. If somebody is still missing, ask anew."

    def __init__(self, state: str) -> None:
        super().__init__(f"This loan is {state}, or its shift has begun.")


class NotYourSide(Conflict):
    """The lender lends, the nurse speaks for herself, and the borrower takes back what it asked."""

    field = "/header/Authorization"
    way_out = "Ask the other team, or the nurse whose word it is, to do this."

    def __init__(self) -> None:
        super().__init__("This step of the loan is another's.")


class LentByOneself(Conflict):
    """A team's word and a nurse's own are two words, said by two people."""

    field = "/body/employee_id"
    way_out = "Let a colleague of the lending team agree to it; the nurse places it afterwards."

    def __init__(self) -> None:
        super().__init__("Nobody lends herself.")


class SkillsMissing(Conflict):
    """Whoever is lent can do what she is asked for."""

    field = "/body/employee_id"
    way_out = "Name a member of the lending team who has all skills that the loan needs, or decline it."

    def __init__(self, missing: list[str]) -> None:
        super().__init__(f"This person lacks: {', '.join(missing)}.")


class BelowFloorByLoan(Unprocessable):
    """A team lends from what it has above its floor of safe staffing; below it, it says why."""

    field = "/body/below_floor_words"
    way_out = "Decline the loan, lend somebody else, or say in below_floor_words why it is safe all the same."

    def __init__(self, skill: str | None) -> None:
        what = "whole-time equivalents" if skill is None else f"people for {skill}"
        super().__init__(f"Without this person the lending team would have fewer {what} on that day than its floor.")


def _codes() -> Any:
    """Each its own column: one cannot stand for two."""
    return Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False, server_default=text("'{}'")))


class Loan(TeamOwned, Base, table=True):
    """`team_id` borrows. Both teams see it; its shift is the borrower's, and both can end it."""

    lending_team_id: UUID
    starts_at: datetime = Field(sa_type=INSTANT)
    ends_at: datetime = Field(sa_type=INSTANT)
    unpaid_break_minutes: int
    needs: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    reason: str
    state: str = LoanState.ASKED
    asked_by: UUID | None
    employee_id: UUID | None = None
    agreed_by: UUID | None = None
    ground: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    below_floor_words: str | None = None
    placed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    # What she may do on that day, as the lender knew it when it agreed: the borrower hears nothing of her from hr.
    roles: list[str] = _codes()
    skills: list[str] = _codes()
    delegated: list[str] = _codes()
    ended: list[str] = _codes()

    @classmethod
    def asked(cls, new: NewLoan, by: UUID | None, now: datetime) -> Self:
        """Raises `LoanInThePast`."""
        if new.starts_at <= now:
            raise LoanInThePast
        about: dict[str, Any] = {"asked_by": by, "changed_at": now}
        return cls(**new.model_dump(), **about)

    def require(self, now: datetime, *states: LoanState) -> None:
        """Raises `LoanIsOver`."""
        if self.state not in states or self.starts_at <= now:
            raise LoanIsOver(self.state)

    def agree(self, lending: Lending, by: UUID | None, now: datetime) -> None:
        """Raises `LentByOneself`."""
        if lending.employee_id == by:
            raise LentByOneself
        self.employee_id, self.agreed_by = lending.employee_id, by
        self.ground = None if lending.ground is None else lending.ground.model_dump(mode="json")
        self.below_floor_words = lending.below_floor_words
        self.become(LoanState.AGREED, now)

    def take_along(self, able: Ability) -> None:
        for name in CODES:
            setattr(self, name, sorted(getattr(able, name)))

    @property
    def brought(self) -> Ability:
        said = frozenset(self.skills), frozenset(self.delegated), frozenset(self.ended)
        return Ability(frozenset(self.roles), *said)

    def become(self, state: LoanState, now: datetime) -> None:
        self.state, self.changed_at = state, now

    def as_shift(self, of: UUID, now: datetime) -> Shift:
        """The borrower's shift, told to and accepted by whoever comes."""
        stretch = {name: getattr(self, name) for name in ("team_id", *Shift.TIMES)}
        about: dict[str, Any] = {"planned_by": self.asked_by, "initiated_by": of, "told_at": now, "accepted_at": now}
        about |= {"loan_id": self.id, "supervised_only": False, "changed_at": now}
        return Shift(**stretch, employee_id=of, kind="shift", **about)


only_states(Loan, "state", LoanState)
only_states(Loan, "reason", LoanReason)
for _name, _rule in (
    ("loan_between_two_teams", "team_id <> lending_team_id"),
    ("loan_runs_forwards", "ends_at > starts_at and unpaid_break_minutes >= 0"),
    ("loan_of_somebody", "state not in ('agreed', 'placed', 'ended') or employee_id is not null"),
):
    Loan.__table__.append_constraint(CheckConstraint(_rule, name=_name))  # type: ignore[attr-defined]
Index("ix_loan_state", col(Loan.team_id), col(Loan.state), col(Loan.id))
Index("ix_loan_lender", col(Loan.lending_team_id), col(Loan.id))
