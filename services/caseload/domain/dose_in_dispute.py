"""Dose in dispute: somebody says that it was given, and nobody has settled yet whether it goes on record. Until then
it counts as given, wherever anybody asks whether another may be given."""

from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ValidationError
from sqlalchemy import Index
from sqlmodel import Field, col

from services.caseload.domain.administration import NewAdministration, Outcome, PerhapsGiven
from services.caseload.domain.base import Base
from services.caseload.domain.medicine import Medicine, MedicineNotInForce
from services.caseload.domain.sync_operation import SentOperation
from services.common.models import INSTANT, TeamOwned
from services.common.types import Instant

KIND = "record_administration"


class SaidDose(BaseModel):
    """As much as can be read of a dose, whatever else is wrong with what was sent."""

    id: UUID
    medicine_id: UUID
    outcome: Outcome
    happened_at: Instant
    employee_id: UUID | None = None


def dose_said(sent: SentOperation) -> SaidDose | None:
    """None where it is no dose that was given."""
    try:
        said = SaidDose.model_validate(sent.body)
    except ValidationError:
        return None
    return said if sent.kind == KIND and said.outcome is Outcome.GIVEN else None


class DoseInDispute(TeamOwned, Base, table=True):
    """It stands in a conflict, or is held for a person to look at. It is gone when they have settled that."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    medicine_id: UUID
    # The id that it would have on record.
    administration_id: UUID
    happened_at: datetime = Field(sa_type=INSTANT)
    employee_id: UUID
    recorded_by: UUID
    operation_id: UUID = Field(index=True)
    conflict_id: UUID | None = None

    @classmethod
    def of(
        cls, sent: SentOperation, said: SaidDose | NewAdministration, at: datetime, now: datetime, **whose: Any
    ) -> Self:
        """Given at this time by a right clock, to the client and for the team that have to settle it."""
        dose: dict[str, Any] = {"medicine_id": said.medicine_id, "administration_id": said.id, "happened_at": at}
        by: dict[str, Any] = {"employee_id": said.employee_id or sent.made_by, "recorded_by": sent.made_by}
        return cls(**whose, **dose, **by, operation_id=sent.operation_id, changed_at=now)

    def counted(self, medicine: Medicine, window: timedelta) -> PerhapsGiven:
        """Against a dose of this medicine."""
        return PerhapsGiven(self.happened_at, self.due_at(medicine, window))

    def due_at(self, medicine: Medicine, window: timedelta) -> datetime | None:
        """Which dose of this medicine it is; another one of its course has times of its own."""
        if self.medicine_id != medicine.id:
            return None
        try:
            return medicine.dose_at(self.happened_at, window)
        except MedicineNotInForce:
            return None

    def covers(self, medicine: Medicine, due_at: datetime, window: timedelta, gap: timedelta) -> bool:
        """Whether it may be this dose of the medicine, or was given of another one of the course near to it."""
        if self.medicine_id == medicine.id:
            return self.due_at(medicine, window) == due_at
        return abs(self.happened_at - due_at) < gap

    @property
    def said(self) -> dict[str, Any]:
        """As an administration would say it."""
        told: dict[str, Any] = {"id": self.administration_id, "outcome": Outcome.GIVEN}
        return told | self.model_dump(include={"medicine_id", "happened_at", "employee_id"})


Index("ix_dose_in_dispute_around", col(DoseInDispute.medicine_id), col(DoseInDispute.happened_at))
