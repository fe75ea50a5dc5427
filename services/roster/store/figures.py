"""What the team's figures are made of. Each is a fixed number of statements over one team's days."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, DateTime, and_, case, cast, func, literal, or_, select, true
from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.base import Channel
from services.roster.domain.known import (
    AcuityReview,
    CareTeam,
    Contract,
    EpisodeStanding,
    EpisodeStandingChange,
    RecordedActivity,
    RecordedContact,
)
from services.roster.domain.period import Period
from services.roster.domain.shift import Shift, ShiftKind, ShiftStatus
from services.roster.domain.time_summary import ClientTime
from services.roster.domain.visit import Attendance, Visit
from services.roster.domain.visit_plan import VisitPlan
from services.roster.store.capacity import NEVER_MADE
from services.roster.store.facts import ENDED, GOES_ON, PAUSED


async def contracts(tx: Transaction, team_id: UUID, within: Period) -> Sequence[Contract]:
    """Contracts with this team that are in force on some day of the period."""
    return await tx.all(select(Contract).where(col(Contract.team_id) == team_id, _in_force(Contract, within)))


async def plans(tx: Transaction, team_id: UUID, within: Period) -> Sequence[VisitPlan]:
    """Visit plans of this team that are in force on some day of the period."""
    return await tx.all(select(VisitPlan).where(col(VisitPlan.team_id) == team_id, _in_force(VisitPlan, within)))


async def paused_days(tx: Transaction, team_id: UUID, within: Period) -> set[tuple[UUID, date]]:
    """Each client with the days of the period on which their care by this team was paused, and no other went on."""
    days = select(func.unnest(literal(within.days(), ARRAY(Date))).label("day")).subquery()
    day = days.c.day
    word = (
        select(col(EpisodeStandingChange.status))
        .where(
            col(EpisodeStandingChange.episode_of_care_id) == col(CareTeam.episode_of_care_id),
            col(EpisodeStandingChange.since_on) <= day,
        )
        .order_by(col(EpisodeStandingChange.version).desc())
        .limit(1)
        .correlate(CareTeam, days)
        .scalar_subquery()
    )
    of_day = select(col(CareTeam.client_id), day, func.coalesce(word, GOES_ON).label("status"))
    each = of_day.where(col(CareTeam.team_id) == team_id, col(CareTeam.opened_on) <= day).subquery()
    is_paused, goes_on = func.bool_or(each.c.status == PAUSED), func.bool_or(each.c.status == GOES_ON)
    wanted = select(each.c.client_id, each.c.day).group_by(each.c.client_id, each.c.day)
    return {(row[0], row[1]) for row in await tx.rows(wanted.having(is_paused, ~goes_on))}


def _in_force(model: type[Contract] | type[VisitPlan], within: Period) -> Any:
    open_ended_or_later = or_(col(model.until_on).is_(None), col(model.until_on) >= within.from_on)
    return and_(col(model.from_on) <= within.to_on, open_ended_or_later)


async def paid_minutes_by_kind(
    tx: Transaction, team_id: UUID, within: Period, employee_id: UUID | None = None
) -> dict[str, int]:
    """Minutes of the shifts that start in the period, less their breaks, by what the time is for; of one or of all."""
    seconds = func.extract("epoch", col(Shift.ends_at) - col(Shift.starts_at))
    minutes = func.sum(func.floor(seconds / 60) - col(Shift.unpaid_break_minutes))
    wanted = select(col(Shift.kind), minutes).where(
        col(Shift.team_id) == team_id,
        col(Shift.status) == ShiftStatus.PLANNED,
        col(Shift.starts_at) >= within.starts_at,
        col(Shift.starts_at) < within.ends_at,
        true() if employee_id is None else col(Shift.employee_id) == employee_id,
    )
    return {kind: int(total) for kind, total in await tx.rows(wanted.group_by(col(Shift.kind)))}


async def recorded_minutes(tx: Transaction, team_id: UUID, within: Period) -> ClientTime:
    total = func.coalesce(func.sum(col(RecordedContact.minutes)), 0)
    wanted = select(total, func.count(col(RecordedContact.client_id).distinct()))
    (found,) = await tx.rows(wanted.where(*contacts_of(team_id, within)))
    return ClientTime(*found)


async def recorded_by_week(tx: Transaction, team_id: UUID, within: Period) -> dict[date, ClientTime]:
    """What was recorded in each week, by its Monday."""
    monday = cast(func.date_trunc("week", cast(col(RecordedContact.contact_on), DateTime)), Date)
    clients = func.count(col(RecordedContact.client_id).distinct())
    wanted = select(monday, func.sum(col(RecordedContact.minutes)), clients).where(*contacts_of(team_id, within))
    return {row[0]: ClientTime(row[1], row[2]) for row in await tx.rows(wanted.group_by(monday))}


async def journeys(tx: Transaction, team_id: UUID, within: Period) -> ClientTime:
    """How many times somebody drives to a client in the period as it was planned, and to how many clients."""
    hands = 1 + case((col(Visit.accompanied_by).is_(None), 0), else_=1)
    clients = func.count(col(Visit.client_id).distinct())
    wanted = select(func.coalesce(func.sum(hands), 0), clients).where(
        col(Visit.team_id) == team_id,
        col(Visit.starts_at) >= within.starts_at,
        col(Visit.starts_at) < within.ends_at,
        col(Visit.channel) == Channel.IN_PERSON,
        col(Visit.status).not_in(NEVER_MADE),
    )
    (found,) = await tx.rows(wanted)
    return ClientTime(*found)


async def protected_time_overwritten(tx: Transaction, team_id: UUID, within: Period) -> int:
    """How many stretches of protected time had a visit in them that holds time of the same person."""
    held = select(col(Attendance.visit_id)).where(
        col(Attendance.employee_id) == col(Shift.employee_id),
        col(Attendance.starts_at) < col(Shift.ends_at),
        col(Attendance.ends_at) > col(Shift.starts_at),
    )
    wanted = select(func.count()).where(
        col(Shift.team_id) == team_id,
        col(Shift.kind) == ShiftKind.PROTECTED_TIME,
        col(Shift.status) == ShiftStatus.PLANNED,
        col(Shift.starts_at) >= within.starts_at,
        col(Shift.starts_at) < within.ends_at,
        held.correlate(Shift).exists(),
    )
    found: int = (await tx.all(wanted))[0]
    return found


async def own_recorded(tx: Transaction, team_id: UUID, employee_id: UUID, within: Period) -> dict[str, int]:
    """What one person recorded, by type of activity."""
    kind, minutes = col(RecordedActivity.activity_type), func.sum(col(RecordedActivity.minutes))
    of_contact = col(RecordedContact.care_contact_id) == col(RecordedActivity.care_contact_id)
    own = col(RecordedContact.employee_id) == employee_id
    wanted = select(kind, minutes).join(RecordedContact, of_contact).where(*contacts_of(team_id, within), own)
    return {row[0]: int(row[1]) for row in await tx.rows(wanted.group_by(kind))}


async def recorded_by_type(tx: Transaction, team_id: UUID, within: Period) -> dict[str, ClientTime]:
    kind, minutes = col(RecordedActivity.activity_type), func.sum(col(RecordedActivity.minutes))
    of_contact = col(RecordedContact.care_contact_id) == col(RecordedActivity.care_contact_id)
    wanted = select(kind, minutes, func.count(col(RecordedContact.client_id).distinct()))
    of_team = wanted.join(RecordedContact, of_contact).where(*contacts_of(team_id, within))
    return {row[0]: ClientTime(row[1], row[2]) for row in await tx.rows(of_team.group_by(kind))}


def contacts_of(team_id: UUID, within: Period) -> tuple[Any, Any]:
    of_team = col(RecordedContact.team_id) == team_id
    return of_team, col(RecordedContact.contact_on).between(within.from_on, within.to_on)


async def clients_in_care(tx: Transaction, team_id: UUID, on: date) -> int:
    """How many clients have an episode of care with this team that was open on this day."""
    clients = select(func.count(func.distinct(col(CareTeam.client_id))))
    ended = select(col(EpisodeStanding.episode_of_care_id)).where(
        col(EpisodeStanding.episode_of_care_id) == col(CareTeam.episode_of_care_id),
        col(EpisodeStanding.status) == ENDED,
        col(EpisodeStanding.since_on) < on,
    )
    wanted = clients.where(
        col(CareTeam.team_id) == team_id, col(CareTeam.opened_on) <= on, ~ended.correlate(CareTeam).exists()
    )
    found: int = (await tx.session.execute(wanted)).scalar_one()
    return found


async def acuity_review(tx: Transaction, team_id: UUID, on: date) -> AcuityReview | None:
    """The team's newest review of its caseload by this day."""
    by_then = select(AcuityReview).where(col(AcuityReview.team_id) == team_id, col(AcuityReview.reviewed_on) <= on)
    newest = by_then.order_by(col(AcuityReview.reviewed_on).desc(), col(AcuityReview.acuity_review_id).desc())
    found: AcuityReview | None = (await tx.session.execute(newest.limit(1))).scalar_one_or_none()
    return found
