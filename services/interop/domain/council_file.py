"""The files in which a council answers: what each row says, and what is refused of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from services.common.models import INSTANT, Aggregate, only_states
from services.interop.domain.base import Base


class CouncilFileState(StrEnum):
    """Received is as it came; a quarantined file was refused whole, and nothing in it was taken."""

    RECEIVED = "received"
    TAKEN = "taken"
    QUARANTINED = "quarantined"


class CouncilFile(Aggregate, Base, table=True):
    """One file as a council left it, with its manifest. `rejects` tells what was refused: row, field, code, message
    and value, as they go back to the council."""

    connection_id: UUID = Field(foreign_key="connection.id")
    name: str
    digest: str
    raw: bytes = Field(repr=False)
    manifest: bytes = Field(repr=False)
    received_at: datetime = Field(sa_type=INSTANT)
    state: str = CouncilFileState.RECEIVED
    taken: int = 0
    rejects: list[dict[str, Any]] = Field(default=[], sa_column=Column(JSONB, nullable=False), repr=False)

    def judged(self, taken: int, rejects: list[dict[str, Any]], *, is_whole: bool, now: datetime) -> None:
        """`is_whole` says that the file could be read; each row was then taken or refused by itself."""
        self.state = CouncilFileState.TAKEN if is_whole else CouncilFileState.QUARANTINED
        self.taken, self.rejects, self.changed_at = taken, rejects, now


only_states(CouncilFile, "state", CouncilFileState)
CouncilFile.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("connection_id", "name", "digest", name="one_council_file")
)
Index("ix_council_file_connection", col(CouncilFile.connection_id), col(CouncilFile.id))
Index("ix_council_file_state", col(CouncilFile.state), col(CouncilFile.id))
