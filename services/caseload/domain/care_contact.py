"""Care contact: what happened, in segments by type, so that one entry feeds record, activity, money and outcome."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import model_validator
from sqlalchemy import Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.client import EpisodeOfCare
from services.caseload.domain.omaha import InterventionCode
from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, Received, Stored, TeamOwned, only_states
from services.common.types import Input, Minutes, NewId, PastInstant, Words


class Channel(StrEnum):
    """How the contact took place (CSDS consultation mechanism, in the team's words)."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    VIDEO = "video"


class ActivityType(StrEnum):
    """What the time was for. The last four are the social side, which SystmOne could not count."""

    NURSING = "nursing"
    PERSONAL_CARE = "personal_care"
    REABLEMENT = "reablement"
    WIDER_SUPPORT = "wider_support"
    COORDINATION = "coordination"


class NewSegment(Input):
    id: NewId
    activity_type: ActivityType
    minutes: Minutes


class NewCareContact(Input):
    """One contact with a client; what is still to come is a visit to plan.

    Its minutes are those of its segments, so the two can never disagree.
    """

    id: NewId
    episode_of_care_id: UUID
    visit_id: UUID | None = None
    employee_id: UUID
    channel: Channel
    started_at: PastInstant
    segments: list[NewSegment] = Shape(min_length=1, max_length=20)
    interventions: list[InterventionCode] = Shape(default=[], max_length=60)
    note: Words | None = None
    note_id: NewId | None = None

    @model_validator(mode="after")
    def _fits_in_a_day(self) -> Self:
        if sum(segment.minutes for segment in self.segments) > 24 * 60:
            raise ValueError("the segments add up to more than a day")
        if (self.note is None) != (self.note_id is None):
            raise ValueError("note and note_id come together")
        return self


class VisitAlreadyRecorded(Conflict):
    """Of one visit each person who made it records one contact, so that no time is counted twice."""

    field = "/body/visit_id"
    way_out = "Add a note to the contact that is there, or leave visit_id out if this was another contact."

    def __init__(self) -> None:
        super().__init__("This person's contact at this visit is already recorded.")


class NoteOfAnotherContact(Unprocessable):
    """An amendment stands beside the note it corrects."""

    field = "/body/amends_id"
    way_out = "Name a note of this contact, or leave amends_id out."

    def __init__(self) -> None:
        super().__init__("The note that this amends is not one of this contact's.")


class CareContact(TeamOwned, Base, table=True):
    """FHIR Encounter; NHS Data Dictionary CARE CONTACT. It keeps its referral, on which CSDS hangs contacts."""

    client_id: UUID = Field(foreign_key="client.id")
    episode_of_care_id: UUID = Field(foreign_key="episode_of_care.id")
    referral_id: UUID
    visit_id: UUID | None = None
    employee_id: UUID
    recorded_by: UUID | None
    channel: str
    started_at: datetime = Field(sa_type=INSTANT, index=True)
    minutes: int
    interventions: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))

    @classmethod
    def recorded(cls, new: NewCareContact, episode: EpisodeOfCare, by: UUID | None, now: datetime) -> Self:
        return cls(
            **new.model_dump(exclude={"segments", "note", "note_id"}),
            client_id=episode.client_id,
            referral_id=episode.referral_id,
            team_id=episode.team_id,
            recorded_by=by,
            minutes=sum(segment.minutes for segment in new.segments),
            changed_at=now,
        )


class CareActivity(Stored, Base, table=True):
    """One segment of a contact (NHS Data Dictionary CARE ACTIVITY). Minutes are for pay and learning, not a score."""

    team_id: UUID
    care_contact_id: UUID = Field(foreign_key="care_contact.id", index=True)
    position: int
    activity_type: str
    minutes: int

    @classmethod
    def of(cls, contact: CareContact, new: NewSegment, position: int) -> Self:
        return cls(**new.model_dump(), team_id=contact.team_id, care_contact_id=contact.id, position=position)


class NewNote(Input):
    """A note, or an amendment that stands beside the note it corrects."""

    id: NewId
    words: Words
    amends_id: UUID | None = None


class Note(Received, Stored, Base, table=True):
    """What somebody wrote, when. A note is amended by another note and never overwritten."""

    team_id: UUID
    care_contact_id: UUID = Field(foreign_key="care_contact.id", index=True)
    words: str
    written_by: UUID | None
    written_at: datetime = Field(sa_type=INSTANT)
    amends_id: UUID | None = Field(default=None, foreign_key="note.id")

    @classmethod
    def on(cls, contact: CareContact, new: NewNote, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {
            "team_id": contact.team_id,
            "care_contact_id": contact.id,
            "written_by": by,
            "written_at": now,
        }
        return cls(**new.model_dump(), **about)


# Whose contacts they are, and at once which is the newest.
Index("ix_care_contact_of_client", col(CareContact.client_id), col(CareContact.started_at))
Index("one_contact_per_visit", col(CareContact.visit_id), col(CareContact.employee_id), unique=True)
Index("ix_care_contact_episode", col(CareContact.episode_of_care_id), col(CareContact.started_at))
only_states(CareActivity, "activity_type", ActivityType)
