"""Who was with whom, in which order, and beside which care team. Contacts at night are counted apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, and_, cast, func, or_, select, true
from sqlmodel import col

from services.common.db import Transaction
from services.common.types import ENGLAND
from services.roster.domain.continuity import ContactsBy, InOrder
from services.roster.domain.known import CareTeam, CareTeamChange, RecordedContact
from services.roster.domain.period import Period
from services.roster.domain.shift import VISITING, Shift, ShiftStatus
from services.roster.store.figures import contacts_of

A_DAY = func.make_interval(0, 0, 0, 1)


@dataclass(frozen=True)
class Night:
    """From and until which minute of the day it is night in England."""

    from_minute: int
    until_minute: int

    def has(self, begun_at: ColumnElement[Any]) -> ColumnElement[bool]:
        there = func.timezone(ENGLAND.key, begun_at)
        minute = func.extract("hour", there) * 60 + func.extract("minute", there)
        return or_(minute >= self.from_minute, minute < self.until_minute)


def _at_night(night: Night) -> ColumnElement[bool]:
    begun_at = col(RecordedContact.done_at) - func.make_interval(0, 0, 0, 0, 0, col(RecordedContact.minutes))
    return night.has(begun_at)


async def contacts_at_night(tx: Transaction, team_id: UUID, within: Period, night: Night) -> int:
    wanted = select(func.count()).select_from(RecordedContact)
    found: int = (await tx.all(wanted.where(*contacts_of(team_id, within), _at_night(night))))[0]
    return found


def _handed_on() -> Any:
    """Of each contact the newest hand-on of its episode by that day."""
    return (
        select(CareTeamChange)
        .where(
            col(CareTeamChange.episode_of_care_id) == col(RecordedContact.episode_of_care_id),
            col(CareTeamChange.changed_on) <= col(RecordedContact.contact_on),
        )
        .order_by(col(CareTeamChange.changed_on).desc())
        .limit(1)
        .correlate(RecordedContact)
        .lateral()
    )


async def contacts_by_person(tx: Transaction, team_id: UUID, within: Period, night: Night) -> list[ContactsBy]:
    """Contacts of each client by each person, by client, beside the care team of that day."""
    client, person = col(RecordedContact.client_id), col(RecordedContact.employee_id)
    is_known, newest = col(CareTeam.episode_of_care_id).is_not(None), _handed_on()
    named = func.coalesce(newest.c.named_nurse_id, col(CareTeam.named_nurse_id))
    deputy = func.coalesce(newest.c.deputy_id, col(CareTeam.deputy_id))
    is_theirs = or_(person == named, person == deputy)
    counts = (func.count(), func.count().filter(is_known), func.count().filter(is_theirs))
    wanted = (
        select(client, person, *counts)
        .join_from(RecordedContact, CareTeam, _same_episode(), isouter=True)
        .outerjoin(newest, true())
        .where(*contacts_of(team_id, within), ~_at_night(night))
        .group_by(client, person)
        .order_by(client, person)
    )
    return [ContactsBy(*row) for row in await tx.rows(wanted)]


async def in_order(tx: Transaction, team_id: UUID, within: Period, night: Night) -> Mapping[UUID, InOrder]:
    """Of each client, how often a contact was by whoever made the one before, and the days of the named nurse."""
    client, person, newest = col(RecordedContact.client_id), col(RecordedContact.employee_id), _handed_on()
    turn = (col(RecordedContact.done_at), col(RecordedContact.care_contact_id))
    named = func.coalesce(newest.c.named_nurse_id, col(CareTeam.named_nurse_id))
    each = (
        select(
            client.label("client_id"),
            person.label("person"),
            col(RecordedContact.contact_on).label("day"),
            func.lag(person).over(partition_by=client, order_by=turn).label("before"),
            _is_on_shift(named).label("named_there"),
        )
        .join_from(RecordedContact, CareTeam, _same_episode(), isouter=True)
        .outerjoin(newest, true())
        .where(*contacts_of(team_id, within), ~_at_night(night))
        .subquery()
    )
    days = func.count(func.distinct(each.c.day))
    wanted = select(
        each.c.client_id,
        func.count(each.c.before),
        func.count().filter(each.c.before == each.c.person),
        days,
        days.filter(each.c.named_there),
    ).group_by(each.c.client_id)
    return {row[0]: InOrder(*row[1:]) for row in await tx.rows(wanted)}


def _same_episode() -> ColumnElement[bool]:
    return col(CareTeam.episode_of_care_id) == col(RecordedContact.episode_of_care_id)


def _is_on_shift(person: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether this person has a shift with the team that begins on the day of the contact in England."""
    midnight = cast(col(RecordedContact.contact_on), DateTime)
    begins, ends = (func.timezone(ENGLAND.key, one) for one in (midnight, midnight + A_DAY))
    return (
        select(col(Shift.id))
        .where(
            and_(
                col(Shift.employee_id) == person,
                col(Shift.team_id) == col(RecordedContact.team_id),
                col(Shift.kind).in_(VISITING),
                col(Shift.status) == ShiftStatus.PLANNED,
                col(Shift.starts_at) >= begins,
                col(Shift.starts_at) < ends,
            )
        )
        .exists()
    )
