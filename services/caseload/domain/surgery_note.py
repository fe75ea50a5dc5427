"""Surgery note: what the team and the surgery write to each other about a client whom they share."""

from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.surgery_share import SurgeryShare
from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input, NewId, Words


class Side(StrEnum):
    TEAM = "team"
    SURGERY = "surgery"

    @property
    def other(self) -> "Side":
        return Side.SURGERY if self is Side.TEAM else Side.TEAM


class NewSurgeryNote(Input):
    """A note, or an amendment that stands beside the note it corrects."""

    id: NewId
    words: Words
    amends_id: UUID | None = None


class AmendsNoNoteOfOnes(Unprocessable):
    """Each side corrects what it wrote itself, about the same client."""

    field = "/body/amends_id"
    way_out = "Name a note of your own side about this client, or leave amends_id out and answer with a note."

    def __init__(self) -> None:
        super().__init__("The note that this amends is none of your side's about this client.")


class NoteOfOnesOwnSide(Conflict):
    """A note is seen once somebody of the other side has read it."""

    field = "/path/surgery_note_id"
    way_out = "Leave it: the other side marks it as seen."

    def __init__(self) -> None:
        super().__init__("Your own side wrote this note.")


class SurgeryNoteAlreadySeen(Conflict):
    field = "/path/surgery_note_id"
    way_out = "Nothing needs to be done: somebody of your side has seen it."

    def __init__(self) -> None:
        super().__init__("This note has been seen.")


class SurgeryNote(TeamOwned, Base, table=True):
    """Amended by another note and never overwritten; all that changes is that somebody has seen it.

    `ods_code` is the surgery that it was written to or by: another one does not inherit it.
    """

    client_id: UUID = Field(foreign_key="client.id", index=True)
    ods_code: str
    side: str
    words: str
    # The `sub` of their sign-in, as somebody of a surgery is no employee, and what they worked as then.
    written_by: str
    author_role: str
    written_at: datetime = Field(sa_type=INSTANT)
    amends_id: UUID | None = Field(default=None, foreign_key="surgery_note.id")
    seen_by: str | None = None
    seen_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def to_the_other(
        cls, new: NewSurgeryNote, share: SurgeryShare, side: Side, by: str, role: str, now: datetime
    ) -> Self:
        return cls(
            **new.model_dump(),
            team_id=share.team_id,
            client_id=share.client_id,
            ods_code=share.ods_code,
            side=side,
            written_by=by,
            author_role=role,
            written_at=now,
            changed_at=now,
        )

    def see(self, side: Side, by: str, now: datetime) -> None:
        """Raises `NoteOfOnesOwnSide` or `SurgeryNoteAlreadySeen`."""
        if self.side == side:
            raise NoteOfOnesOwnSide
        if self.seen_at is not None:
            raise SurgeryNoteAlreadySeen
        self.seen_by, self.seen_at, self.changed_at = by, now, now


only_states(SurgeryNote, "side", Side)
Index(
    "ix_surgery_note_unseen",
    col(SurgeryNote.team_id),
    postgresql_where=text("side = 'surgery' and seen_at is null"),
)
