"""Unpaid carers: people of the client's network with needs of their own, and what caring costs them."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import model_validator
from sqlalchemy import Index, text
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.due import Chased, index_due, require_order
from services.caseload.domain.network import NetworkPerson
from services.common.errors import Conflict
from services.common.models import Stored, TeamOwned, only_states
from services.common.types import Input, NewId, PastDay, Words

HOURS_OF_A_WEEK = 168


class Scale(StrEnum):
    """Recognised short scales by name alone: who uses one asks its owner, and only the sum is kept here."""

    ZBI_4 = "zbi_4"
    ZBI_12 = "zbi_12"
    MCSI = "mcsi"


# Zarit Burden Interview, screening and short form (0 to 4 each item); Modified Carer Strain Index (0 to 2 each).
HIGHEST = {Scale.ZBI_4: 16, Scale.ZBI_12: 48, Scale.MCSI: 26}


class NewCarer(Input):
    id: NewId
    network_person_id: UUID
    identified_on: PastDay
    needs: Words | None = None
    hours_per_week: Annotated[int, Shape(strict=True, ge=0, le=HOURS_OF_A_WEEK)] | None = None


class NewStrain(Input):
    """What came out of a scale, as its sum."""

    id: NewId
    measured_on: PastDay
    scale: Scale
    score: Annotated[int, Shape(strict=True, ge=0, le=max(HIGHEST.values()))]
    needs: Words | None = None

    @model_validator(mode="after")
    def _within_the_scale(self) -> Self:
        if self.score > HIGHEST[self.scale]:
            raise ValueError(f"score is at most {HIGHEST[self.scale]} on this scale")
        return self


class Offer(Input):
    offered_on: PastDay


class OfferAnswer(Input):
    """Whether the carer wants an assessment; nobody has to say why not."""

    answered_on: PastDay
    wanted: bool
    reason: Words | None = None


class Assessed(Input):
    """That the council assessed the carer (Care Act 2014, s 10)."""

    assessed_on: PastDay


class CarerAssessment(StrEnum):
    """How far the offer of a carer's assessment has come (Care Act 2014, s 10)."""

    TO_OFFER = "to_offer"
    OFFERED = "offered"
    WANTED = "wanted"
    DECLINED = "declined"
    DONE = "done"


class AlreadyKnownAsCarer(Conflict):
    """One person of the network is one carer."""

    field = "/body/network_person_id"
    way_out = "Find the carer in the list of the client's carers, and write there."

    def __init__(self) -> None:
        super().__init__("This person is recorded as a carer already.")


class NotTheNextStep(Conflict):
    """An assessment is offered, then wanted or declined, then done."""

    field = "/path/carer_id"
    way_out = "Read the carer: `assessment` says how far it has come, and which step is next."

    def __init__(self) -> None:
        super().__init__("This is not the next step of the carer's assessment.")


class Days:
    """How long each step of an offer may take, in days."""

    def __init__(self, offer: int, answer: int, council: int) -> None:
        self.offer, self.answer, self.council = timedelta(days=offer), timedelta(days=answer), timedelta(days=council)


class Carer(Chased, TeamOwned, Base, table=True):
    """Somebody who cares unpaid, with their own needs and their latest strain."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    network_person_id: UUID = Field(foreign_key="network_person.id", unique=True)
    identified_on: date
    needs: str | None = None
    hours_per_week: int | None = None
    assessment: str = CarerAssessment.TO_OFFER
    offered_on: date | None = None
    answered_on: date | None = None
    declined_reason: str | None = None
    assessed_on: date | None = None
    strain_on: date | None = None
    strain_scale: str | None = None
    strain_score: int | None = None
    strained: bool = False
    written_by: UUID | None

    @classmethod
    def identified(cls, new: NewCarer, person: NetworkPerson, days: Days, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"client_id": person.client_id, "team_id": person.team_id, "written_by": by}
        return cls(**new.model_dump(), **about, due_on=new.identified_on + days.offer, changed_at=now)

    def offer(self, offer: Offer, days: Days, now: datetime) -> None:
        """It can be offered again after a no, and after one that was done. Raises `NotTheNextStep`."""
        if self.assessment in (CarerAssessment.OFFERED, CarerAssessment.WANTED):
            raise NotTheNextStep
        require_order(self.identified_on, offer.offered_on, "/body/offered_on")
        self.answered_on, self.declined_reason, self.assessed_on = None, None, None
        self.offered_on = offer.offered_on
        self._reach(CarerAssessment.OFFERED, offer.offered_on + days.answer, now)

    def answer(self, answer: OfferAnswer, days: Days, now: datetime) -> None:
        """Raises `NotTheNextStep` or `StepBeforeTheLast`."""
        if self.assessment != CarerAssessment.OFFERED:
            raise NotTheNextStep
        require_order(self.offered_on, answer.answered_on, "/body/answered_on")
        self.answered_on, self.declined_reason = answer.answered_on, answer.reason
        if answer.wanted:
            self._reach(CarerAssessment.WANTED, answer.answered_on + days.council, now)
        else:
            self._reach(CarerAssessment.DECLINED, None, now)

    def assess(self, assessed: Assessed, now: datetime) -> None:
        """Raises `NotTheNextStep` or `StepBeforeTheLast`."""
        if self.assessment != CarerAssessment.WANTED:
            raise NotTheNextStep
        require_order(self.answered_on, assessed.assessed_on, "/body/assessed_on")
        self.assessed_on = assessed.assessed_on
        self._reach(CarerAssessment.DONE, None, now)

    def feel(self, strain: NewStrain, high_from: int, days: Days, now: datetime) -> None:
        """The latest strain counts. Where it is high, an assessment that was declined or done is offered again."""
        self.needs, self.changed_at = strain.needs or self.needs, now
        if self.strain_on is not None and strain.measured_on < self.strain_on:
            return
        self.strain_on, self.strain_scale, self.strain_score = strain.measured_on, strain.scale, strain.score
        self.strained = strain.score >= high_from
        if self.strained and self.assessment in (CarerAssessment.DECLINED, CarerAssessment.DONE):
            self._reach(CarerAssessment.TO_OFFER, strain.measured_on + days.offer, now)

    def _reach(self, step: CarerAssessment, due_on: date | None, now: datetime) -> None:
        self.assessment, self.due_on, self.changed_at = step, due_on, now


class CarerStrain(Stored, Base, table=True):
    """One measuring of a carer's strain: the name of the scale and its sum."""

    team_id: UUID
    carer_id: UUID = Field(foreign_key="carer.id", index=True)
    measured_on: date
    measured_by: UUID | None
    scale: str
    score: int

    @classmethod
    def of(cls, carer: Carer, new: NewStrain, by: UUID | None) -> Self:
        about: dict[str, Any] = {"team_id": carer.team_id, "carer_id": carer.id, "measured_by": by}
        return cls(**new.model_dump(exclude={"needs"}), **about)


only_states(Carer, "assessment", CarerAssessment)
only_states(CarerStrain, "scale", Scale)
index_due(Carer)
Index("ix_carer_strained", col(Carer.team_id), col(Carer.id), postgresql_where=text("strained"))
