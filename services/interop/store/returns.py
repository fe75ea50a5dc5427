"""Queries about statutory returns: what was asked for, the facts that go in, and the parts of the files."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, delete, exists, func, or_, select, type_coerce
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.common.db import Transaction
from services.common.types import ENGLAND
from services.interop.domain.national_code import NationalCode
from services.interop.domain.resource import Resource, SearchTime, read_back
from services.interop.domain.share import Share
from services.interop.domain.statutory_return import ReturnPart, ReturnStatus, StatutoryReturn
from services.interop.domain.submission import CouncilCase, Submission, SubmissionState
from services.interop.returns.rows import Fact, Period

# So many people's facts are held at once, however many there are.
AT_ONCE = 20
OF_THE_COURSE = ("Patient", "ServiceRequest", "EpisodeOfCare", "CarePlan")
COLUMNS = (
    col(Resource.resource_type),
    col(Resource.resource_id),
    col(Resource.client_id),
    col(Resource.team_id),
    col(Resource.version),
    col(Resource.facts),
    type_coerce(col(Resource.content), Text).label("document"),
)


def returns(*, kind: str | None) -> Select[Any]:
    wanted = select(StatutoryReturn)
    return wanted if kind is None else wanted.where(col(StatutoryReturn.kind) == kind)


async def waiting(tx: Transaction) -> int:
    counted = select(func.count()).select_from(StatutoryReturn).where(_is(ReturnStatus.WAITING))
    found: int = (await tx.session.execute(counted)).scalar_one()
    return found


async def next_waiting(tx: Transaction) -> StatutoryReturn | None:
    """The return that has waited longest, locked, unless another process is at it."""
    wanted = select(StatutoryReturn).where(_is(ReturnStatus.WAITING)).order_by(col(StatutoryReturn.changed_at))
    found: StatutoryReturn | None = (
        await tx.session.execute(wanted.limit(1).with_for_update(skip_locked=True))
    ).scalar_one_or_none()
    return found


def _is(status: ReturnStatus) -> ColumnElement[bool]:
    return col(StatutoryReturn.status) == status


async def national_codes(tx: Transaction) -> Sequence[Any]:
    columns = (NationalCode.code_list, NationalCode.own_code, NationalCode.national_code, NationalCode.from_on)
    return await tx.rows(select(*(col(one) for one in columns)))


async def courses(tx: Transaction, period: Period, only: Select[Any] | None = None) -> AsyncIterator[list[Fact]]:
    """The facts of one person after another, with the contacts of the period: clients first, in the order of ids, and
    then those referred who are no client yet. `only` names the clients who are meant, and nobody else."""
    after: UUID | None = None
    while people := await _people(tx, after, only):
        found = await _facts(tx, people, period)
        for client_id in people:
            yield found.get(client_id, [])
        after = people[-1]
    after = None
    while only is None and (referrals := await _unknown(tx, after)):
        for one in referrals:
            yield [one]
        after = referrals[-1].resource_id


async def _people(tx: Transaction, after: UUID | None, only: Select[Any] | None) -> Sequence[UUID]:
    wanted = select(col(Resource.resource_id)).where(col(Resource.resource_type) == "Patient")
    wanted = wanted if only is None else wanted.where(col(Resource.resource_id).in_(only))
    wanted = wanted if after is None else wanted.where(col(Resource.resource_id) > after)
    return await tx.all(wanted.order_by(col(Resource.resource_id)).limit(AT_ONCE))


async def _facts(tx: Transaction, people: Collection[UUID], period: Period) -> dict[UUID, list[Fact]]:
    is_contact = (col(Resource.resource_type) == "Encounter") & _happened_in(period)
    wanted = (
        select(*COLUMNS)
        .where(col(Resource.client_id).in_(people))
        .where(or_(col(Resource.resource_type).in_(OF_THE_COURSE), is_contact))
        .order_by(col(Resource.resource_id))
    )
    found: dict[UUID, list[Fact]] = {}
    for row in await tx.rows(wanted):
        found.setdefault(row.client_id, []).append(_fact(row))
    return found


async def _unknown(tx: Transaction, after: UUID | None) -> list[Fact]:
    nobody_yet = (col(Resource.resource_type) == "ServiceRequest") & col(Resource.client_id).is_(None)
    wanted = select(*COLUMNS).where(nobody_yet)
    wanted = wanted if after is None else wanted.where(col(Resource.resource_id) > after)
    return [_fact(row) for row in await tx.rows(wanted.order_by(col(Resource.resource_id)).limit(AT_ONCE))]


def _happened_in(period: Period) -> ColumnElement[bool]:
    """From the first midnight in England to the one after the last day."""
    begins, ends = _midnight(period.from_on), _midnight(period.to_on + timedelta(days=1))
    return exists().where(
        col(SearchTime.resource_type) == col(Resource.resource_type),
        col(SearchTime.resource_id) == col(Resource.resource_id),
        col(SearchTime.name) == "date",
        col(SearchTime.starts_at) >= begins,
        col(SearchTime.starts_at) < ends,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ENGLAND).astimezone(UTC)


def _fact(row: Any) -> Fact:
    known = {name: getattr(row, name) for name in ("resource_type", "resource_id", "client_id", "team_id", "version")}
    return Fact(**known, content=read_back(row.document), facts=row.facts or {})


async def keep_part(tx: Transaction, part: ReturnPart) -> None:
    """Written at once, so that what is made is not held in memory."""
    await tx.session.execute(insert(ReturnPart).values(**part.model_dump()))


async def people_in(tx: Transaction, return_id: UUID, name: str) -> set[UUID]:
    """Everybody whom a file is about."""
    found = await tx.all(select(col(ReturnPart.client_ids)).where(*_of(return_id, name)))
    return {client_id for part in found for client_id in part}


async def is_withdrawn_since(tx: Transaction, made: StatutoryReturn) -> bool:
    """Whether somebody in this return has withdrawn what goes to its council, since it was asked for."""
    people = select(func.unnest(col(ReturnPart.client_ids))).where(col(ReturnPart.statutory_return_id) == made.id)
    withdrawn = select(col(Share.id)).where(
        col(Share.connection_id) == made.connection_id,
        col(Share.withdrawn_at) >= made.asked_at,
        col(Share.client_id).in_(people),
    )
    return bool(await tx.all(withdrawn.limit(1)))


async def part(tx: Transaction, return_id: UUID, name: str, number: int) -> str | None:
    wanted = select(col(ReturnPart.body)).where(*_of(return_id, name), col(ReturnPart.number) == number)
    found: str | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


def _of(return_id: UUID, name: str) -> tuple[ColumnElement[bool], ...]:
    return (col(ReturnPart.statutory_return_id) == return_id, col(ReturnPart.name) == name)


async def forget_expired(tx: Transaction) -> None:
    """What was kept long enough is removed, with its files."""
    await tx.session.execute(delete(StatutoryReturn).where(col(StatutoryReturn.expires_at) <= tx.now))


def who_share(connection_id: UUID, today: date) -> Select[Any]:
    """The clients who share something with this council today."""
    return select(col(Share.client_id)).where(*_shared(connection_id, today))


def _shared(connection_id: UUID, today: date) -> tuple[ColumnElement[bool], ...]:
    is_in_force = or_(col(Share.until_on).is_(None), col(Share.until_on) >= today)
    return (col(Share.connection_id) == connection_id, col(Share.withdrawn_at).is_(None), is_in_force)


async def shares(
    tx: Transaction, facts: Collection[Fact], connection_id: UUID, today: date
) -> Sequence[tuple[Share, str | None]]:
    """What the client of these facts shares with this council, with the council's own id of the case."""
    people = {fact.client_id for fact in facts} - {None}
    same = (col(CouncilCase.client_id) == col(Share.client_id)) & (col(CouncilCase.connection_id) == connection_id)
    wanted = select(Share, col(CouncilCase.case_id)).outerjoin(CouncilCase, same)
    theirs = wanted.where(col(Share.client_id).in_(people), *_shared(connection_id, today))
    return [(row[0], row[1]) for row in await tx.rows(theirs.order_by(col(Share.id)))]


