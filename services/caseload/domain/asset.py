"""Assets: what a village has for its people, as the team knows it, and when that was last confirmed."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.due import Chased, index_due, require_order
from services.caseload.domain.network import Phone
from services.common.errors import Conflict
from services.common.models import TeamOwned, only_states
from services.common.types import Input, Name, NewId, PastDay, Words


class AssetKind(StrEnum):
    BEFRIENDING = "befriending"
    CLUB = "club"
    FAITH = "faith"
    FOOD = "food"
    TRANSPORT = "transport"
    EXERCISE = "exercise"
    ADVICE = "advice"
    CARERS = "carers"
    VOLUNTEERING = "volunteering"
    OTHER = "other"


class AssetDetails(Input):
    """What it is, where and when, and how to reach it: the number of the house, not of a private person."""

    name: Name
    kind: AssetKind
    place: Name
    words: Words | None = None
    phone: Phone | None = None


class NewAsset(AssetDetails):
    id: NewId
    team_id: UUID
    confirmed_on: PastDay


class Confirmation(Input):
    """That somebody asked whether it is still as it is written here."""

    confirmed_on: PastDay


class AssetClosing(Input):
    closed_on: PastDay


class AssetAlreadyClosed(Conflict):
    """What is closed is shown as such, and nobody is introduced to it."""

    field = "/path/asset_id"
    way_out = "Find another asset in the directory, or write this one down anew if it has opened again."

    def __init__(self, field: str = field) -> None:
        super().__init__("This asset has closed.", field=field)


class Asset(Chased, TeamOwned, Base, table=True):
    """One entry of the team's directory (FHIR HealthcareService). It is due when it was not confirmed for long."""

    name: str
    kind: str = Field(index=True)
    place: str
    words: str | None = None
    phone: str | None = None
    confirmed_on: date
    confirmed_by: UUID | None
    closed_on: date | None = None

    @classmethod
    def written_down(cls, new: NewAsset, days: int, by: UUID | None, now: datetime) -> Self:
        due_on = new.confirmed_on + timedelta(days=days)
        about: dict[str, Any] = {"confirmed_by": by, "due_on": due_on, "changed_at": now}
        return cls(**new.model_dump(), **about)

    def change(self, details: AssetDetails, now: datetime) -> None:
        """Raises `AssetAlreadyClosed`."""
        self.require_open()
        for name, value in details:
            setattr(self, name, value)
        self.changed_at = now

    def confirm(self, confirmation: Confirmation, days: int, by: UUID | None, now: datetime) -> None:
        """Raises `AssetAlreadyClosed` or `StepBeforeTheLast`."""
        self.require_open()
        require_order(self.confirmed_on, confirmation.confirmed_on, "/body/confirmed_on")
        self.confirmed_on, self.confirmed_by, self.changed_at = confirmation.confirmed_on, by, now
        self.due_on = confirmation.confirmed_on + timedelta(days=days)

    def close(self, closing: AssetClosing, now: datetime) -> None:
        """Raises `AssetAlreadyClosed`."""
        self.require_open()
        self.closed_on, self.due_on, self.changed_at = closing.closed_on, None, now

    def require_open(self, field: str = AssetAlreadyClosed.field) -> None:
        """Raises `AssetAlreadyClosed`."""
        if self.closed_on is not None:
            raise AssetAlreadyClosed(field)


only_states(Asset, "kind", AssetKind)
index_due(Asset)
