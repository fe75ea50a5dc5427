"""Administration: what became of a dose, by whom and when; and what keeps anybody from giving it twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import model_validator
from sqlalchemy import Index, text
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.medicine import A_DAY, A_MINUTE, Medicine, StockAmount
from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, Received, TeamOwned, only_states
from services.common.types import Input, NewId, PastInstant, Words


class Outcome(StrEnum):
    """FHIR MedicationAdministration.status, in the team's words."""

    GIVEN = "given"
    REFUSED = "refused"
    NOT_GIVEN = "not_given"


class NewAdministration(Input):
    """What became of one dose, when, with the reason if it was not given.

    `employee_id` is who gave it, without it the caller. `stock_used` is for a controlled drug, where it was not the
    usual amount. `override_reason` says why it was given although something spoke against it.
    """

    id: NewId
    medicine_id: UUID
    outcome: Outcome
    happened_at: PastInstant
    employee_id: UUID | None = None
    witness_id: UUID | None = None
    reason: Words | None = None
    stock_used: StockAmount | None = None
    override_reason: Words | None = None

    @model_validator(mode="after")
    def _has_a_reason(self) -> Self:
        is_given = self.outcome is Outcome.GIVEN
        if is_given != (self.reason is None):
            raise ValueError("give a reason where it was refused or not given, and only there")
        if not is_given and (self.override_reason is not None or self.stock_used is not None):
            raise ValueError("override_reason and stock_used are for what was given")
        return self


OVERRIDE = "If it was given all the same, let a registered nurse record it with override_reason, which is an incident."


class DoseAlreadyRecorded(Conflict):
    """Of one dose there is one record, unless it was refused or not given at first and then given."""

    field = "/body/happened_at"
    way_out = f"Read the client's administrations, and what is in dispute. {OVERRIDE}"

    def __init__(self) -> None:
        super().__init__("This dose is recorded already.")


class GivenTooRecently(Conflict):
    """Two doses are never nearer together than the medicine's interval, or a share of the time between them."""

    field = "/body/happened_at"
    way_out = f"Read the client's administrations, and what is in dispute, and wait. {OVERRIDE}"

    def __init__(self, gap: timedelta) -> None:
        super().__init__(f"Another dose was given less than {int(gap / A_MINUTE)} minutes from then.")


class TooManyInADay(Conflict):
    """As needed is not as often as one likes."""

    field = "/body/happened_at"
    way_out = f"Wait, and ask the prescriber if it does not last. {OVERRIDE}"

    def __init__(self, most: int) -> None:
        super().__init__(f"There would be more than {most} doses within 24 hours, the most that there may be.")


class NotYetDue(Conflict):
    """Before its window opens, a dose is too early."""

    field = "/body/happened_at"
    way_out = f"Wait until its window opens. {OVERRIDE}"

    def __init__(self) -> None:
        super().__init__("The first dose was not due yet.")


class WitnessedByGiver(Unprocessable):
    field = "/body/witness_id"
    way_out = "Name the other person who saw it, or leave witness_id out."

    def __init__(self) -> None:
        super().__init__("Nobody is their own witness.")


@dataclass(frozen=True)
class Dose:
    """What is about to be recorded: when, which dose that is, and how wide its window is."""

    at: datetime
    due_at: datetime | None
    window: timedelta
    gap: timedelta
    is_given: bool


@dataclass(frozen=True)
class PerhapsGiven:
    """What is in dispute counts as given until a person settles it."""

    happened_at: datetime
    due_at: datetime | None
    is_given: bool = True


class Administration(Received, TeamOwned, Base, table=True):
    """FHIR MedicationAdministration. It is never changed; `overrode` says what was overridden, if anything."""

    client_id: UUID = Field(foreign_key="client.id")
    medicine_id: UUID = Field(foreign_key="medicine.id")
    due_at: datetime | None = Field(default=None, sa_type=INSTANT)
    outcome: str
    happened_at: datetime = Field(sa_type=INSTANT)
    employee_id: UUID
    recorded_by: UUID | None
    recorded_at: datetime = Field(sa_type=INSTANT)
    witness_id: UUID | None = None
    reason: str | None = None
    stock_used: int | None = None
    override_reason: str | None = None
    overrode: str | None = None

    @classmethod
    def recorded(
        cls, new: NewAdministration, medicine: Medicine, dose: Dose, giver: UUID, by: UUID | None, now: datetime
    ) -> Self:
        """Raises `WitnessedByGiver`."""
        if new.witness_id == giver:
            raise WitnessedByGiver
        made = cls(
            **new.model_dump(exclude={"employee_id"}),
            employee_id=giver,
            client_id=medicine.client_id,
            team_id=medicine.team_id,
            due_at=dose.due_at,
            recorded_by=by,
            recorded_at=now,
            changed_at=now,
        )
        if made.is_given and medicine.is_controlled:
            made.stock_used = new.stock_used or medicine.stock_per_dose
        return made

    @property
    def is_given(self) -> bool:
        return self.outcome == Outcome.GIVEN


def gap_of(medicine: Medicine, window: timedelta, share: float) -> timedelta:
    """How far apart two doses lie at least; where they are planned, that share of the time between them."""
    least = medicine.minimum_interval_minutes
    if least is not None:
        return least * A_MINUTE
    return max(window, medicine.spacing * share) if medicine.times else window


def against(medicine: Medicine, dose: Dose, others: Sequence[Administration | PerhapsGiven]) -> Conflict | None:
    """What speaks against this record, given the others of the same medicine around it, earlier and later ones."""
    same = [one for one in others if dose.due_at is not None and one.due_at == dose.due_at]
    if any(one.is_given or not dose.is_given for one in same):
        return DoseAlreadyRecorded()
    if not dose.is_given:
        return None
    given = [one.happened_at for one in others if one.is_given]
    if any(abs(one - dose.at) < dose.gap for one in given):
        return GivenTooRecently(dose.gap)
    most = medicine.maximum_in_24_hours
    if most is not None and _most_in_24_hours([*given, dose.at]) > most:
        return TooManyInADay(most)
    is_early = dose.due_at is not None and dose.at < dose.due_at - dose.window
    return NotYetDue() if is_early else None


def _most_in_24_hours(times: Sequence[datetime]) -> int:
    return max(sum(first <= one < first + A_DAY for one in times) for first in times)


only_states(Administration, "outcome", Outcome)
Index("ix_administration_client", col(Administration.client_id), col(Administration.id))
Index("ix_administration_around", col(Administration.medicine_id), col(Administration.happened_at))
Index("ix_administration_due", col(Administration.medicine_id), col(Administration.due_at))
Index(
    "one_dose_given",
    col(Administration.medicine_id),
    col(Administration.due_at),
    unique=True,
    postgresql_where=text("outcome = 'given' and overrode is null"),
)
