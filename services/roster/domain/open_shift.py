"""Open shift: a hole in the rota that is offered to those who can fill it, in the order of who lacks hours most."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import StringConstraints
from sqlalchemy import CheckConstraint, Column, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from services.common.errors import Conflict
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input, Name, NewId
from services.roster.domain.base import Base
from services.roster.domain.period import whole_minutes
from services.roster.domain.rota.scored import Law
from services.roster.domain.rota_version.shifts import Stretch
from services.roster.domain.shift import Shift, ShiftKind, Span
from services.roster.domain.trial import Around

WEEKS, WEEK = 4, 7
ROLE = "role:"
What = Annotated[str, StringConstraints(pattern=r"^(role:)?[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class OpenShiftState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"


class OfferAnswer(StrEnum):
    YES = "yes"
    NO = "no"


class NewOpenShift(Span):
    """A shift without a person. `needs` are skills that whoever takes it has, and `role:` with a role."""

    id: NewId
    team_id: UUID
    kind: Literal[ShiftKind.SHIFT, ShiftKind.ON_CALL] = ShiftKind.SHIFT
    needs: Annotated[list[What], Shape(max_length=10)] = []
    reason: Name


class OfferReply(Input):
    answer: OfferAnswer


class OpenShiftOver(Conflict):
    """What is taken, withdrawn or begun is open to nobody."""

    field = "/path/open_shift_id"
    way_out = "Read the open shift. If somebody is still missing, open another."

    def __init__(self) -> None:
        super().__init__("This shift is not open any more, or has begun.")


class NotOfferedToYou(Conflict):
    """An open shift is offered to those who have the skills, the rest and the time for it."""

    field = "/header/Authorization"
    way_out = "Look at the offers of this shift. To be offered it, agree first what keeps you from it."

    def __init__(self) -> None:
        super().__init__("This shift is not offered to you.")


class OthersStillAnswer(Conflict):
    """Those who lack hours most have their time to answer: who is visiting a client cannot be the fastest."""

    field = "/path/open_shift_id"
    way_out = "Wait until its until_at, or until those before have answered."

    def __init__(self) -> None:
        super().__init__("Those who come first still have time to answer.")


class OpenShift(TeamOwned, Base, table=True):
    """A stretch of time for which the team has nobody yet. Until `until_at` it goes by rank, then to who says yes."""

    kind: str
    starts_at: datetime = Field(sa_type=INSTANT)
    ends_at: datetime = Field(sa_type=INSTANT)
    unpaid_break_minutes: int
    needs: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    reason: str
    state: str = OpenShiftState.OPEN
    until_at: datetime = Field(sa_type=INSTANT)
    opened_by: UUID | None
    taken_by: UUID | None = None
    taken_at: datetime | None = Field(default=None, sa_type=INSTANT)
    shift_id: UUID | None = Field(default=None, foreign_key="shift.id")

    @classmethod
    def opened(cls, new: NewOpenShift, by: UUID | None, hours: int, now: datetime) -> Self:
        """The term to answer is so many hours, and never more than half the time until it begins.

        Raises `OpenShiftOver`.
        """
        if new.starts_at <= now:
            raise OpenShiftOver
        until_at = min(now + timedelta(hours=hours), now + (new.starts_at - now) / 2)
        about: dict[str, Any] = {"opened_by": by, "until_at": until_at, "changed_at": now}
        return cls(**new.model_dump(), **about)

    def for_whom(self, employee_id: UUID) -> Stretch:
        """As somebody's shift."""
        return Stretch(employee_id, self.kind, self.starts_at, self.ends_at, self.unpaid_break_minutes)

    def require_open(self, now: datetime) -> None:
        """Raises `OpenShiftOver`."""
        if self.state != OpenShiftState.OPEN or self.starts_at <= now:
            raise OpenShiftOver

    def as_shift(self, of: UUID, now: datetime) -> Shift:
        """The shift that it becomes, told to and accepted by whoever takes it."""
        stretch = {name: getattr(self, name) for name in ("team_id", "kind", *Shift.TIMES)}
        about: dict[str, Any] = {"planned_by": self.opened_by, "initiated_by": of, "told_at": now, "accepted_at": now}
        return Shift(**stretch, employee_id=of, supervised_only=False, changed_at=now, **about)

    def taken(self, shift: Shift, now: datetime) -> None:
        self.taken_by, self.taken_at, self.shift_id = shift.employee_id, now, shift.id
        self.state, self.changed_at = OpenShiftState.TAKEN, now

    def withdraw(self, now: datetime) -> None:
        """Raises `OpenShiftOver`."""
        self.require_open(now)
        self.state, self.changed_at = OpenShiftState.WITHDRAWN, now


