"""A photo on its way in pieces, as a bad line lets it through: what it is to be, and how far it has come (tus 1.0)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Self
from uuid import UUID

from sqlalchemy import Column, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.care_plan import AgreedHow
from services.caseload.domain.photo import NewPhoto, PhotoNotAsSent, PhotoTooLarge, Sha256
from services.caseload.domain.wound import Wound
from services.common.errors import Conflict, NotFound, ServiceError, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input, NewId, PastInstant

# Who sends so little at a time that a photo needs more pieces than this is better off beginning anew.
MOST_PIECES = 1000
AHEAD = "Begin a new upload of the same photo, with its own id and SHA-256."


class UploadState(StrEnum):
    OPEN = "open"
    ATTACHED = "attached"
    REFUSED = "refused"
    TERMINATED = "terminated"
    EXPIRED = "expired"


class NewUpload(Input):
    """What is said of a photo before its first byte: ids, a code, an instant and a hash, and nothing about a person."""

    wound_id: UUID
    photo_id: NewId
    taken_at: PastInstant
    agreed_how: AgreedHow
    sha256: Sha256


class WoundNotKnown(NotFound):
    """The wound comes first: it may have been found without signal too."""

    field = "/header/Upload-Metadata/wound_id"
    way_out = "Send what waits on the device first, so that the wound is known, and then begin the upload again."

    def __init__(self) -> None:
        super().__init__("wound")


class UploadGone(ServiceError):
    """Its pieces are kept no longer, for one reason or the other."""

    status = 410
    field = "/path"
    way_out = AHEAD

    def __init__(self) -> None:
        super().__init__("This upload has expired, was ended or was refused.")


class OffsetWrong(Conflict):
    """Two senders at one place, or one who does not know how much arrived."""

    field = "/header/Upload-Offset"
    way_out = "Ask with HEAD how much has arrived, and send on from there."

    def __init__(self, offset_bytes: int) -> None:
        super().__init__(f"The upload goes on at byte {offset_bytes}.")


class UploadTooLarge(PhotoTooLarge):
    """Known before the first byte."""

    field = "/header/Upload-Length"


class UploadTooLong(PhotoTooLarge):
    """More than was announced."""

    way_out = "Send the rest of the file and nothing after it; for another file, begin another upload."

    def __init__(self, length_bytes: int) -> None:
        super().__init__(length_bytes)


class TooManyPieces(Conflict):
    field = "/path"
    way_out = f"{AHEAD[:-1]}, and send more at a time."

    def __init__(self) -> None:
        super().__init__(f"The upload has come in {MOST_PIECES} pieces already.")


class TooManyUploads(Conflict):
    """Every piece is kept until its upload ends, so that nobody begins without end."""

    field = "/header/Upload-Metadata/photo_id"
    way_out = "Send the rest of the photos that were begun, or end their uploads with DELETE, and then begin this one."

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} uploads of yours are on their way already, on this device or on another.")


class UploadCutOff(ServiceError):
    """Nobody hears this, but it is on record; what arrived is kept."""

    field = "/body"
    way_out = OffsetWrong.way_out

    def __init__(self) -> None:
        super().__init__("The connection ended before the body did.")


class ChecksumMismatch(ServiceError):
    """What arrived of this one request is not what was sent, so none of it is kept (460 is tus's own number)."""

    status = 460
    field = "/header/Upload-Checksum"
    way_out = "Send the same part again, from the same offset."

    def __init__(self) -> None:
        super().__init__("The bytes of this request have another checksum.")


class UploadNotAsSent(PhotoNotAsSent):
    """The whole is not what it was to be, so that no further byte would mend it."""

    field = "/header/Upload-Metadata/sha256"
    way_out = f"The upload is ended. {AHEAD}"


class UploadIsNoPhoto(Unprocessable):
    """What is in it decides, since nothing else is said of it."""

    field = "/body"
    way_out = "Upload a JPEG or PNG picture as the camera made it; this upload is over."

    def __init__(self) -> None:
        super().__init__("What was sent is no picture.")


@dataclass(frozen=True)
class Whose:
    """An upload, as only the person and the device that began it know it."""

    upload_id: UUID
    device_id: UUID


class PhotoUpload(TeamOwned, Base, table=True):
    """A photo that is arriving. `places` are where its pieces are kept, in their order; `told` is Upload-Metadata as it
    was sent."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    wound_id: UUID = Field(foreign_key="wound.id", index=True)
    photo_id: UUID = Field(index=True)
    taken_at: datetime = Field(sa_type=INSTANT)
    agreed_how: str
    sha256: str
    told: str
    length_bytes: int
    offset_bytes: int = 0
    places: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    begun_by: UUID | None
    device_id: UUID
    expires_at: datetime = Field(sa_type=INSTANT)
    state: str = UploadState.OPEN
    ended_at: datetime | None = Field(default=None, sa_type=INSTANT)

    # What is asked of the photo it becomes.
    SAME: ClassVar[tuple[str, ...]] = ("wound_id", "photo_id", "sha256")

    @classmethod
    def begun(cls, wound: Wound, new: NewUpload, *, days: int, now: datetime, **known: Any) -> Self:
        about: dict[str, Any] = {"client_id": wound.client_id, "team_id": wound.team_id, "places": []}
        return cls(**new.model_dump(), **about, **known, expires_at=now + timedelta(days=days), changed_at=now)

    @property
    def new_photo(self) -> NewPhoto:
        return NewPhoto.model_construct(
            id=self.photo_id, taken_at=self.taken_at, agreed_how=AgreedHow(self.agreed_how), sha256=self.sha256
        )

    @property
    def is_open(self) -> bool:
        return self.state == UploadState.OPEN

    def is_same(self, new: NewUpload, length_bytes: int) -> bool:
        """Whether this is begun already, for the same file."""
        same = all(getattr(self, name) == getattr(new, name) for name in self.SAME)
        return same and self.length_bytes == length_bytes

    def is_gone(self, now: datetime) -> bool:
        return self.state not in (UploadState.OPEN, UploadState.ATTACHED) or (self.is_open and self.expires_at <= now)

    def require_there(self, now: datetime) -> None:
        """Raises `UploadGone`."""
        if self.is_gone(now):
            raise UploadGone

    def require_room(self, at_byte: int, size_bytes: int) -> None:
        """Raises `OffsetWrong`, `UploadTooLong` or `TooManyPieces`."""
        if at_byte != self.offset_bytes:
            raise OffsetWrong(self.offset_bytes)
        if at_byte + size_bytes > self.length_bytes:
            raise UploadTooLong(self.length_bytes)
        if self.is_open and len(self.places) >= MOST_PIECES:
            raise TooManyPieces

    def take(self, place: str, size_bytes: int, now: datetime) -> None:
        """Go on after a piece that is kept."""
        self.places = [*self.places, place]
        self.offset_bytes += size_bytes
        self.changed_at = now

    def end(self, state: UploadState, now: datetime) -> Sequence[str]:
        """The places of the pieces, which nobody needs any more."""
        gone, self.places = self.places, []
        self.state, self.ended_at, self.changed_at = state, now, now
        if state == UploadState.ATTACHED:
            self.offset_bytes = self.length_bytes
        return gone


Index("ix_photo_upload_open", col(PhotoUpload.begun_by), postgresql_where=text("state = 'open'"))
only_states(PhotoUpload, "state", UploadState)
only_states(PhotoUpload, "agreed_how", AgreedHow)
