"""A statutory return: what was asked for, what was made of it with its checksums, and which rules were broken."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import model_validator
from sqlalchemy import Column, ForeignKey, Index, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, col

from services.common.errors import Conflict, ServiceError, Unprocessable
from services.common.models import INSTANT, Aggregate, Stored, only_states
from services.common.types import Input, NewId
from services.interop.domain.base import Base

# A step that failed so often fails for a reason of its own.
MOST_FAILURES = 3


class ReturnKind(StrEnum):
    """CSDS v1.6 to NHS England each month; CLD release 2 rows to a council each quarter."""

    CSDS = "csds"
    CLD = "cld"


class ReturnStatus(StrEnum):
    WAITING = "waiting"
    MADE = "made"
    FAILED = "failed"


class NewReturn(Input):
    """Which return of which period. A dry run finds the faults and keeps no row."""

    id: NewId
    kind: ReturnKind
    period: str = Shape(max_length=8)
    dry_run: bool = False
    connection_id: UUID | None = None

    @model_validator(mode="after")
    def _names_its_council(self) -> Self:
        if (self.kind is ReturnKind.CLD) != (self.connection_id is not None):
            raise ValueError("connection_id comes with cld, whose rows go to one council, and only with it")
        return self


class ProviderNotSet(Unprocessable):
    """A return is made in somebody's name, and nobody's is guessed."""

    field = "/body/kind"
    way_out = "Have INTEROP_ODS_CODE and INTEROP_RETURNS_COMMISSIONER set to ODS codes, and ask again."

    def __init__(self) -> None:
        super().__init__("It is not set for which provider and commissioner this return is made.")


class CouncilNotSet(Unprocessable):
    """CLD goes in under a council's own code."""

    field = "/body/kind"
    way_out = "Have INTEROP_RETURNS_COUNCIL_CODE set to the council's three digits, and ask again."

    def __init__(self) -> None:
        super().__init__("It is not set for which council this return is made.")


class TooManyReturns(ServiceError):
    status = 429
    field = "/header/Authorization"
    way_out = "Wait until one is made."

    def __init__(self) -> None:
        super().__init__("As many returns as may be made at once are waiting.", headers={"Retry-After": "60"})


class ReturnNotMade(Conflict):
    field = "/path/return_id"
    way_out = "Look at the return: while it is waiting, ask again in a moment; one that failed is asked for anew."

    def __init__(self) -> None:
        super().__init__("This return has not been made.")


class ShareWithdrawnSince(Conflict):
    """A withdrawal holds from now on for what has been made and not been fetched, too."""

    field = "/path/return_id"
    way_out = "Ask for the return anew: it will hold what is shared now."

    def __init__(self) -> None:
        super().__init__("Somebody in this return has withdrawn what they shared since it was asked for.")


class StatutoryReturn(Aggregate, Base, table=True):
    """One return of a period. `files` are its names, rows, bytes and SHA-256; `faults` count each broken rule."""

    kind: str
    period: str
    from_on: date
    to_on: date
    dry_run: bool
    connection_id: UUID | None = Field(default=None, foreign_key="connection.id")
    asked_at: datetime = Field(sa_type=INSTANT)
    expires_at: datetime = Field(sa_type=INSTANT)
    made_at: datetime | None = Field(default=None, sa_type=INSTANT)
    status: str = ReturnStatus.WAITING
    failures: int = 0
    rows: int = 0
    refused: int = 0
    files: list[dict[str, Any]] = Field(default=[], sa_column=Column(JSONB, nullable=False))
    faults: list[dict[str, Any]] = Field(default=[], sa_column=Column(JSONB, nullable=False))

    @classmethod
    def asked(cls, new: NewReturn, from_on: date, to_on: date, now: datetime, kept: timedelta) -> Self:
        told = new.model_dump()
        return cls(**told, from_on=from_on, to_on=to_on, asked_at=now, expires_at=now + kept, changed_at=now)

    def stumbled(self, now: datetime) -> None:
        """It is tried again, and not for ever."""
        self.failures, self.changed_at = self.failures + 1, now
        if self.failures >= MOST_FAILURES:
            self.status = ReturnStatus.FAILED


class ReturnPart(Stored, Base, table=True):
    """A part of one file, in the order of `number`, and whom it is about. All parts of a file, joined, are the file."""

    statutory_return_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("statutory_return.id", ondelete="CASCADE"), nullable=False)
    )
    name: str
    number: int
    client_ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))


only_states(StatutoryReturn, "kind", ReturnKind)
only_states(StatutoryReturn, "status", ReturnStatus)
ReturnPart.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("statutory_return_id", "name", "number", name="one_part_per_number")
)
Index("ix_statutory_return_status", col(StatutoryReturn.status), col(StatutoryReturn.changed_at))
Index("ix_statutory_return_kind", col(StatutoryReturn.kind), col(StatutoryReturn.id))
Index("ix_statutory_return_expires_at", col(StatutoryReturn.expires_at))
