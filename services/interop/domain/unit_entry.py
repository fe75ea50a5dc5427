"""What is to be written into a trust's SystmOne unit: one entry for each contact, where it stands, and who had it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import ValidationInfo, field_validator
from sqlalchemy import Column, ForeignKey, Index, Uuid, text
from sqlmodel import Field, col

from services.common.models import INSTANT, Stored, TeamOwned, only_states
from services.common.types import Input
from services.interop.domain.base import Base
from services.interop.domain.unit_entry_refusals import LookThereFirst, OutcomeToldBefore, TakeIsOver, WithAnAgent


class UnitEntryState(StrEnum):
    """Waiting until an agent takes it, and written once SystmOne holds it.

    Held is what nobody can be told whom it is about; refused, what SystmOne did not take; unknown, what may be there or
    not, for nobody said what became of it; doubled, what is there twice; left out, what the team does not want there.
    """

    WAITING = "waiting"
    HELD = "held"
    TAKEN = "taken"
    WRITTEN = "written"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    DOUBLED = "doubled"
    LEFT_OUT = "left_out"


# What needs nobody any more. All others are counted for who looks after the connection.
SETTLED = (UnitEntryState.WRITTEN, UnitEntryState.LEFT_OUT)
NO_ANSWER, TOLD_LATE, WRITTEN_TWICE = "no_answer", "told_late", "written_twice"


class Outcome(StrEnum):
    """What an agent did with an entry. Not tried is what it gives back, with nothing written."""

    WRITTEN = "written"
    REFUSED = "refused"
    NOT_TRIED = "not_tried"


class Reason(StrEnum):
    """Why it was not written: the first seven are about the entry, and a person looks; the others about the PC."""

    PATIENT_NOT_FOUND = "patient_not_found"
    PATIENT_NOT_SURE = "patient_not_sure"
    NOT_IN_THE_UNIT = "not_in_the_unit"
    RECORD_LOCKED = "record_locked"
    NOT_ALLOWED = "not_allowed"
    CANNOT_BE_PUT = "cannot_be_put"
    SYSTMONE_REFUSED = "systmone_refused"
    NOBODY_LOGGED_IN = "nobody_logged_in"
    ANOTHER_UNIT = "another_unit"
    TOO_SOON = "too_soon"
    SYSTMONE_AWAY = "systmone_away"
    AGENT_STOPPED = "agent_stopped"


OF_THE_PC = frozenset(
    {Reason.NOBODY_LOGGED_IN, Reason.ANOTHER_UNIT, Reason.TOO_SOON, Reason.SYSTMONE_AWAY, Reason.AGENT_STOPPED}
)
REASONS = {Outcome.REFUSED: frozenset(Reason) - OF_THE_PC, Outcome.NOT_TRIED: OF_THE_PC}
# A few letters and at most six digits: a name has no digit, an NHS number ten.
SystemCode = Annotated[str, Shape(pattern=r"^[A-Za-z]{0,8}[-_.]?[0-9]{1,6}$")]
Device = Annotated[str, Shape(pattern=r"^[A-Za-z0-9._-]{1,40}$")]


class Wanted(Input):
    """An agent on one PC, by the name that the trust gave that PC, asks for the next entry."""

    device: Device


class ToldOutcome(Input):
    """What became of what was taken. `system_code` is the number of SystmOne's own error, without its words."""

    take_id: UUID
    outcome: Outcome
    reason: Reason | None = Shape(default=None, validate_default=True)
    system_code: SystemCode | None = None

    @field_validator("reason")
    @classmethod
    def _says_why(cls, reason: Reason | None, info: ValidationInfo) -> Reason | None:
        """Nothing is said beside an outcome that is none."""
        outcome: Outcome | None = info.data.get("outcome")
        if outcome is Outcome.WRITTEN and reason is not None:
            raise ValueError("is for what was not written: leave it out")
        if outcome in REASONS and reason not in REASONS[outcome]:
            raise ValueError(f"must be, with {outcome}, one of {', '.join(sorted(REASONS[outcome]))}")
        return reason

    @field_validator("system_code")
    @classmethod
    def _is_of_a_refusal(cls, code: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("outcome") is Outcome.WRITTEN and code is not None:
            raise ValueError("is for what was not written: leave it out")
        return code


class Found(StrEnum):
    """What somebody of the team says after a look into SystmOne, or that it is not to be there."""

    THERE = "there"
    NOT_THERE = "not_there"
    LEAVE_OUT = "leave_out"


class Settled(Input):
    found: Found


class UnitEntry(TeamOwned, Base, table=True):
    """One contact of a team whose unit is written into. What it says is read from the record when it is taken.

    `take_id` is the take whose word counts, `until_at` when its lease is over, and `also_written` that a take before it
    is known to have written.
    """

    client_id: UUID
    care_contact_id: UUID = Field(unique=True)
    started_at: datetime = Field(sa_type=INSTANT)
    state: str = UnitEntryState.WAITING
    reason: str | None = None
    system_code: str | None = None
    take_id: UUID | None = None
    until_at: datetime | None = Field(default=None, sa_type=INSTANT)
    also_written: bool = False
    written_at: datetime | None = Field(default=None, sa_type=INSTANT)
    settled_by: UUID | None = None
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def of(cls, *, team_id: UUID, client_id: UUID, care_contact_id: UUID, started_at: datetime, now: datetime) -> Self:
        return cls(
            team_id=team_id,
            client_id=client_id,
            care_contact_id=care_contact_id,
            started_at=started_at,
            changed_at=now,
        )

    def hold(self, reason: str, now: datetime) -> None:
        """It cannot be told whom it is about. Somebody of the team puts right what is missing."""
        self._is_now(UnitEntryState.HELD, now, reason)

    def lend(self, take: "UnitTake", now: datetime) -> None:
        self._is_now(UnitEntryState.TAKEN, now)
        self.take_id, self.until_at = take.id, take.until_at

    def require_lent(self, take_id: UUID, now: datetime) -> None:
        """Raises `TakeIsOver` where this take is not one by which something is to be written now."""
        is_lent = self.state == UnitEntryState.TAKEN and self.take_id == take_id
        if not is_lent or self.until_at is None or self.until_at <= now:
            raise TakeIsOver

    def hear(self, take: "UnitTake", told: ToldOutcome, now: datetime) -> None:
        """What an agent says is believed however late, unless somebody has looked since. Raises `OutcomeToldBefore`."""
        if take.is_told(told):
            return
        take.answer(told, now)
        if take.id == self.take_id and self.state in (UnitEntryState.TAKEN, UnitEntryState.UNKNOWN):
            self._ends(told, now)
        elif told.outcome is Outcome.WRITTEN:
            self._was_written_all_the_same(take, now)

    def _ends(self, told: ToldOutcome, now: datetime) -> None:
        if told.outcome is Outcome.WRITTEN:
            doubled = self.also_written
            self._is_now(UnitEntryState.DOUBLED if doubled else UnitEntryState.WRITTEN, now)
            self.reason, self.written_at = WRITTEN_TWICE if doubled else None, now
        elif self.also_written:
            self._is_now(UnitEntryState.UNKNOWN, now, TOLD_LATE)
        elif told.outcome is Outcome.REFUSED:
            self._is_now(UnitEntryState.REFUSED, now, told.reason)
            self.system_code = told.system_code
        else:
            self._waits(now)

    def _was_written_all_the_same(self, take: "UnitTake", now: datetime) -> None:
        """What somebody settled otherwise, or another agent has had since, is never written twice in silence."""
        if self.state == UnitEntryState.WRITTEN and take.id != self.take_id:
            self._is_now(UnitEntryState.DOUBLED, now, WRITTEN_TWICE)
        elif self.state == UnitEntryState.LEFT_OUT:
            # The word of the other one, if there was another, is still to come.
            self._is_now(UnitEntryState.WRITTEN, now, TOLD_LATE)
            self.take_id, self.written_at = take.id, now
        elif self.state == UnitEntryState.TAKEN:
            self.also_written, self.changed_at = True, now
        elif self.state not in (UnitEntryState.WRITTEN, UnitEntryState.DOUBLED):
            self._is_now(UnitEntryState.UNKNOWN, now, TOLD_LATE)
            self.also_written = True

    def lease_is_over(self, now: datetime) -> None:
        """Nobody said what became of it: it may be in SystmOne or not."""
        self._is_now(UnitEntryState.UNKNOWN, now, TOLD_LATE if self.also_written else NO_ANSWER)

    def settle(self, found: Found, by: UUID | None, now: datetime) -> None:
        """Somebody of the team looked into SystmOne, or decided. Raises `WithAnAgent`."""
        if self.state == UnitEntryState.TAKEN:
            raise WithAnAgent
        if found is Found.NOT_THERE:
            self._waits(now)
        elif found is Found.LEAVE_OUT:
            self._is_now(UnitEntryState.LEFT_OUT, now)
        elif self.state != UnitEntryState.WRITTEN:
            # Where an agent had it, the one entry that was found is taken for the agent's, unless it is another's.
            is_its_own = self.state == UnitEntryState.UNKNOWN and not self.also_written
            take_id = self.take_id if is_its_own else None
            self._is_now(UnitEntryState.WRITTEN, now)
            self.take_id, self.written_at = take_id, now
        self.also_written, self.settled_by, self.settled_at = False, by, now

    def send_again(self, now: datetime) -> None:
        """What is surely not in SystmOne is to be written again. Raises `WithAnAgent` or `LookThereFirst`."""
        if self.state == UnitEntryState.TAKEN:
            raise WithAnAgent
        if self.state in (UnitEntryState.UNKNOWN, UnitEntryState.WRITTEN, UnitEntryState.DOUBLED):
            raise LookThereFirst
        if self.state != UnitEntryState.WAITING:
            self._waits(now)

    def _waits(self, now: datetime) -> None:
        self._is_now(UnitEntryState.WAITING, now)
        self.take_id, self.written_at = None, None

    def _is_now(self, state: UnitEntryState, now: datetime, reason: str | None = None) -> None:
        self.state, self.reason, self.system_code, self.until_at, self.changed_at = state, reason, None, None, now


class UnitTake(Stored, Base, table=True):
    """One time that an entry was handed to an agent: to which system and PC, until when, and what it said."""

    unit_entry_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("unit_entry.id"), nullable=False, index=True))
    subject: str
    device: str
    taken_at: datetime = Field(sa_type=INSTANT)
    until_at: datetime = Field(sa_type=INSTANT)
    outcome: str | None = None
    reason: str | None = None
    system_code: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=INSTANT)

    def is_told(self, told: ToldOutcome) -> bool:
        """Whether it said just that before. Raises `OutcomeToldBefore` where it said something else."""
        if self.outcome is None:
            return False
        if (self.outcome, self.reason, self.system_code) != (told.outcome, told.reason, told.system_code):
            raise OutcomeToldBefore
        return True

    def answer(self, told: ToldOutcome, now: datetime) -> None:
        self.outcome, self.reason, self.system_code, self.answered_at = told.outcome, told.reason, told.system_code, now


only_states(UnitEntry, "state", UnitEntryState)
Index("ix_unit_entry_state", col(UnitEntry.team_id), col(UnitEntry.state), col(UnitEntry.id))
Index("ix_unit_entry_client", col(UnitEntry.client_id), col(UnitEntry.id))
TAKEN = text(f"state = '{UnitEntryState.TAKEN}'")
# One at a time of each client, so that they are written in the order in which they were recorded.
Index("one_unit_entry_taken_of_a_client", col(UnitEntry.client_id), unique=True, postgresql_where=TAKEN)
Index("ix_unit_entry_until", col(UnitEntry.until_at), postgresql_where=TAKEN)
