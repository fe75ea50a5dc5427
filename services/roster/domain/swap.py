"""Swap: two members of a team exchange shifts, or one takes another's, with no manager between them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import field_validator
from sqlalchemy import CheckConstraint, Column, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, col

from services.common.errors import Conflict, PreconditionFailed
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input, NewId
from services.roster.domain.base import Base
from services.roster.domain.breach import Ground
from services.roster.domain.shift import Shift

MOST = 10


class SwapState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    CHECKED = "checked"
    APPLIED = "applied"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


OPEN = (SwapState.OFFERED, SwapState.ACCEPTED, SwapState.CHECKED)


def _each_once(named: list[UUID]) -> list[UUID]:
    if len(set(named)) != len(named):
        raise ValueError("name each shift once")
    return named


class NewSwap(Input):
    """One's own shifts, for another's or for none, to one colleague or to whoever accepts."""

    id: NewId
    team_id: UUID
    to_employee_id: UUID | None = None
    gives: Annotated[list[UUID], Shape(min_length=1, max_length=MOST)]
    takes: Annotated[list[UUID], Shape(max_length=MOST)] = []

    _once = field_validator("gives", "takes")(_each_once)


class Acceptance(Input):
    """Of a swap that is offered to all, whoever accepts may give these shifts of their own for it."""

    takes: Annotated[list[UUID], Shape(max_length=MOST)] = []

    _once = field_validator("takes")(_each_once)


class Application(Input):
    """With a ground, where the swap breaks a rule."""

    ground: Ground | None = None


class SwapIsOver(Conflict):
    """A swap takes its steps once, and none when its first shift has begun."""

    field = "/path/swap_id"
    way_out = "Read the swap. If the shifts should still change hands, offer them anew."

    def __init__(self, state: str) -> None:
        super().__init__(f"This swap is {state}.")


class SwapNotReady(Conflict):
    """A swap is accepted, then checked for both, and only then applied."""

    field = "/path/swap_id"
    way_out = "Let the colleague accept it first, then check it, read what it would change, and apply it."

    def __init__(self, state: str) -> None:
        super().__init__(f"This swap is {state}.")


class NotYourSwap(Conflict):
    """Each of the two speaks for themselves, and nobody for them."""

    field = "/header/Authorization"
    way_out = "Ask the colleague whose swap it is to do this."

    def __init__(self) -> None:
        super().__init__("This step of the swap is another's.")


class NotTheirShift(Conflict):
    """Everybody gives planned shifts of their own, of this team, that have not begun."""

    field = "/body/gives"
    way_out = "List the shifts of that day, and name planned ones to come of the person who gives them."

    def __init__(self, field: str) -> None:
        super().__init__("A shift that is named is not a planned one to come of the person who gives it.", field=field)


class GiveTheWholeDay(Conflict):
    """A day's duty in a rota changes hands as a whole: a shift with the time on call that belongs to it."""

    field = "/body/gives"
    way_out = "Name all shifts of the rota that the person has on that day."

    def __init__(self, field: str) -> None:
        super().__init__("A rota gives this person more on that day than is named.", field=field)


class OneDutyADay(Conflict):
    """A rota gives a person one duty a day."""

    field = "/path/swap_id"
    way_out = "Swap the other duty of that day as well, or give the shift to somebody who has none."

    def __init__(self) -> None:
        super().__init__("Whoever takes this shift has another duty in the rota on that day.")


class ShiftsHaveMoved(PreconditionFailed):
    """What was checked is what is applied."""

    field = "/path/swap_id"
    way_out = "Check the swap again, and read what it would change now."

    def __init__(self) -> None:
        super().__init__("A shift of this swap has changed since it was checked.")


class SwapNeedsCosign(Conflict):
    """Where the team agreed so, a third member looks at swaps of nights and of a day's only registered nurse."""

    field = "/path/swap_id"
    way_out = "Ask a colleague who is not part of the swap to countersign it."

    def __init__(self) -> None:
        super().__init__("The team agreed that a third member countersigns a swap like this.")


