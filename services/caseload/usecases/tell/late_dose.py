"""Late doses: whoever waits for a time-critical medicine is told of, until it is recorded or no longer to be given."""

from datetime import date, datetime, timedelta
from uuid import UUID

from services.caseload.domain.administration import Administration, gap_of
from services.caseload.domain.alert import AlertKind
from services.caseload.domain.due_dose import DoseState, covers, due_doses
from services.caseload.domain.medicine import A_MINUTE, Medicine
from services.caseload.domain.rule import RuleCode
from services.caseload.store import alerts as store
from services.caseload.store import medicines
from services.caseload.usecases.tell.alert import MOST_AT_ONCE, acknowledge, raise_alert
from services.common.auth import SYSTEM
from services.common.db import Database, Transaction
from services.common.rulebook import amounts, rule_in_force

BEFORE_ALL = (UUID(int=0), date.min)


async def raise_late_doses(database: Database, at: datetime | None = None) -> int:
    """Tell of time-critical doses whose window has closed without a record. How many there were.

    All that may be late are walked through, some in each transaction, whatever becomes of those before.
    """
    raised, after, seen = 0, BEFORE_ALL, MOST_AT_ONCE
    while seen == MOST_AT_ONCE:
        async with database.transaction(SYSTEM) as tx:
            tx.now = at or tx.now
            days = [tx.today - timedelta(days=1), tx.today]
            (critical,) = await amounts(tx, tx.today, RuleCode.TIME_CRITICAL_MINUTES)
            found = await store.medicines_with_late_doses(tx, days, critical, after=after, most=MOST_AT_ONCE)
            for medicine, day in found:
                raised += await _raise_late(tx, medicine, day, (medicine.window_minutes or critical) * A_MINUTE)
                after = medicine.id, day
            seen = len(found)
    return raised


async def _raise_late(tx: Transaction, medicine: Medicine, day: date, window: timedelta) -> int:
    recorded = await medicines.of_day(tx, [medicine.course_id], day)
    told = await store.due_dates_told(tx, [medicine.id], AlertKind.LATE_DOSE)
    share = await rule_in_force(tx, RuleCode.MEDICINE_GAP, tx.today)
    gap = gap_of(medicine, window, share.amount / share.per)
    late = [
        dose.due_at
        for dose in due_doses(medicine, day, window, gap, recorded[medicine.course_id], tx.now)
        if dose.state is DoseState.LATE and dose.due_at >= medicine.awaited_from
    ]
    new = [due_at for due_at in late if (medicine.id, due_at) not in told]
    for due_at in new:
        await raise_alert(tx, AlertKind.LATE_DOSE, medicine, due_at)
    return len(new)


async def settle_recorded(tx: Transaction, medicine: Medicine, made: Administration, gap: timedelta) -> None:
    """Whoever recorded a dose knows what became of it, whichever medicine of the course was late."""
    for alert in await store.unanswered_of_course(tx, medicine.course_id):
        if covers(made, alert.subject_id, alert.due_at, gap):
            acknowledge(tx, alert)


async def settle_stopped(tx: Transaction, medicine: Medicine) -> None:
    """What is not given any more is not late."""
    for alert in await store.unanswered_of_course(tx, medicine.course_id):
        acknowledge(tx, alert)


async def settle_care_changed(tx: Transaction, client_id: UUID) -> None:
    """The client leaves for a while or for good, or is back: nobody was to give what was due until now."""
    await medicines.await_from_now(tx, client_id)
    for alert in await store.unanswered(tx, AlertKind.LATE_DOSE, client_id=client_id):
        acknowledge(tx, alert)
