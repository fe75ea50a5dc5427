"""Medicines: written down as prescribed, stopped, and what of them is due on a day."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.caseload.domain.administration import gap_of
from services.caseload.domain.client import Client
from services.caseload.domain.delegation import OnlyARegisteredNurse
from services.caseload.domain.due_dose import due_doses
from services.caseload.domain.medicine import A_MINUTE, Medicine, NewMedicine, StillGiven, Stop
from services.caseload.domain.rule import RuleCode
from services.caseload.store import disputed_doses
from services.caseload.store import medicines as store
from services.caseload.usecases import tell
from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts, rule_in_force
from services.common.types import day_in_england


async def add_medicine(tx: Transaction, new: NewMedicine) -> Medicine:
    """A registered nurse writes down what was prescribed.

    Raises `OnlyARegisteredNurse`, `TimesTooClose` or `StillGiven`.
    """
    client = await tx.get(Client, new.client_id)
    await require_registered(tx, client.team_id)
    medicine = Medicine.added(new, client, tx.actor.employee_id, tx.now)
    medicine.require_times_apart(await window_at(tx, medicine, tx.now))
    if new.replaces_id is not None:
        medicine.follow(await tx.get(Medicine, new.replaces_id))
    async with tx.refusing({"one_in_force_of_each_course": StillGiven}):
        tx.add(medicine)
    return medicine


async def stop_medicine(tx: Transaction, medicine_id: UUID, stop: Stop, if_match: int) -> Medicine:
    """It is not given any more. Raises `OnlyARegisteredNurse`, `PreconditionFailed` or `MedicineAlreadyStopped`."""
    medicine = await tx.get(Medicine, medicine_id, lock=True)
    await require_registered(tx, medicine.team_id)
    require_version(medicine, if_match)
    medicine.stop(stop, tx.actor.employee_id, tx.now)
    await tell.settle_stopped(tx, medicine)
    await tx.session.flush()
    return medicine


async def read_medicine(tx: Transaction, medicine_id: UUID) -> Medicine:
    return await tx.get(Medicine, medicine_id)


async def list_medicines(tx: Transaction, request: PageRequest, *, client_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await store.listed(tx, Medicine, client_id=client_id), Medicine, request, newest_first=True)


async def list_due_medicines(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, as_of: date | None
) -> dict[str, Any]:
    """The medicines with times on a day, today unless asked otherwise, each with what became of its doses."""
    day = as_of or tx.today
    usual, critical = await amounts(tx, day, RuleCode.MEDICINE_MINUTES, RuleCode.TIME_CRITICAL_MINUTES)
    found = await page(tx, await store.due(tx, day, team_id=team_id), Medicine, request)
    courses = [one.course_id for one in found["items"]]
    recorded, disputed = await store.of_day(tx, courses, day), await disputed_doses.of_day(tx, courses, day)
    share = await rule_in_force(tx, RuleCode.MEDICINE_GAP, day)
    rules = {RuleCode.MEDICINE_MINUTES: usual, RuleCode.TIME_CRITICAL_MINUTES: critical}
    items = []
    for medicine in found["items"]:
        window = (medicine.window_minutes or rules[medicine.window_rule]) * A_MINUTE
        gap = gap_of(medicine, window, share.amount / share.per)
        course = medicine.course_id
        doses = due_doses(medicine, day, window, gap, recorded[course], tx.now, disputed[course])
        items.append({"medicine": medicine, "doses": doses})
    return {**found, "items": items}


async def require_registered(tx: Transaction, team_id: UUID) -> None:
    """Raises `OnlyARegisteredNurse`."""
    if not await store.is_registered(tx, team_id, tx.actor.employee_id):
        raise OnlyARegisteredNurse


async def window_at(tx: Transaction, medicine: Medicine, at: datetime) -> timedelta:
    """How long before and after its time this medicine may be given, by the rule of that day."""
    if medicine.window_minutes is not None:
        return medicine.window_minutes * A_MINUTE
    rule = await rule_in_force(tx, medicine.window_rule, day_in_england(at), field="/body/happened_at")
    return rule.amount * A_MINUTE