class OpenShiftOffer(TeamOwned, Base, table=True):
    """One person's place among those who are offered a shift, and what they say."""

    open_shift_id: UUID = Field(foreign_key="open_shift.id", ondelete="CASCADE")
    employee_id: UUID
    rank: int
    deficit_minutes: int
    extras: int
    answer: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=INSTANT)

    def reply(self, answer: OfferAnswer, now: datetime) -> None:
        self.answer, self.answered_at, self.changed_at = answer, now, now


@dataclass(frozen=True)
class Candidate:
    """Somebody who can take the shift: what they lack of four weeks' hours, and how often they stood in of late."""

    employee_id: UUID
    deficit_minutes: int
    extras: int

    @property
    def place(self) -> tuple[int, int, UUID]:
        return -self.deficit_minutes, self.extras, self.employee_id


def candidates(around: Around, shift: OpenShift, extras: Mapping[UUID, int]) -> list[Candidate]:
    """Whoever has what it needs, is free, and breaks no rule by it; who lacks hours most comes first.

    The break within a shift is taken there, and bars nobody.
    """
    found = []
    for who in around.team.belonging:
        if not _is_free(around, shift.for_whom(who)):
            continue
        trial = around.tried([], [shift.for_whom(who)])
        (index,) = trial.touched
        member = trial.problem.members[index]
        then = member.on(around.rota.day(shift.for_whom(who).day_on))
        able = all(need in then.skills or need == ROLE + then.role for need in shift.needs)
        if able and not any(one.member == index and one.law != Law.IN_WORK_BREAK for one in trial.new_breaches):
            lacking = WEEKS * member.minutes_per_week - _planned(around, shift.for_whom(who))
            found.append(Candidate(who, lacking, extras.get(who, 0)))
    return sorted(found, key=lambda one: one.place)


def _is_free(around: Around, stretch: Stretch) -> bool:
    own = (one for one in around.stretches if one.employee_id == stretch.employee_id)
    return not any(one.starts_at < stretch.ends_at and stretch.starts_at < one.ends_at for one in own)


def _planned(around: Around, stretch: Stretch) -> int:
    """The minutes of this person's shifts in the four weeks that end with the stretch's own."""
    sunday = stretch.day_on + timedelta(days=WEEK - 1 - stretch.day_on.weekday())
    since = sunday - timedelta(days=WEEKS * WEEK)
    return sum(
        whole_minutes(one.starts_at, one.ends_at) - one.unpaid_break_minutes
        for one in around.stretches
        if one.employee_id == stretch.employee_id and one.kind == ShiftKind.SHIFT and since < one.day_on <= sunday
    )


def winner(offers: Iterable[OpenShiftOffer], able: Collection[UUID], *, in_rank: bool) -> UUID | None:
    """Whose it is among those who can still take it: nobody's yet, while someone before has time to answer."""
    for offer in sorted(offers, key=lambda one: one.rank):
        if offer.employee_id in able and offer.answer == OfferAnswer.YES:
            return offer.employee_id
        if in_rank and offer.answer is None and offer.employee_id in able:
            return None
    return None


def offered(shift: OpenShift, found: Sequence[Candidate], now: datetime) -> list[OpenShiftOffer]:
    return [
        OpenShiftOffer(
            team_id=shift.team_id,
            open_shift_id=shift.id,
            employee_id=one.employee_id,
            rank=rank,
            deficit_minutes=one.deficit_minutes,
            extras=one.extras,
            changed_at=now,
        )
        for rank, one in enumerate(found, 1)
    ]


only_states(OpenShiftOffer, "answer", OfferAnswer)
only_states(OpenShift, "state", OpenShiftState)
OpenShift.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint("(state = 'taken') = (taken_by is not null and shift_id is not null)", name="open_shift_taken")
)
OpenShiftOffer.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("open_shift_id", "employee_id", name="one_offer_each")
)
Index("ix_open_shift_state", col(OpenShift.team_id), col(OpenShift.state), col(OpenShift.id))
