"""Wounds: measured in millimetres, so that areas are exact and the trend can be trusted."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.client import EpisodeOfCare
from services.common.errors import Unprocessable
from services.common.models import INSTANT, Stored, TeamOwned
from services.common.types import Input, Name, NewId, PastInstant

Millimetres = Annotated[int, Shape(strict=True, ge=0, le=2000)]


class NewWound(Input):
    id: NewId
    episode_of_care_id: UUID
    site: Name


class NewMeasurement(Input):
    """Longest length and the width across it, in millimetres; zero by zero is a healed wound."""

    id: NewId
    measured_at: PastInstant
    length_mm: Millimetres
    width_mm: Millimetres
    care_contact_id: UUID | None = None


class ContactOfAnotherClient(Unprocessable):
    """A wound is measured when somebody is with its client."""

    field = "/body/care_contact_id"
    way_out = "Name a contact with this client that was recorded before, or leave care_contact_id out."

    def __init__(self) -> None:
        super().__init__("There is no such contact with this client.")


class Wound(TeamOwned, Base, table=True):
    client_id: UUID = Field(foreign_key="client.id", index=True)
    episode_of_care_id: UUID = Field(foreign_key="episode_of_care.id")
    site: str
    found_by: UUID | None = None

    @classmethod
    def found(cls, new: NewWound, episode: EpisodeOfCare, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"client_id": episode.client_id, "team_id": episode.team_id, "found_by": by}
        return cls(**new.model_dump(), **about, changed_at=now)


class WoundMeasurement(Stored, Base, table=True):
    """One measuring of one wound (FHIR Observation). Area is length times width, in square millimetres."""

    team_id: UUID
    wound_id: UUID = Field(foreign_key="wound.id", index=True)
    care_contact_id: UUID | None = None
    measured_at: datetime = Field(sa_type=INSTANT)
    measured_by: UUID | None
    length_mm: int
    width_mm: int
    area_mm2: int

    @classmethod
    def of(cls, wound: Wound, new: NewMeasurement, by: UUID | None) -> Self:
        about: dict[str, Any] = {"team_id": wound.team_id, "wound_id": wound.id, "measured_by": by}
        return cls(**new.model_dump(), **about, area_mm2=new.length_mm * new.width_mm)
