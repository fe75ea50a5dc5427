"""Care plan: what was agreed with the client, in the client's words, health and social care side by side."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import model_validator
from sqlalchemy import Column, false, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.client import EpisodeOfCare
from services.caseload.domain.handover import CallList
from services.caseload.domain.omaha import InterventionCode
from services.common.errors import Conflict, Unprocessable
from services.common.models import Stored, TeamOwned, only_states
from services.common.types import Count, Day, Input, NewId, PastDay, Words, day_in_england

LONG_AGO = timedelta(days=365)


class PlanDomain(StrEnum):
    """Which side of the Care Act a line belongs to. The council hears of the second only."""

    NURSING = "nursing"
    SOCIAL_CARE = "social_care"


class NewLine(Input):
    """One thing that will be done, by whom the client agreed."""

    id: NewId
    domain: PlanDomain
    intervention: InterventionCode | None = None
    words: Words


class NewCarePlan(Input):
    """A plan before it is agreed. `reablement_from` starts the six free weeks when the plan is agreed."""

    id: NewId
    episode_of_care_id: UUID
    client_words: Words
    expected_visits: Count
    ends_on: Day
    reablement_from: Day | None = None
    who_to_call: CallList = []
    lines: list[NewLine] = Shape(min_length=1, max_length=60)

    @model_validator(mode="after")
    def _ends_after_reablement_begins(self) -> Self:
        if self.reablement_from is not None and self.reablement_from > self.ends_on:
            raise ValueError("reablement_from must not be after ends_on")
        return self


class AgreedHow(StrEnum):
    IN_PERSON = "in_person"
    BY_PHONE = "by_phone"
    BEST_INTERESTS = "best_interests"


class Agreement(Input):
    """How and when the client agreed, or a best-interests decision was made (Mental Capacity Act 2005, s 4)."""

    agreed_how: AgreedHow
    agreed_on: PastDay


class LineChange(Input):
    words: Words
    intervention: InterventionCode | None = None


class WhoToCall(Input):
    """Whom the client rings, in the order in which they would."""

    who_to_call: CallList


class CarePlanStatus(StrEnum):
    DRAFT = "draft"
    AGREED = "agreed"


class CarePlanAlreadyAgreed(Conflict):
    field = "/path/care_plan_id"
    way_out = "Change a line of the agreed plan, with the client, instead of agreeing it again."

    def __init__(self) -> None:
        super().__init__("This care plan has already been agreed.")


class PlanEndsBeforeItIsAgreed(Unprocessable):
    """A plan is for what is to come."""

    field = "/body/agreed_on"
    way_out = "Correct the day, or draft the plan again with a later ends_on."

    def __init__(self) -> None:
        super().__init__("The plan ends before the day on which it was agreed.")


class ReablementLongAgo(Unprocessable):
    """Somebody may come to the team in the middle of their six weeks, but not a year after them: that is a slip."""

    field = "/body/reablement_from"
    way_out = "Correct the day; leave it out for somebody whose reablement is over."

    def __init__(self) -> None:
        super().__init__("Reablement would have started more than a year ago.")


class CarePlan(TeamOwned, Base, table=True):
    """FHIR CarePlan. A plan that the client has not agreed shows as a draft."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    episode_of_care_id: UUID = Field(foreign_key="episode_of_care.id", index=True)
    client_words: str
    expected_visits: int
    ends_on: date
    reablement_from: date | None = None
    status: str = CarePlanStatus.DRAFT
    agreed_how: str | None = None
    agreed_on: date | None = None
    who_to_call: list[dict[str, Any]] = Field(
        default=[], sa_column=Column(JSONB, nullable=False, server_default=text("'[]'"))
    )
    # Two lists of whom to call stand side by side until somebody settles it.
    who_to_call_conflict_id: UUID | None = None
    written_by: UUID | None

    @classmethod
    def drafted(cls, new: NewCarePlan, episode: EpisodeOfCare, by: UUID | None, now: datetime) -> Self:
        """Raises `ReablementLongAgo`."""
        if new.reablement_from is not None and new.reablement_from < day_in_england(now) - LONG_AGO:
            raise ReablementLongAgo
        about: dict[str, Any] = {
            "client_id": episode.client_id,
            "team_id": episode.team_id,
            "written_by": by,
            "changed_at": now,
        }
        return cls(**new.model_dump(exclude={"lines"}), **about)

    def agree(self, agreement: Agreement, now: datetime) -> None:
        """Raises `CarePlanAlreadyAgreed` or `PlanEndsBeforeItIsAgreed`."""
        if self.status == CarePlanStatus.AGREED:
            raise CarePlanAlreadyAgreed
        if agreement.agreed_on > self.ends_on:
            raise PlanEndsBeforeItIsAgreed
        self.status, self.changed_at = CarePlanStatus.AGREED, now
        self.agreed_how, self.agreed_on = agreement.agreed_how, agreement.agreed_on


class CarePlanLine(Stored, Base, table=True):
    """One activity of a plan (FHIR CarePlan.activity), with who last wrote it."""

    team_id: UUID
    care_plan_id: UUID = Field(foreign_key="care_plan.id", index=True)
    position: int
    domain: str
    intervention: str | None = None
    words: str
    written_by: UUID | None
    # What stands beside these words until somebody settles it; and that there ever was such a thing.
    conflict_id: UUID | None = None
    had_conflict: bool = Field(default=False, sa_column_kwargs={"server_default": false()})

    @classmethod
    def of(cls, plan: CarePlan, new: NewLine, position: int) -> Self:
        about: dict[str, Any] = {
            "team_id": plan.team_id,
            "care_plan_id": plan.id,
            "position": position,
            "written_by": plan.written_by,
        }
        return cls(**new.model_dump(), **about)


only_states(CarePlan, "status", CarePlanStatus)
