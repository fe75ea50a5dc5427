"""Queries about bulk exports: the jobs, their files, and the resources that go into them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, text, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from services.common.db import Transaction
from services.interop.domain.export import ExportFile, ExportJob, ExportStatus
from services.interop.domain.resource import Kept, Resource, ResourceHistory
from services.interop.fhir import criteria
from services.interop.fhir.asked import Search
from services.interop.store import kept, resource_search
from services.interop.store.resources import is_type

# What began before an export was asked for may still be written as of then.
OPEN = text("""
    select exists (select from pg_stat_activity where datname = current_database() and usename = current_user
                   and pid <> pg_backend_pid() and xact_start < :asked_at)
""")


async def running(tx: Transaction, subject: str) -> int:
    """How many exports of this system are being made."""
    theirs = (col(ExportJob.requested_by) == subject) & (col(ExportJob.status) == ExportStatus.RUNNING)
    found: int = (await tx.session.execute(select(func.count()).select_from(ExportJob).where(theirs))).scalar_one()
    return found


async def job(tx: Transaction, job_id: UUID, *, lock: bool = False) -> ExportJob | None:
    """One export of the caller's own."""
    wanted = select(ExportJob).where(col(ExportJob.id) == job_id, col(ExportJob.requested_by) == tx.actor.subject)
    wanted = wanted.with_for_update() if lock else wanted
    found: ExportJob | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def file(tx: Transaction, file_id: UUID) -> ExportFile | None:
    """One file of an export of the caller's own that has not expired."""
    wanted = (
        select(ExportFile)
        .join(ExportJob, col(ExportJob.id) == col(ExportFile.export_job_id))
        .where(
            col(ExportFile.id) == file_id,
            col(ExportJob.requested_by) == tx.actor.subject,
            col(ExportJob.status) == ExportStatus.COMPLETE,
            col(ExportJob.expires_at) > tx.now,
        )
    )
    found: ExportFile | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def files(tx: Transaction, job_id: UUID) -> Sequence[Any]:
    """Id, type and count of each file, without what is in it."""
    columns = (col(ExportFile.id), col(ExportFile.resource_type), col(ExportFile.count))
    wanted = select(*columns).where(col(ExportFile.export_job_id) == job_id)
    return await tx.rows(wanted.order_by(col(ExportFile.number)))


async def remove(tx: Transaction, job_id: UUID) -> None:
    await tx.session.execute(delete(ExportJob).where(col(ExportJob.id) == job_id))


async def waiting(tx: Transaction, asked_until: datetime) -> tuple[UUID, str] | None:
    """The export that has waited longest for its next step, and whose it is."""
    due = (col(ExportJob.status) == ExportStatus.RUNNING) & (col(ExportJob.asked_at) <= asked_until)
    wanted = select(col(ExportJob.id), col(ExportJob.requested_by), col(ExportJob.asked_at)).where(due)
    locked = wanted.order_by(col(ExportJob.changed_at)).limit(1).with_for_update(skip_locked=True)
    found = (await tx.session.execute(locked)).first()
    if found is None or (await tx.session.execute(OPEN, {"asked_at": found[2]})).scalar_one():
        return None
    return found[0], found[1]


async def unfinished(tx: Transaction, job_id: UUID) -> ExportJob | None:
    """This export, unless it is over or another process is at it."""
    mine = (col(ExportJob.id) == job_id) & (col(ExportJob.status) == ExportStatus.RUNNING)
    wanted = select(ExportJob).where(mine).with_for_update(skip_locked=True)
    found: ExportJob | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def page(tx: Transaction, job: ExportJob, after: tuple[UUID, UUID] | None, most: int) -> Sequence[Kept]:
    """The next resources of the type that the job is at, team by team, in the order of their ids."""
    order = (col(Resource.team_id), col(Resource.resource_id))
    conditions: list[ColumnElement[bool]] = [is_type(job.resource_type), await tx.visible(Resource)]
    if job.group_id is not None:
        conditions.append(col(Resource.team_id) == job.group_id)
    if job.only_patients:
        conditions.append(col(Resource.client_id).is_not(None))
    if job.since is not None:
        conditions.append(col(Resource.changed_at) >= job.since)
    if job.filters_of_type:
        found = [await resource_search.conditions(tx, *_named(one)) for one in job.filters_of_type]
        conditions.append(or_(*(and_(*of_one) for of_one in found)))
    if after is not None:
        conditions.append(tuple_(*order) > after)
    return await kept.found(tx, select(Resource).where(*conditions).order_by(*order).limit(most))


def _named(text: str) -> tuple[str, Search]:
    kind, search = criteria.parsed(text)
    return kind.name, search


async def as_of(tx: Transaction, keys: Sequence[tuple[str, UUID]], at: datetime) -> Sequence[ResourceHistory]:
    """The newest version of each of these that was there at this instant."""
    key = (col(ResourceHistory.resource_type), col(ResourceHistory.resource_id))
    wanted = select(ResourceHistory).where(tuple_(*key).in_(keys), col(ResourceHistory.changed_at) <= at)
    return await tx.all(wanted.ext(distinct_on(*key)).order_by(*key, col(ResourceHistory.version).desc()))


async def is_team(tx: Transaction, team_id: UUID) -> bool:
    """Whether the caller may see anything of a team."""
    wanted = select(col(Resource.id)).where(col(Resource.team_id) == team_id, await tx.visible(Resource)).limit(1)
    return (await tx.session.execute(wanted)).first() is not None


async def forget_expired(tx: Transaction) -> None:
    """What was kept long enough is removed, with its files."""
    await tx.session.execute(delete(ExportJob).where(col(ExportJob.expires_at) <= tx.now))
