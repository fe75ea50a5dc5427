"""Breach: what somebody placed against a rule, with its ground; and the rest that is owed for it.

A person may do what a proposal never does, such as in an emergency. It is not refused, it is written down, and rest
that was missed is made up for (Working Time Regulations 1998, regulation 24).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Column, Date, Index
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input, Words
from services.roster.domain.base import Base
from services.roster.domain.rota import scored
from services.roster.domain.rota.scored import Law, Score


class GroundKind(StrEnum):
    """Regulations 21 to 23 of the Working Time Regulations: continuity of care, a change of shift, an agreement."""

    EMERGENCY = "emergency"
    REG21 = "reg21"
    REG22 = "reg22"
    REG23 = "reg23"
    AGREEMENT = "agreement"


class Ground(Input):
    """Why it is placed all the same."""

    kind: GroundKind
    words: Words


# What is placed with a ground alone. A break is taken within a shift, and is only told.
GROUNDED = (
    Law.DAILY_REST,
    Law.WEEKLY_REST,
    Law.WEEKLY_LIMIT,
    Law.NIGHT_LIMIT,
    Law.DAYS_RUNNING,
    Law.NIGHTS_RUNNING,
    Law.REST_AFTER_NIGHTS,
    Law.CANNOT,
    Law.ROLE_ON_DUTY,
    Law.SUPERVISION,
)


class ShiftTooLong(Unprocessable):
    """K: “the advertised requirement to cover 12 hours shifts” put people off: the team alone agrees to longer ones."""

    field = "/body/ends_at"
    way_out = "Plan a shorter shift, or two people. The team may agree to longer shifts: /v1/team-agreements."

    def __init__(self, detail: str, field: str | None = None) -> None:
        super().__init__(detail, field=field)


class OnLeave(Conflict):
    """Nobody works on a day of their leave."""

    field = "/body/starts_at"
    way_out = "Ask somebody else. Whoever offers to come in takes back the leave of that day first."

    def __init__(self, field: str | None = None) -> None:
        super().__init__("This person is on leave on that day.", field=field)


class BreachNeedsGround(Unprocessable):
    """What breaks a rule is placed with its ground, and rest that is missed is owed."""

    field = "/body/ground"
    way_out = "Choose another time or person, or say on which ground it is placed all the same, in words."

    def __init__(self, detail: str, field: str | None = None) -> None:
        super().__init__(detail, field=field)


class Breach(TeamOwned, Base, table=True):
    """One rule that was broken by a shift or a published rota: for one person, or for the team, without any."""

    employee_id: UUID | None = None
    rule_code: str
    shift_id: UUID | None = Field(default=None, foreign_key="shift.id")
    rota_version_id: UUID | None = Field(default=None, foreign_key="rota_version.id")
    days: list[date] = Field(sa_column=Column(ARRAY(Date), nullable=False))
    missing_minutes: int
    ground: str
    words: str
    found_at: datetime = Field(sa_type=INSTANT)
    placed_by: UUID | None = None

    @classmethod
    def placed(
        cls, found: scored.Breach, from_on: date, ground: Ground, by: UUID | None, now: datetime, **whose: Any
    ) -> Self:
        """`whose` are the person, the team, and the shift or the version."""
        days = [from_on + timedelta(days=day) for day in found.days]
        why: dict[str, Any] = {"ground": ground.kind, "words": ground.words, "placed_by": by}
        told: dict[str, Any] = {"rule_code": f"rota.{found.law}", "missing_minutes": found.missing_minutes}
        return cls(**whose, **why, **told, days=days, found_at=now, changed_at=now)

    def is_told(self, found: scored.Breach, from_on: date) -> bool:
        """Whether this is the same rule on the same days, in a rota from a day on."""
        days = [from_on + timedelta(days=day) for day in found.days]
        return (self.rule_code, self.days) == (f"rota.{found.law}", days)


class RestOwed(TeamOwned, Base, table=True):
    """Rest that somebody missed and has to have by a day; more rest later than is due anyway settles it.

    `overdue_at` is when those around the team were told that it was not had in time, `ended_at` when they were told
    that it was had at last, or is owed no more.
    """

    employee_id: UUID
    breach_id: UUID = Field(foreign_key="breach.id")
    minutes: int
    since_at: datetime = Field(sa_type=INSTANT)
    due_on: date
    taken_minutes: int = 0
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    overdue_at: datetime | None = Field(default=None, sa_type=INSTANT)
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def owed(cls, breach: Breach, who: UUID, minutes: int, since_at: datetime, within_days: int, now: datetime) -> Self:
        due_on = max(breach.days) + timedelta(days=within_days)
        ids: dict[str, Any] = {"team_id": breach.team_id, "employee_id": who, "breach_id": breach.id}
        return cls(**ids, minutes=minutes, since_at=since_at, due_on=due_on, changed_at=now)

    def take(self, taken: int, settled_at: datetime | None, now: datetime) -> None:
        if (self.taken_minutes, self.settled_at) != (taken, settled_at):
            self.taken_minutes, self.settled_at, self.changed_at = taken, settled_at, now

    def is_had(self, now: datetime) -> bool:
        """What is planned for later is not had yet."""
        return self.settled_at is not None and self.settled_at <= now


def of_nobody(score: Score) -> Score:
    """The score of a rota before there is one: that nobody is on duty breaks no rule of the team's."""
    return replace(score, breaches=tuple(one for one in score.breaches if one.member is not None))


def newly(before: Score, after: Score) -> list[scored.Breach]:
    """What the second breaks that the first does not, or breaks further."""
    was = {(one.law, one.member, one.days): one.missing_minutes for one in before.breaches}
    return [one for one in after.breaches if one.missing_minutes > was.get((one.law, one.member, one.days), -1)]


def plain_words(found: scored.Breach) -> str:
    """Without a name: roster knows none."""
    return f"{found.words.format('This person')}."


def require_grounds(
    found: Sequence[scored.Breach], ground: Ground | None, at: str | None = None, *, ground_at: str | None = None
) -> list[scored.Breach]:
    """Those that are placed with the ground. `at` is the field that names what is placed, if it is not sent as times.
    `ground_at` is what to change if no ground is sent with it.

    Raises `ShiftTooLong`, `OnLeave` or `BreachNeedsGround`.
    """
    for one in found:
        if one.law == Law.LONGEST_SHIFT:
            raise ShiftTooLong(plain_words(one), at)
        if one.law == Law.LEAVE:
            raise OnLeave(at)
    grounded = [one for one in found if one.law in GROUNDED]
    if grounded and ground is None:
        more = f" And {len(grounded) - 1} more." if len(grounded) > 1 else ""
        raise BreachNeedsGround(plain_words(grounded[0]) + more, ground_at)
    return grounded


only_states(Breach, "ground", GroundKind)
Index("ix_rest_owed_of", col(RestOwed.employee_id), col(RestOwed.since_at))
# What is still to be had, and what is told of as overdue: both are few, however much was owed once.
Index("ix_rest_owed_settled", col(RestOwed.settled_at), col(RestOwed.team_id))
Index(
    "ix_rest_owed_overdue",
    col(RestOwed.overdue_at),
    postgresql_where=col(RestOwed.overdue_at).is_not(None) & col(RestOwed.ended_at).is_(None),
)
