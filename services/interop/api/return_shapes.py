"""What is told of a return: dates, counts and checksums, and nothing of anybody."""

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel

from services.interop.domain.statutory_return import ReturnKind, StatutoryReturn
from services.interop.returns import periods
from services.interop.returns.rows import Period


class FileShape(BaseModel):
    name: str
    rows: int
    bytes: int
    sha256: str


class FaultShape(BaseModel):
    """How often a rule was broken in a field. Which rows and facts these are stands in faults.csv."""

    rule: str
    table: str
    field: str
    count: int
    refuses: bool
    reason: str
    way_out: str


class ReturnShape(BaseModel):
    """`primary_by_on` and `refresh_by_on` are when a month's windows of CSDS close, or near it."""

    id: UUID
    kind: str
    period: str
    from_on: date
    to_on: date
    dry_run: bool
    connection_id: UUID | None
    status: str
    asked_at: datetime
    made_at: datetime | None
    expires_at: datetime
    primary_by_on: date | None
    refresh_by_on: date | None
    rows: int
    refused: int
    files: list[FileShape]
    faults: list[FaultShape]

    @classmethod
    def of(cls, found: StatutoryReturn) -> Self:
        primary, refresh = None, None
        if found.kind == ReturnKind.CSDS:
            primary, refresh = periods.windows(Period(found.from_on, found.to_on))
        told: dict[str, Any] = {**found.model_dump(), "primary_by_on": primary, "refresh_by_on": refresh}
        return cls.model_validate(told)