async def reviewed(tx: Transaction, share: Share, period: Period) -> Sequence[Submission]:
    """Changes of the plan that a social worker reviewed in the period, and that the council has taken."""
    begins, ends = _midnight(period.from_on), _midnight(period.to_on + timedelta(days=1))
    wanted = select(Submission).where(
        col(Submission.share_id) == share.id,
        col(Submission.state) == SubmissionState.ACKNOWLEDGED,
        col(Submission.reviewed_at) >= begins,
        col(Submission.reviewed_at) < ends,
    )
    return await tx.all(wanted.order_by(col(Submission.id)))


async def made_before(tx: Transaction, asked: StatutoryReturn) -> UUID | None:
    """The newest file that was made for the same council of an earlier period."""
    wanted = (
        select(col(StatutoryReturn.id))
        .where(
            col(StatutoryReturn.kind) == asked.kind,
            col(StatutoryReturn.connection_id) == asked.connection_id,
            col(StatutoryReturn.status) == ReturnStatus.MADE,
            col(StatutoryReturn.dry_run).is_(False),
            col(StatutoryReturn.to_on) < asked.to_on,
        )
        .order_by(col(StatutoryReturn.to_on).desc(), col(StatutoryReturn.id).desc())
        .limit(1)
    )
    found: UUID | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def lines(tx: Transaction, return_id: UUID, name: str) -> AsyncIterator[str]:
    """A file that was made, line by line; a part ends where a line does."""
    number = 0
    while (body := await part(tx, return_id, name, number)) is not None:
        for line in body.splitlines(keepends=True):
            yield line
        number += 1
