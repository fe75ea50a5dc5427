"""Photos of wounds: what may be one, and what is kept of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.care_plan import AgreedHow
from services.caseload.domain.wound import Wound
from services.common.body import TooLarge, UnsupportedMediaType
from services.common.errors import Unavailable, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input, NewId, PastInstant

# What is sent may be either; what is kept is always the first.
JPEG, PNG = "image/jpeg", "image/png"

Sha256 = Annotated[str, Shape(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the bytes that are sent, in hex.")]


class NewPhoto(Input):
    """What is said of a photo; the photo itself is the body. Nobody is photographed without agreeing to it, or a
    best-interests decision (Mental Capacity Act 2005, s 4)."""

    id: NewId
    taken_at: PastInstant
    agreed_how: AgreedHow
    sha256: Sha256


class NotAKindOfPhoto(UnsupportedMediaType):
    way_out = "Send the picture itself as the body, with Content-Type image/jpeg or image/png."

    def __init__(self) -> None:
        super().__init__("The body is not declared as a JPEG or PNG picture.")


class PhotoTooLarge(TooLarge):
    """By its bytes."""

    way_out = "Take the photo at a lower resolution, or let the device make it smaller. /v1/rules says how large."

    def __init__(self, most_bytes: int) -> None:
        super().__init__(f"The photo is larger than {most_bytes} bytes.")


class TooManyPixels(Unprocessable):
    """What is small when it arrives may be huge when it is unpacked."""

    field = "/body"
    way_out = PhotoTooLarge.way_out

    def __init__(self, most_pixels: int) -> None:
        super().__init__(f"The photo has more than {most_pixels} pixels.")


class NotAPhoto(Unprocessable):
    """Whatever a file is called, what is in it decides."""

    field = "/body"
    way_out = "Send a JPEG or PNG picture as the camera made it, and its own kind as Content-Type."

    def __init__(self) -> None:
        super().__init__("The body is not the kind of picture that Content-Type says.")


class PhotoDamaged(Unprocessable):
    """Half of a wound is not a photo of it."""

    field = "/body"
    way_out = "Send the whole file again; if it is refused again, take the photo again."

    def __init__(self) -> None:
        super().__init__("The picture is cut off or damaged.")


class PhotoNotAsSent(Unprocessable):
    """What arrived is not what left the device."""

    field = "/query/sha256"
    way_out = "Send the whole file again, with the SHA-256 of exactly these bytes."

    def __init__(self) -> None:
        super().__init__("The bytes that arrived have another SHA-256.")


class PhotoStoreAway(Unavailable):
    def __init__(self) -> None:
        super().__init__("The place where photos are kept is away for the moment.")


class NoPhotoStore(Unavailable):
    """Without a place for them, photos are neither taken nor shown."""

    way_out = "Ask whoever runs Heatshield to set CASELOAD_PHOTO_STORE; everything else works without it."

    def __init__(self) -> None:
        super().__init__("No place is set up where photos are kept.")


class PhotoLost(Unavailable):
    """The record says that there is a photo, and where it is kept there is none, or another one."""

    way_out = "Quote the instance to support: the photo has to be brought back from a backup."

    def __init__(self) -> None:
        super().__init__("This photo is not where it was kept.")


@dataclass(frozen=True)
class Limits:
    """The largest photo that is taken today."""

    most_bytes: int
    most_pixels: int


@dataclass(frozen=True)
class Kept:
    """What was put into the store, and where."""

    place: str
    stored_sha256: str
    size_bytes: int
    width: int
    height: int


class Photo(TeamOwned, Base, table=True):
    """One photo of a wound (FHIR Media). `sha256` is of what was sent, `stored_sha256` of what is kept."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    wound_id: UUID = Field(foreign_key="wound.id", index=True)
    taken_at: datetime = Field(sa_type=INSTANT)
    agreed_how: str
    sha256: str
    place: str = Field(unique=True)
    stored_sha256: str
    size_bytes: int
    width: int
    height: int
    added_by: UUID | None

    @classmethod
    def of(cls, wound: Wound, new: NewPhoto, kept: Kept, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"client_id": wound.client_id, "team_id": wound.team_id, "wound_id": wound.id}
        return cls(**new.model_dump(), **vars(kept), **about, added_by=by, changed_at=now)

    def is_same(self, wound_id: UUID, new: NewPhoto) -> bool:
        """Whether this was sent before, bytes and wound and all."""
        return (self.wound_id, self.sha256) == (wound_id, new.sha256)


only_states(Photo, "agreed_how", AgreedHow)
