"""Giving medicines: once, by whoever may, and put on record; what is given against the rules is an incident."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.caseload.domain.administration import (
    Administration,
    Dose,
    NewAdministration,
    Outcome,
    against,
    gap_of,
)
from services.caseload.domain.controlled_drug import Change, NotAControlledDrug, StockEntry
from services.caseload.domain.delegation import DelegatedTask, NotDelegated
from services.caseload.domain.medicine import Medicine
from services.caseload.domain.rule import RuleCode
from services.caseload.events import IncidentRaised
from services.caseload.store import disputed_doses
from services.caseload.store import medicines as store
from services.caseload.usecases import tell
from services.caseload.usecases.lend import require_there
from services.caseload.usecases.prescribe import require_registered, window_at
from services.common.db import Transaction
from services.common.paging import PageRequest, page
from services.common.rulebook import rule_in_force
from services.common.types import day_in_england


async def record_administration(tx: Transaction, new: NewAdministration) -> Administration:
    """Record what became of a dose. Its course is held meanwhile, so that of two at once one comes second; what is in
    dispute counts as given.

    Raises `NotDelegated`, `OnlyARegisteredNurse`, `NotInTheTeam`, `MedicineNotInForce`, `WitnessedByGiver`,
    `NotAControlledDrug` or `StockTooLow`; and without an override `DoseAlreadyRecorded`, `GivenTooRecently`,
    `TooManyInADay` or `NotYetDue`.
    """
    medicine, course = await store.held(tx, new.medicine_id)
    giver = await _require_may_give(tx, medicine, new)
    window = await window_at(tx, medicine, new.happened_at)
    due_at = medicine.dose_at(new.happened_at, window)
    share = await rule_in_force(tx, RuleCode.MEDICINE_GAP, day_in_england(new.happened_at))
    gap = gap_of(medicine, window, share.amount / share.per)
    dose = Dose(new.happened_at, due_at, window, gap, new.outcome is Outcome.GIVEN)
    made = Administration.recorded(new, medicine, dose, giver, tx.actor.employee_id, tx.now)
    others = await store.around(tx, medicine, dose.at, due_at, gap)
    disputed = await disputed_doses.around(tx, medicine, dose.at, gap, new.id)
    found = against(medicine, dose, [*others, *(one.counted(medicine, window) for one in disputed)])
    if found is not None and new.override_reason is None:
        raise found
    made.overrode = found.code() if found else None
    tx.add(made)
    _take_from_stock(tx, medicine, made)
    if any(one.time_critical for one in course):
        await tell.settle_recorded(tx, medicine, made, gap)
    if found is not None:
        tell_of_incident(tx, made, found.code())
    await tx.session.flush()
    return made


async def _require_may_give(tx: Transaction, medicine: Medicine, new: NewAdministration) -> UUID:
    """Who gave it, if they may: a registered nurse, or somebody to whom it was delegated at that time.

    A registered nurse alone records what somebody else gave, or what was given against the rules.
    """
    by = tx.actor.employee_id
    giver = new.employee_id or by
    if giver is None:
        raise NotDelegated
    people = {"/body/employee_id": giver} | ({"/body/witness_id": new.witness_id} if new.witness_id else {})
    await require_there(tx, medicine.team_id, new.happened_at, people)
    if giver != by or new.override_reason is not None:
        await require_registered(tx, medicine.team_id)
    if not await store.is_registered(tx, medicine.team_id, giver):
        await _require_delegated(tx, medicine, giver, new.happened_at)
    return giver


async def _require_delegated(tx: Transaction, medicine: Medicine, giver: UUID, at: datetime) -> None:
    """It was delegated to them, and they were signed off for it, both at that time. Raises `NotDelegated`."""
    delegated = await store.delegations(tx, medicine, giver)
    if not any(one.holds_at(at) for one in delegated):
        raise NotDelegated
    task = DelegatedTask.GIVE_MEDICINE
    if await store.competence_at(tx, medicine.team_id, giver, task, at) is None:
        raise NotDelegated


def _take_from_stock(tx: Transaction, medicine: Medicine, made: Administration) -> None:
    """Raises `NotAControlledDrug` or `StockTooLow`."""
    if made.stock_used is None:
        return
    if not medicine.is_controlled:
        raise NotAControlledDrug("/body/stock_used")
    change = Change.by_administration(made.id, made.stock_used, made.happened_at)
    tx.add(StockEntry.of(medicine, change, tx.actor.employee_id, tx.now))


def tell_of_incident(tx: Transaction, about: Any, kind: str) -> None:
    """What must not happen has happened with a medicine, and is counted."""
    raised = IncidentRaised(
        incident_id=about.id,
        kind=kind,
        client_id=about.client_id,
        team_id=about.team_id,
        medicine_id=about.medicine_id,
        raised_at=tx.now,
    )
    tx.publish(raised, about=about)


async def read_administration(tx: Transaction, administration_id: UUID) -> Administration:
    return await tx.get(Administration, administration_id)


async def list_administrations(
    tx: Transaction, request: PageRequest, *, client_id: UUID | None, medicine_id: UUID | None
) -> dict[str, Any]:
    """Newest first."""
    wanted = await store.listed(tx, Administration, client_id=client_id, medicine_id=medicine_id)
    return await page(tx, wanted, Administration, request, newest_first=True)


async def administrations_of_medicine(tx: Transaction, request: PageRequest, medicine_id: UUID) -> dict[str, Any]:
    """Newest first. Whoever reads the medicine reads them: through broken glass as well. Raises `NotFound`."""
    medicine = await tx.get(Medicine, medicine_id)
    return await page(tx, store.administrations_of(medicine), Administration, request, newest_first=True)
