"""End-of-life plan: what is to be done and what not, where somebody wishes to be, what is at home, and whom to call."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.caseload.domain.handover import CallList
from services.common.models import INSTANT, Stored, TeamOwned, only_states
from services.common.types import Day, Input, Name, NewId, PastDay, PastInstant, Words


class Place(StrEnum):
    """Where somebody wishes to be cared for, or to die as the registers of palliative care ask it."""

    HOME = "home"
    CARE_HOME = "care_home"
    HOSPICE = "hospice"
    HOSPITAL = "hospital"
    OTHER = "other"
    UNDECIDED = "undecided"


class Resuscitation(StrEnum):
    """What the ReSPECT form recommends (Resuscitation Council UK, version 3, section 4); modified is for children."""

    ATTEMPT = "attempt"
    MODIFIED = "modified"
    DO_NOT_ATTEMPT = "do_not_attempt"


class Respect(Input):
    """The ReSPECT form in short. The form itself is in the home; where, is said here."""

    summary: Words
    resuscitation: Resuscitation
    signed_on: PastDay
    signed_by: Name
    where_kept: Name


class BoxedMedicine(Input):
    medicine: Name
    amount: Name
    expires_on: Day


class JustInCaseBox(Input):
    """Medicines that are in the home before they are needed: what, where, until when, and when somebody last looked."""

    where_kept: Name
    medicines: Annotated[list[BoxedMedicine], Shape(min_length=1, max_length=20)]
    checked_at: PastInstant
    checked_by: Name

    def first_expiry(self) -> date:
        return min(one.expires_on for one in self.medicines)


class EndOfLifeContent(Input):
    """All that the plan says. An amendment says all of it again, and the version before stays."""

    respect: Respect | None = None
    preferred_place_of_care: Place
    preferred_place_of_death: Place
    wishes: Words | None = None
    night_plan: Words | None = None
    verification_of_death: Words | None = None
    just_in_case_box: JustInCaseBox | None = None
    who_to_call: CallList = []


class NewEndOfLifePlan(EndOfLifeContent):
    """A client has one plan, in as many versions as there were changes."""

    id: NewId
    client_id: UUID


class EndOfLifePlan(TeamOwned, Base, table=True):
    """The plan as one thing; what it says stands in its versions."""

    client_id: UUID = Field(foreign_key="client.id", unique=True)

    @classmethod
    def begun(cls, new: NewEndOfLifePlan, client: Client, now: datetime) -> Self:
        return cls(id=new.id, client_id=client.id, team_id=client.team_id, changed_at=now)


class EndOfLifeVersion(Stored, Base, table=True):
    """What the plan said from one moment on, and who wrote it. Nothing of it is ever overwritten."""

    team_id: UUID
    end_of_life_plan_id: UUID = Field(foreign_key="end_of_life_plan.id")
    number: int
    written_by: UUID | None
    written_at: datetime = Field(sa_type=INSTANT)
    respect: dict[str, Any] | None = Field(sa_column=Column(JSONB(none_as_null=True)))
    preferred_place_of_care: str
    preferred_place_of_death: str
    wishes: str | None
    night_plan: str | None
    verification_of_death: str | None
    just_in_case_box: dict[str, Any] | None = Field(sa_column=Column(JSONB(none_as_null=True)))
    box_expires_on: date | None
    who_to_call: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))

    @classmethod
    def of(cls, plan: EndOfLifePlan, said: EndOfLifeContent, number: int, by: UUID | None, now: datetime) -> Self:
        box = said.just_in_case_box
        return cls(
            **said.model_dump(mode="json", include=set(EndOfLifeContent.model_fields)),
            team_id=plan.team_id,
            end_of_life_plan_id=plan.id,
            number=number,
            written_by=by,
            written_at=now,
            box_expires_on=box.first_expiry() if box else None,
        )

    def is_box_expired(self, today: date) -> bool:
        """Whether something in the box is past its date."""
        return self.box_expires_on is not None and self.box_expires_on < today


Index(
    "one_version_per_number",
    col(EndOfLifeVersion.end_of_life_plan_id),
    col(EndOfLifeVersion.number),
    unique=True,
)
only_states(EndOfLifeVersion, "preferred_place_of_care", Place)
only_states(EndOfLifeVersion, "preferred_place_of_death", Place)