class Swap(TeamOwned, Base, table=True):
    """Who gives which shifts to whom for which, and how far it has come. `delta` is what its check found."""

    from_employee_id: UUID
    to_employee_id: UUID | None
    to_all: bool
    gives: list[UUID] = Field(sa_column=Column(ARRAY(Uuid()), nullable=False))
    takes: list[UUID] = Field(sa_column=Column(ARRAY(Uuid()), nullable=False))
    state: str = SwapState.OFFERED
    delta: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    ground: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    cosigned_by: UUID | None = None
    until_at: datetime = Field(sa_type=INSTANT)
    applied_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def offered(cls, new: NewSwap, by: UUID, until_at: datetime, now: datetime) -> Self:
        """`until_at` is when the first of its shifts begins."""
        about: dict[str, Any] = {"from_employee_id": by, "until_at": until_at, "changed_at": now}
        return cls(**new.model_dump(), to_all=new.to_employee_id is None, **about)

    def state_at(self, now: datetime) -> SwapState:
        """An open swap whose first shift has begun has expired."""
        state = SwapState(self.state)
        return SwapState.EXPIRED if state in OPEN and self.until_at <= now else state

    def require(self, now: datetime, *states: SwapState) -> None:
        """Raises `SwapIsOver`, or `SwapNotReady` where another step comes first."""
        state = self.state_at(now)
        if state not in states:
            raise (SwapNotReady if state in OPEN else SwapIsOver)(state)

    def accept(self, by: UUID, takes: list[UUID], until_at: datetime, now: datetime) -> None:
        """Raises `SwapIsOver`, `SwapNotReady` or `NotYourSwap`."""
        self.require(now, SwapState.OFFERED)
        if by == self.from_employee_id or (not self.to_all and by != self.to_employee_id):
            raise NotYourSwap
        self.to_employee_id, self.until_at = by, until_at
        if self.to_all:
            self.takes = takes
        self._become(SwapState.ACCEPTED, now)

    def checked(self, delta: dict[str, Any], now: datetime) -> None:
        """What it would change. A countersignature is for what was read."""
        self.delta, self.cosigned_by = delta, None
        self._become(SwapState.CHECKED, now)

    def cosign(self, by: UUID | None, now: datetime) -> None:
        """Raises `SwapIsOver`, `SwapNotReady` or `NotYourSwap`."""
        self.require(now, SwapState.CHECKED)
        if by is None or by in (self.from_employee_id, self.to_employee_id):
            raise NotYourSwap
        self.cosigned_by, self.changed_at = by, now

    def apply(self, shifts: dict[str, int], ground: Ground | None, now: datetime) -> None:
        """`shifts` are the versions that they have now.

        Raises `SwapIsOver`, `SwapNotReady`, `ShiftsHaveMoved` or `SwapNeedsCosign`.
        """
        self.require(now, SwapState.CHECKED)
        found = self.delta or {}
        if found.get("shifts") != shifts:
            raise ShiftsHaveMoved
        if found["needs_cosign"] and self.cosigned_by is None:
            raise SwapNeedsCosign
        self.ground = None if ground is None else ground.model_dump(mode="json")
        self.applied_at = now
        self._become(SwapState.APPLIED, now)

    def decline(self, by: UUID | None, now: datetime) -> None:
        """Whom it is offered to, or who accepted it, says no. Raises `SwapIsOver` or `NotYourSwap`."""
        self.require(now, *OPEN)
        if by is None or by != self.to_employee_id:
            raise NotYourSwap
        self._become(SwapState.DECLINED, now)

    def withdraw(self, by: UUID | None, now: datetime) -> None:
        """Who offered it takes it back. Raises `SwapIsOver` or `NotYourSwap`."""
        self.require(now, *OPEN)
        if by != self.from_employee_id:
            raise NotYourSwap
        self._become(SwapState.WITHDRAWN, now)

    def _become(self, state: SwapState, now: datetime) -> None:
        self.state, self.changed_at = state, now


def first_start(shifts: list[Shift]) -> datetime:
    return min(shift.starts_at for shift in shifts)


def hand_over(shift: Shift, to: UUID, initiated_by: UUID, now: datetime) -> None:
    """Somebody else works it, who knows, having agreed to it."""
    shift.employee_id, shift.initiated_by = to, initiated_by
    shift.told_at = shift.accepted_at = shift.changed_at = now


only_states(Swap, "state", SwapState)
Swap.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint("from_employee_id is distinct from to_employee_id", name="swap_between_two")
)
Index("ix_swap_state", col(Swap.team_id), col(Swap.state), col(Swap.id))
