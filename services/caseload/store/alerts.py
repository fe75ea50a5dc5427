"""Queries about alerts, who is on call, and the devices that are woken."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, Uuid, insert, or_, select, text, update
from sqlmodel import col
from uuid6 import uuid7

from services.caseload.domain.alert import ON_CALL, Alert, AlertKind, OnCallShift
from services.caseload.domain.break_glass import BreakGlass
from services.caseload.domain.client import EpisodeOfCare
from services.caseload.domain.medicine import Medicine
from services.caseload.domain.push import Push, PushMessage, PushSubscription
from services.common.db import Transaction

# An app asks for what has changed since the newest change that it has. A change says when its transaction began, and is
# seen when that has ended: what began earlier may be seen later. A request is over after some seconds, a statement at
# the latest after 10 and a silent transaction after 30 (`services/common/db.py`); the clocks of two replicas differ by
# less than the rest.
OVERLAP = timedelta(seconds=60)
# Doses of the last day whose window has closed, with no record in their course and no alert, of whom is in care.
# PostgreSQL reads the hour that comes twice otherwise than the domain, which has the last word; what is near another's
# dose the domain alone knows.
LATE = text("""
    select m.id, d.day from medicine m
    cross join unnest(cast(:days as date[])) as d(day)
    where m.time_critical and m.stopped_at is null
      and (m.id, d.day) > (cast(:after_id as uuid), cast(:after_day as date))
      and m.starts_on <= d.day and (m.ends_on is null or m.ends_on >= d.day)
      and (d.day - m.starts_on) % m.every_days = 0
      and exists (select from episode_of_care e where e.client_id = m.client_id and e.status = 'active'
          and e.opened_on <= d.day)
      and exists (
          select from unnest(m.times) as t(time)
          cross join lateral (select (d.day + t.time::time) at time zone 'Europe/London' as due_at) as x
          where x.due_at > :since and x.due_at >= m.awaited_from
            and x.due_at + make_interval(mins => coalesce(m.window_minutes, :minutes)) < :now
            and not exists (
                select from administration a join medicine o on o.id = a.medicine_id
                where o.course_id = m.course_id and a.due_at = x.due_at)
            and not exists (select from alert where subject_id = m.id and kind = 'late_dose' and due_at = x.due_at))
    order by m.id, d.day limit :most for update of m skip locked
