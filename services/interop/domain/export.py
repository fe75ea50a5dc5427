"""A bulk export: which part of the record a system asked for, how far its files are written, and how long they stay."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from services.common.errors import ServiceError
from services.common.models import INSTANT, Aggregate, Stored, only_states
from services.interop.domain.base import Base

# A step that failed so often fails for a reason of its own.
MOST_FAILURES = 5
# More than the files that one step writes, and than the steps of an export.
MOST_IN_STEP = 10_000


class ExportStatus(StrEnum):
    RUNNING = "running"
    COMPLETE = "complete"
    FAILED = "failed"


class NotAsynchronous(ServiceError):
    """Bulk Data Access 2: an export is never answered while the caller waits."""

    field = "/header/Prefer"
    way_out = "Send Prefer: respond-async, and ask at the Content-Location of the answer how far it is."

    def __init__(self) -> None:
        super().__init__("An export is made in the background alone.")


class TooManyExports(ServiceError):
    status = 429
    field = "/header/Authorization"
    way_out = "Wait until one is complete, or DELETE one that is not needed."

    def __init__(self) -> None:
        super().__init__("As many exports as this system may have are being made.", headers={"Retry-After": "60"})


class ExportFailed(ServiceError):
    """Nothing of it is left out without a word: where a part fails, the whole does."""

    status = 500
    field = "/path"
    way_out = "DELETE it and ask for the export again. If it fails again, quote its address to support."

    def __init__(self) -> None:
        super().__init__("This export could not be made.")


@dataclass(frozen=True)
class Wanted:
    """What a system asks to have exported. `group_id` is a team's; of a type with `filters`, what one of them finds."""

    types: list[str]
    since: datetime | None
    filters: list[str]
    only_patients: bool = False
    group_id: UUID | None = None


class ExportJob(Aggregate, Base, table=True):
    """One export of one system. What it holds is as of `asked_at`, and what is older than `since` is left out.

    Its next step goes on with `types[step]`, after the resource `after` of the team `after_team`.
    """

    requested_by: str
    request: str
    types: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    since: datetime | None = Field(default=None, sa_type=INSTANT)
    filters: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    only_patients: bool = False
    group_id: UUID | None = None
    asked_at: datetime = Field(sa_type=INSTANT)
    expires_at: datetime = Field(sa_type=INSTANT)
    status: str = ExportStatus.RUNNING
    step: int = 0
    after_team: UUID | None = None
    after: UUID | None = None
    exported: int = 0
    failures: int = 0

    @classmethod
    def asked(cls, wanted: Wanted, by: str, request: str, now: datetime, kept: timedelta) -> Self:
        return cls(
            **vars(wanted), requested_by=by, request=request, asked_at=now, expires_at=now + kept, changed_at=now
        )

    @property
    def resource_type(self) -> str:
        return self.types[self.step]

    @property
    def filters_of_type(self) -> list[str]:
        return [one for one in self.filters if one.partition("?")[0] == self.resource_type]

    def wrote(self, count: int, last: tuple[UUID, UUID] | None, now: datetime, kept: timedelta) -> None:
        """So many more are written; `last` is after which team and resource the type goes on, None where it is over."""
        self.exported, self.failures, self.changed_at = self.exported + count, 0, now
        self.after_team, self.after = last or (None, None)
        if last is None:
            self.step += 1
        if self.step == len(self.types):
            self.status, self.expires_at = ExportStatus.COMPLETE, now + kept

    def stumbled(self, now: datetime) -> None:
        """A step failed. It is tried again, after those of others, and not for ever."""
        self.failures, self.changed_at = self.failures + 1, now
        if self.failures >= MOST_FAILURES:
            self.status = ExportStatus.FAILED


class ExportFile(Stored, Base, table=True):
    """Resources of one type and team, each on a line of its own (NDJSON), and whom they are about."""

    team_id: UUID
    export_job_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("export_job.id", ondelete="CASCADE"), nullable=False))
    number: int
    resource_type: str
    count: int
    client_ids: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    body: str

    @classmethod
    def holding(cls, job: ExportJob, place: int, team_id: UUID, lines: list[bytes], client_ids: set[UUID]) -> Self:
        """A file of the type that the job is at, in its place among those of one step.

        A job changes with each step, so that its version numbers them. It alone did in releases that wrote one file a
        step, and so none of theirs has the number of one of ours.
        """
        about: dict[str, Any] = {
            "number": job.version * MOST_IN_STEP + place,
            "resource_type": job.resource_type,
            "client_ids": sorted(client_ids),
        }
        body = b"\n".join([*lines, b""]).decode()
        return cls(export_job_id=job.id, team_id=team_id, body=body, count=len(lines), **about)


only_states(ExportJob, "status", ExportStatus)
ExportFile.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("export_job_id", "number", name="one_file_per_number")
)
Index("ix_export_file_team", col(ExportFile.team_id), col(ExportFile.id))
Index("ix_export_job_status", col(ExportJob.status), col(ExportJob.changed_at))
Index("ix_export_job_requested_by", col(ExportJob.requested_by), col(ExportJob.status))
Index("ix_export_job_expires_at", col(ExportJob.expires_at))
