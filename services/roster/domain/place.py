"""Place: where a base, a client or a member of the team is, so that the way there can be reckoned with.

It stays in this table: it enters no event, no log, no feed and no address, and nobody outside the team reads it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, ValidationInfo, field_validator, model_validator
from pydantic import Field as Shape
from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint
from sqlmodel import Field, col

from services.common.errors import Conflict, Forbidden
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input, Name
from services.roster.domain.base import Base
from services.roster.domain.rounds.travel import Point

# A metre.
DECIMALS = 5
DEGREES: Any = Numeric(8, DECIMALS, asdecimal=False)
# The British Isles, with nothing else: two numbers in the wrong order lie outside.
_TO_A_METRE = AfterValidator(lambda degrees: round(degrees, DECIMALS))
Latitude = Annotated[float, Shape(strict=True, ge=49.0, le=61.5, allow_inf_nan=False), _TO_A_METRE]
Longitude = Annotated[float, Shape(strict=True, ge=-11.0, le=2.5, allow_inf_nan=False), _TO_A_METRE]


class PlaceKind(StrEnum):
    """A base or a room that the team shares, a client's home, or a member's own."""

    BASE = "base"
    CLIENT = "client"
    EMPLOYEE_HOME = "employee_home"


class PlaceSource(StrEnum):
    """How it is known."""

    MAP = "map"
    POSTCODE = "postcode"
    DEVICE = "device"


class PlaceDetails(Input):
    """`subject_id` is the client's, the member's or the base's own id. A base has a name, and nothing else has one."""

    team_id: UUID
    kind: PlaceKind
    subject_id: UUID
    name: Name | None = None
    latitude: Latitude
    longitude: Longitude
    source: PlaceSource

    @model_validator(mode="after")
    def _named_as_a_base_is(self) -> Self:
        if (self.name is not None) != (self.kind is PlaceKind.BASE):
            raise ValueError("name is needed for a base, and for nothing else")
        return self


class WayDetails(Input):
    """How long the team itself takes from one place to another, whatever is reckoned."""

    team_id: UUID
    from_place_id: UUID
    to_place_id: UUID
    minutes: Annotated[int, Shape(strict=True, ge=1, le=600)]

    @field_validator("to_place_id")
    @classmethod
    def _elsewhere(cls, to_place_id: UUID, info: ValidationInfo) -> UUID:
        if to_place_id == info.data.get("from_place_id"):
            raise ValueError("must be another place than from_place_id")
        return to_place_id


class PlaceKnownAlready(Conflict):
    """Everybody is at one place."""

    field = "/body/subject_id"
    way_out = "Read the team's places, and change the one that is there by its own id."

    def __init__(self) -> None:
        super().__init__("The team knows a place of this one already.")


class PlaceOfSomethingElse(Conflict):
    """A place may be put right; it does not become somebody else's."""

    field = "/body/subject_id"
    way_out = "Send the kind, the team and the subject_id that the place has, or make a new place."

    def __init__(self) -> None:
        super().__init__("This place is of somebody or something else.")


class NotYourHome(Forbidden):
    """Where somebody lives is theirs to say."""

    field = "/body/subject_id"
    way_out = "Ask this colleague to say it, or leave it out: journeys then begin at the team's base."

    def __init__(self) -> None:
        super().__init__("Nobody says where somebody else lives.")


class WayKnownAlready(Conflict):
    field = "/body/to_place_id"
    way_out = "Read the team's travel overrides, and change the one that is there by its own id."

    def __init__(self) -> None:
        super().__init__("The team has said already how long this way takes.")


class WayOfOtherPlaces(Conflict):
    field = "/body/from_place_id"
    way_out = "Send the places that this way has, or make a new one."

    def __init__(self) -> None:
        super().__init__("This way is one between other places.")


class Place(TeamOwned, Base, table=True):
    """One of each subject for each team."""

    kind: str
    subject_id: UUID
    name: str | None = None
    latitude: float = Field(sa_type=DEGREES)
    longitude: float = Field(sa_type=DEGREES)
    source: str
    set_by: UUID | None
    # When a router was last asked for the ways from here and to here.
    ways_asked_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def of(cls, place_id: UUID, details: PlaceDetails, by: UUID | None, now: datetime) -> Self:
        """Raises `NotYourHome`."""
        if details.kind is PlaceKind.EMPLOYEE_HOME and details.subject_id != by:
            raise NotYourHome
        return cls(id=place_id, **details.model_dump(), set_by=by, changed_at=now)

    def put_right(self, details: PlaceDetails, by: UUID | None, now: datetime) -> None:
        """Raises `PlaceOfSomethingElse`."""
        if (details.team_id, details.kind, details.subject_id) != (self.team_id, self.kind, self.subject_id):
            raise PlaceOfSomethingElse
        self.name, self.latitude, self.longitude = details.name, details.latitude, details.longitude
        self.source, self.set_by, self.changed_at, self.ways_asked_at = details.source, by, now, None

    @property
    def point(self) -> Point:
        return Point(self.latitude, self.longitude)

    def is_hidden_from(self, who: UUID | None) -> bool:
        """Somebody's own home, from everybody else."""
        return self.kind == PlaceKind.EMPLOYEE_HOME and self.subject_id != who


class TravelOverride(TeamOwned, Base, table=True):
    """What the team knows better of one way. It goes with either of its places, and holds for the way back as well
    until that is said too."""

    from_place_id: UUID = Field(foreign_key="place.id", ondelete="CASCADE")
    to_place_id: UUID = Field(foreign_key="place.id", ondelete="CASCADE", index=True)
    minutes: int
    set_by: UUID | None

    @classmethod
    def of(cls, override_id: UUID, details: WayDetails, by: UUID | None, now: datetime) -> Self:
        return cls(id=override_id, **details.model_dump(), set_by=by, changed_at=now)

    def put_right(self, details: WayDetails, by: UUID | None, now: datetime) -> None:
        """Raises `WayOfOtherPlaces`."""
        told = (details.team_id, details.from_place_id, details.to_place_id)
        if told != (self.team_id, self.from_place_id, self.to_place_id):
            raise WayOfOtherPlaces
        self.minutes, self.set_by, self.changed_at = details.minutes, by, now


# Which refusal each of the database's own rules stands for.
KNOWN_ALREADY = {"place_once_for_each": PlaceKnownAlready, "travel_override_once_for_each": WayKnownAlready}

only_states(Place, "kind", PlaceKind)
Index("ix_place_ways_asked", col(Place.ways_asked_at))
only_states(Place, "source", PlaceSource)
Place.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint("(kind = 'base') = (name is not null)", name="place_named_as_a_base_is")
)
Place.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("team_id", "kind", "subject_id", name="place_once_for_each")
)
TravelOverride.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("from_place_id", "to_place_id", name="travel_override_once_for_each")
)
TravelOverride.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint("minutes > 0 and from_place_id <> to_place_id", name="travel_override_makes_sense")
)