""").columns(id=Uuid, day=Date)


async def listed(tx: Transaction, *, team_id: UUID | None, since: datetime | None, is_open: bool | None) -> Select[Any]:
    wanted = select(Alert).where(await tx.visible(Alert))
    if team_id is not None:
        wanted = wanted.where(col(Alert.team_id) == team_id)
    if since is not None:
        wanted = wanted.where(col(Alert.changed_at) > since - OVERLAP)
    unanswered = col(Alert.acknowledged_at).is_(None)
    return wanted if is_open is None else wanted.where(unanswered if is_open else ~unanswered)


async def medicines_with_late_doses(
    tx: Transaction, days: Sequence[date], minutes: int, *, after: tuple[UUID, date], most: int
) -> list[tuple[Medicine, date]]:
    """Some time-critical medicines in order, each with a day on which one of its doses may be late.

    They are locked, so that of a record and an alert at once one comes second.
    """
    when = {"days": days, "minutes": minutes, "now": tx.now, "since": tx.now - timedelta(days=1)}
    asked = when | {"after_id": after[0], "after_day": after[1], "most": most}
    found = await tx.rows(LATE, asked)
    medicines = await tx.all(select(Medicine).where(col(Medicine.id).in_({row[0] for row in found})))
    by_id = {medicine.id: medicine for medicine in medicines}
    return [(by_id[medicine_id], day) for medicine_id, day in found]


async def overdue_reviews(tx: Transaction, *, most: int) -> Sequence[BreakGlass]:
    """Some broken glass that nobody reviewed in time, and of which nobody was told yet."""
    told = select(col(Alert.id)).where(
        col(Alert.subject_id) == col(BreakGlass.id), col(Alert.kind) == AlertKind.BREAK_GLASS_NOT_REVIEWED
    )
    late = select(BreakGlass).where(
        col(BreakGlass.reviewed_at).is_(None), col(BreakGlass.review_due_at) < tx.now, ~told.exists()
    )
    return await tx.all(late.order_by(col(BreakGlass.id)).limit(most).with_for_update(skip_locked=True))


async def due_dates_told(tx: Transaction, subject_ids: Sequence[UUID], kind: AlertKind) -> set[tuple[UUID, datetime]]:
    """Of which of these, due when, somebody was told already."""
    mine = col(Alert.subject_id).in_(subject_ids), col(Alert.kind) == kind
    return {(row[0], row[1]) for row in await tx.rows(select(col(Alert.subject_id), col(Alert.due_at)).where(*mine))}


async def told_of(tx: Transaction, kind: AlertKind, subject_id: UUID, due_at: datetime) -> Alert | None:
    """The one alert of this kind about this subject and time, answered or not, held until the end."""
    mine = col(Alert.subject_id) == subject_id, col(Alert.kind) == kind, col(Alert.due_at) == due_at
    found = await tx.all(select(Alert).where(*mine).with_for_update())
    return found[0] if found else None


async def unanswered(tx: Transaction, kind: AlertKind, **about: UUID) -> Sequence[Alert]:
    """What nobody has said they know of, about this subject or client, held until the end."""
    mine = [col(getattr(Alert, name)) == value for name, value in about.items()]
    return await tx.all(_unanswered(kind).where(*mine))


async def unanswered_of_course(tx: Transaction, course_id: UUID) -> Sequence[Alert]:
    """Of which late doses of a course nobody has said that they know, held until the end."""
    course = select(col(Medicine.id)).where(col(Medicine.course_id) == course_id)
    return await tx.all(_unanswered(AlertKind.LATE_DOSE).where(col(Alert.subject_id).in_(course)))


def _unanswered(kind: AlertKind) -> Select[Any]:
    mine = col(Alert.kind) == kind, col(Alert.acknowledged_at).is_(None)
    return select(Alert).where(*mine).order_by(col(Alert.id)).with_for_update()


async def to_escalate(tx: Transaction, *, most: int) -> Sequence[Alert]:
    """Some that nobody answered within their time. What another replica works on is left to it."""
    due = select(Alert).where(col(Alert.escalates_at) <= tx.now)
    return await tx.all(due.order_by(col(Alert.escalates_at)).limit(most).with_for_update(skip_locked=True))


async def on_call(tx: Transaction, team_id: UUID) -> UUID | None:
    """Who is on call for the team now."""
    now = select(col(OnCallShift.employee_id)).where(
        col(OnCallShift.team_id) == team_id,
        col(OnCallShift.kind) == ON_CALL,
        col(OnCallShift.starts_at) <= tx.now,
        col(OnCallShift.ends_at) > tx.now,
    )
    found: UUID | None = await tx.session.scalar(now.order_by(col(OnCallShift.starts_at).desc()).limit(1))
    return found


async def wake(tx: Transaction, alert: Alert) -> None:
    """Queue a message to every device of those whom the alert is for."""
    of_team = _members(tx, alert.team_id, None if alert.is_for_everybody else alert.named)
    theirs = col(PushSubscription.employee_id).in_(of_team), col(PushSubscription.ended_at).is_(None)
    devices = await tx.all(select(col(PushSubscription.id)).where(*theirs))
    if devices:
        await tx.session.flush()
        rows = [
            {"id": uuid7(), "alert_id": alert.id, "push_subscription_id": one, "due_at": tx.now, "attempts": 0}
            for one in devices
        ]
        await tx.session.execute(insert(PushMessage), rows)


def _members(tx: Transaction, team_id: UUID, people: Collection[UUID] | None) -> Select[Any]:
    """Those who belong to the team today; of these people, where some are named."""
    member = tx.metadata.tables["team_member"]
    of_team = select(member.c.employee_id).where(
        member.c.team_id == team_id,
        member.c.from_on <= tx.today,
        or_(member.c.until_on.is_(None), member.c.until_on >= tx.today),
    )
    return of_team if people is None else of_team.where(member.c.employee_id.in_(people))


async def team_mates(tx: Transaction, team_id: UUID, employee_id: UUID) -> list[UUID]:
    """Who belongs to the team today, beside this one."""
    return [one for one in await tx.all(_members(tx, team_id, None)) if one != employee_id]


async def who_settles(tx: Transaction, team_id: UUID, client_id: UUID, named: Collection[UUID]) -> Sequence[UUID]:
    """Of those who are named the ones in the team today; else so of the client's named nurse and deputy."""
    found: Sequence[UUID] = await tx.all(_members(tx, team_id, named))
    if found:
        return found
    episode = select(col(EpisodeOfCare.named_nurse_id), col(EpisodeOfCare.deputy_id)).where(
        col(EpisodeOfCare.client_id) == client_id
    )
    rows = await tx.rows(episode.order_by(col(EpisodeOfCare.opened_on).desc(), col(EpisodeOfCare.id).desc()).limit(1))
    theirs: Sequence[UUID] = await tx.all(_members(tx, team_id, [one for row in rows for one in row]))
    return theirs


async def lease_pushes(tx: Transaction, for_: timedelta, *, most: int) -> list[Push]:
    """Some messages that are due, to be tried now; whoever dies meanwhile leaves them to the others after a while."""
    due = select(col(PushMessage.id)).where(col(PushMessage.due_at) <= tx.now)
    ids = await tx.all(due.order_by(col(PushMessage.due_at)).limit(most).with_for_update(skip_locked=True))
    if not ids:
        return []
    mine = col(PushMessage.id).in_(ids)
    later = {"due_at": tx.now + for_, "attempts": col(PushMessage.attempts) + 1}
    await tx.session.execute(update(PushMessage).where(mine).values(**later))
    wanted = (
        select(
            col(PushMessage.id),
            col(PushSubscription.id),
            col(PushSubscription.endpoint),
            col(PushSubscription.p256dh),
            col(PushSubscription.auth),
            col(Alert.id),
            col(Alert.kind),
            col(PushMessage.attempts),
        )
        .join(PushSubscription, col(PushMessage.push_subscription_id) == col(PushSubscription.id))
        .join(Alert, col(PushMessage.alert_id) == col(Alert.id))
        .where(mine)
    )
    return [Push(*row) for row in await tx.rows(wanted)]


async def settle_push(tx: Transaction, push: Push, due_at: datetime | None) -> None:
    await tx.session.execute(update(PushMessage).where(col(PushMessage.id) == push.message_id).values(due_at=due_at))


async def end_subscription(tx: Transaction, push: Push) -> None:
    """The device is gone: nothing more is sent to it."""
    ended = {"ended_at": tx.now, "changed_at": tx.now, "version": col(PushSubscription.version) + 1}
    gone = col(PushSubscription.id) == push.subscription_id, col(PushSubscription.ended_at).is_(None)
    await tx.session.execute(update(PushSubscription).where(*gone).values(**ended))
    waiting = col(PushMessage.push_subscription_id) == push.subscription_id
    await tx.session.execute(update(PushMessage).where(waiting).values(due_at=None))


def subscriptions_of(employee_id: UUID | None) -> Select[Any]:
    mine = col(PushSubscription.employee_id) == employee_id, col(PushSubscription.ended_at).is_(None)
    return select(PushSubscription).where(*mine)
