"""Alerts: raised when something is late, answered by whoever knows of it, and escalated where nobody does."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from services.caseload.domain.alert import ANSWERED_WITHIN, Alert, AlertKind, OnCallShift, Subject
from services.caseload.domain.rule import RuleCode
from services.caseload.events import AlertAcknowledged, AlertEscalated, AlertRaised
from services.caseload.store import alerts as store
from services.common.auth import SYSTEM
from services.common.db import Database, Transaction, require_version
from services.common.models import TeamOwned
from services.common.paging import PageRequest, page
from services.common.projections import keep_newest
from services.common.rulebook import amounts

MOST_AT_ONCE = 50


async def raise_alert(
    tx: Transaction,
    kind: AlertKind,
    subject: TeamOwned | Subject,
    due_at: datetime,
    *,
    on_call_id: UUID | None = None,
    people: Collection[UUID] = (),
) -> Alert:
    """Tell these people; else the nurse on call, or the whole team where nobody is; and wake their devices."""
    (minutes,) = await amounts(tx, tx.today, ANSWERED_WITHIN[kind])
    alert = Alert.raised(kind, subject, due_at, people, tx.now)
    if not people:
        alert.for_employee_id = on_call_id or await store.on_call(tx, subject.team_id)
    alert.wait(minutes)
    tx.add(alert)
    await _tell(tx, alert)
    return alert


async def reopen_alert(tx: Transaction, alert: Alert, people: Collection[UUID]) -> None:
    """The same is so again, whether somebody answered or not: tell these people, who may be others."""
    (minutes,) = await amounts(tx, tx.today, ANSWERED_WITHIN[AlertKind(alert.kind)])
    alert.reopen(people, tx.now)
    alert.wait(minutes)
    await _tell(tx, alert)


async def _tell(tx: Transaction, alert: Alert) -> None:
    raised = AlertRaised(
        alert_id=alert.id,
        kind=alert.kind,
        client_id=alert.client_id,
        team_id=alert.team_id,
        subject_id=alert.subject_id,
        raised_at=alert.raised_at,
    )
    tx.publish(raised, about=alert)
    await store.wake(tx, alert)


async def list_alerts(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, since: datetime | None, is_open: bool | None
) -> dict[str, Any]:
    """Newest first; with `since` those alone that were raised, escalated or answered after it, or shortly before."""
    wanted = await store.listed(tx, team_id=team_id, since=since, is_open=is_open)
    return await page(tx, wanted, Alert, request, newest_first=True)


async def read_alert(tx: Transaction, alert_id: UUID) -> Alert:
    return await tx.get(Alert, alert_id)


async def acknowledge_alert(tx: Transaction, alert_id: UUID, if_match: int) -> Alert:
    """Somebody of the team knows, and sees to it. Raises `PreconditionFailed` or `AlertAlreadyAcknowledged`."""
    alert = await tx.get(Alert, alert_id, lock=True)
    require_version(alert, if_match)
    acknowledge(tx, alert)
    await tx.session.flush()
    return alert


async def is_unanswered(tx: Transaction, kind: AlertKind, subject_id: UUID) -> bool:
    """Whether somebody was told, and has not said yet that they know."""
    return bool(await store.unanswered(tx, kind, subject_id=subject_id))


async def settle_alerts(tx: Transaction, kind: AlertKind, subject_id: UUID) -> None:
    """Whoever did what was late knows of it, and need not say so as well."""
    for alert in await store.unanswered(tx, kind, subject_id=subject_id):
        acknowledge(tx, alert)


def acknowledge(tx: Transaction, alert: Alert) -> None:
    alert.acknowledge(tx.actor.employee_id, tx.now)
    acknowledged = AlertAcknowledged(
        alert_id=alert.id,
        kind=alert.kind,
        client_id=alert.client_id,
        team_id=alert.team_id,
        raised_at=alert.raised_at,
        acknowledged_at=tx.now,
    )
    tx.publish(acknowledged, about=alert)


async def remember_shift(tx: Transaction, shift: dict[str, Any], *, is_cancelled: bool) -> None:
    """Who is on call when, as roster last planned it; a shift that was cancelled ends as it begins."""
    await keep_newest(tx, OnCallShift, shift | ({"ends_at": shift["starts_at"]} if is_cancelled else {}))


async def raise_overdue_reviews(database: Database) -> int:
    """Tell the team of broken glass that nobody has reviewed in time. How many there were."""
    async with database.transaction(SYSTEM) as tx:
        late = await store.overdue_reviews(tx, most=MOST_AT_ONCE)
        for opened in late:
            await raise_alert(tx, AlertKind.BREAK_GLASS_NOT_REVIEWED, opened, opened.review_due_at)
    return len(late)


async def escalate_some(database: Database, at: datetime | None = None) -> int:
    """Tell everybody of the team what nobody answered within the rule's minutes. How many there were."""
    async with database.transaction(SYSTEM) as tx:
        tx.now = at or tx.now
        late = await store.to_escalate(tx, most=MOST_AT_ONCE)
        for alert in late:
            within = ANSWERED_WITHIN[AlertKind(alert.kind)]
            minutes, most = await amounts(tx, tx.today, within, RuleCode.ALERT_MOST)
            alert.escalate(minutes, most, tx.now)
            escalated = AlertEscalated(
                alert_id=alert.id,
                kind=alert.kind,
                client_id=alert.client_id,
                team_id=alert.team_id,
                raised_at=alert.raised_at,
                escalated_at=tx.now,
                escalations=alert.escalations,
            )
            tx.publish(escalated, about=alert)
            await store.wake(tx, alert)
    return len(late)
