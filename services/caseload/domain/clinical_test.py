"""Tests, of blood and others: requested, taken, result in, acted on; somebody chases each until it is acted on."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import model_validator
from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.caseload.domain.due import Chased, index_due, require_order
from services.common.errors import Conflict, Unprocessable
from services.common.models import TeamOwned, only_states
from services.common.types import Day, Input, Name, NewId, PastDay, Words


class ClinicalTestKind(StrEnum):
    """What is tested."""

    BLOOD = "blood"
    URINE = "urine"
    SWAB = "swab"
    STOOL = "stool"
    ECG = "ecg"
    IMAGING = "imaging"
    OTHER = "other"


class NewClinicalTest(Input):
    """What is wanted, for whom, by when it is to be taken, and who of the team chases it."""

    id: NewId
    client_id: UUID
    kind: ClinicalTestKind
    what: Name
    why: Words | None = None
    requested_by: Name
    requested_on: PastDay
    take_by: Day
    chaser_id: UUID

    @model_validator(mode="after")
    def _taken_after_it_was_wanted(self) -> Self:
        if self.take_by < self.requested_on:
            raise ValueError("take_by must not be before requested_on")
        return self


class Taking(Input):
    taken_on: PastDay


class Result(Input):
    result_on: PastDay
    result: Words
    abnormal: bool


class ActedOn(Input):
    """What was done about the result, if only that the client was told."""

    acted_on: PastDay
    acted: Words


class Chasing(Input):
    """Why it has not come further yet, and when somebody looks again."""

    reason: Words
    again_on: Day


class Cancelling(Input):
    reason: Words


class ClinicalTestStatus(StrEnum):
    REQUESTED = "requested"
    TAKEN = "taken"
    RESULTED = "resulted"
    ACTED_ON = "acted_on"
    CANCELLED = "cancelled"


ENDED = (ClinicalTestStatus.ACTED_ON, ClinicalTestStatus.CANCELLED)


class ClinicalTestOutOfStep(Conflict):
    """A test is taken, its result comes in, and somebody acts on it: in this order."""

    field = "/path/test_id"
    way_out = "Read the test: `status` says how far it has come, and what is next."

    def __init__(self) -> None:
        super().__init__("This test is not at the step before this one.")


class LooksAgainTooLate(Unprocessable):
    """A reason holds for a while and is no end."""

    field = "/body/again_on"
    way_out = "Choose a day after today, within the days that the rule `test.chase_days` gives."

    def __init__(self) -> None:
        super().__init__("Somebody looks again sooner than that, and not before today.")


class ClinicalTest(Chased, TeamOwned, Base, table=True):
    """One test of one client (FHIR ServiceRequest and its report). It is due until somebody acted on the result."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    kind: str
    what: str
    why: str | None = None
    requested_by: str
    requested_on: date
    take_by: date
    chaser_id: UUID = Field(index=True)
    status: str = ClinicalTestStatus.REQUESTED
    taken_on: date | None = None
    taken_by: UUID | None = None
    result_on: date | None = None
    result: str | None = None
    abnormal: bool | None = None
    acted_on: date | None = None
    acted: str | None = None
    acted_by: UUID | None = None
    # Who took it as far as it is.
    last_step_by: UUID | None = None
    # Why the latest step is not done yet, or why it never will be.
    reason: str | None = None

    @classmethod
    def wanted(cls, new: NewClinicalTest, client: Client, now: datetime) -> Self:
        about: dict[str, Any] = {"team_id": client.team_id, "due_on": new.take_by, "changed_at": now}
        return cls(**new.model_dump(), **about)

    def take(self, taking: Taking, days: int, by: UUID | None, now: datetime) -> None:
        """Raises `ClinicalTestOutOfStep` or `StepBeforeTheLast`."""
        self._require(ClinicalTestStatus.REQUESTED)
        require_order(self.requested_on, taking.taken_on, "/body/taken_on")
        self.taken_on, self.taken_by = taking.taken_on, by
        self._reach(ClinicalTestStatus.TAKEN, taking.taken_on + timedelta(days=days), by, now)

    def come_in(self, result: Result, days: int, by: UUID | None, now: datetime) -> None:
        """Raises `ClinicalTestOutOfStep` or `StepBeforeTheLast`."""
        self._require(ClinicalTestStatus.TAKEN)
        require_order(self.taken_on, result.result_on, "/body/result_on")
        self.result_on, self.result, self.abnormal = result.result_on, result.result, result.abnormal
        self._reach(ClinicalTestStatus.RESULTED, result.result_on + timedelta(days=days), by, now)

    def act(self, acted: ActedOn, by: UUID | None, now: datetime) -> None:
        """Raises `ClinicalTestOutOfStep` or `StepBeforeTheLast`."""
        self._require(ClinicalTestStatus.RESULTED)
        require_order(self.result_on, acted.acted_on, "/body/acted_on")
        self.acted_on, self.acted, self.acted_by = acted.acted_on, acted.acted, by
        self._reach(ClinicalTestStatus.ACTED_ON, None, by, now)

    def chase(self, chasing: Chasing, days: int, today: date, now: datetime) -> None:
        """Raises `ClinicalTestOutOfStep` or `LooksAgainTooLate`."""
        if self.status in ENDED:
            raise ClinicalTestOutOfStep
        if not today < chasing.again_on <= today + timedelta(days=days):
            raise LooksAgainTooLate
        self.reason, self.due_on, self.changed_at = chasing.reason, chasing.again_on, now

    def cancel(self, cancelling: Cancelling, by: UUID | None, now: datetime) -> None:
        """A result that is in is acted on, and cannot be cancelled away. Raises `ClinicalTestOutOfStep`."""
        if self.status not in (ClinicalTestStatus.REQUESTED, ClinicalTestStatus.TAKEN):
            raise ClinicalTestOutOfStep
        self._reach(ClinicalTestStatus.CANCELLED, None, by, now)
        self.reason = cancelling.reason

    def _require(self, status: ClinicalTestStatus) -> None:
        if self.status != status:
            raise ClinicalTestOutOfStep

    def _reach(self, status: ClinicalTestStatus, due_on: date | None, by: UUID | None, now: datetime) -> None:
        self.status, self.due_on, self.reason, self.last_step_by, self.changed_at = status, due_on, None, by, now


only_states(ClinicalTest, "status", ClinicalTestStatus)
only_states(ClinicalTest, "kind", ClinicalTestKind)
index_due(ClinicalTest)
