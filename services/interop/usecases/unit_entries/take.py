"""An agent takes what is to be written next, and says what became of it; of what it never said, nobody knows."""

import logging
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from services.common.auth import SYSTEM
from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.rulebook import amounts
from services.common.service import Background, Runtime
from services.common.watching import keep_on
from services.interop.domain.rule import RuleCode
from services.interop.domain.systmone_unit import Units, teams_of, unit_of
from services.interop.domain.unit_entry import NO_ANSWER, Outcome, ToldOutcome, UnitEntry, UnitTake
from services.interop.domain.unit_entry_refusals import AnswerFirst, NotYourTake, NoUnitOfYours, TakeIsOver
from services.interop.partners.patients import unproved
from services.interop.partners.systmone import entry as written
from services.interop.settings import InteropSettings
from services.interop.store import gp_documents, partner_health, resources
from services.interop.store import unit_entries as store

LOOK_SECONDS = 20.0
# What is raised by a record that lacks what ours have, and not by the database.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

log = logging.getLogger(__name__)


class Handed(NamedTuple):
    """What an agent is handed: the entry, the take that it answers for, the unit, and the contact itself."""

    entry: UnitEntry
    take: UnitTake
    unit: str
    contact: written.Contact


def health_name(unit: str) -> str:
    """What the agent of a unit is called among the partners."""
    return f"systmone_agent:{unit}"


async def take_entry(tx: Transaction, device: str, units: Units) -> Handed | None:
    """The next entry for one of the caller's units, to be answered for until the lease is over; None where none waits.

    Whom it cannot be told about is held, and passed over. Raises `NoUnitOfYours` or `AnswerFirst`.
    """
    teams = _teams(tx, units)
    # One at a time, so that of one client no two agents have an entry: a client may have been with two teams.
    await tx.take_turns("systmone-entries")
    if await store.has_one(tx, device, teams):
        raise AnswerFirst
    handed = None
    while handed is None:
        entry = await store.next_waiting(tx, teams)
        if entry is None:
            break
        handed = await _handed(tx, entry, device, teams)
        await tx.session.flush()
    for unit in sorted(teams.values()):
        (await partner_health.of(tx, health_name(unit))).heard(tx.now)
    return handed


async def take_again(tx: Transaction, unit_entry_id: UUID | None, take_id: UUID | None, units: Units) -> None:
    """The answer to a take was lost, and is asked for again; none waited where it has no ids.

    Raises `NoUnitOfYours` or `TakeIsOver`.
    """
    teams = _teams(tx, units)
    if unit_entry_id is None or take_id is None:
        return
    entry = await store.of_teams(tx, unit_entry_id, teams)
    if entry is None:
        raise TakeIsOver
    entry.require_lent(take_id, tx.now)
    tx.about("unit_entry", entry.id)


def _teams(tx: Transaction, units: Units) -> dict[UUID, str]:
    teams = teams_of(tx.actor.subject, units)
    if not teams:
        raise NoUnitOfYours
    return teams


async def _handed(tx: Transaction, entry: UnitEntry, device: str, teams: dict[UUID, str]) -> Handed | None:
    contact = await _contact(tx, entry)
    if isinstance(contact, str):
        entry.hold(contact, tx.now)
        tx.leaves_out([entry])
        return None
    (minutes,) = await amounts(tx, tx.today, RuleCode.SYSTMONE_LEASE)
    take = UnitTake(
        unit_entry_id=entry.id,
        subject=tx.actor.subject,
        device=device,
        taken_at=tx.now,
        until_at=tx.now + timedelta(minutes=minutes),
    )
    await store.forget_given_back(tx, entry.id)
    tx.add(take)
    entry.lend(take, tx.now)
    tx.about("unit_entry", entry.id)
    tx.concerns(entry.client_id)
    return Handed(entry, take, teams[entry.team_id], contact)


async def _contact(tx: Transaction, entry: UnitEntry) -> written.Contact | str:
    """The contact as it is to be written, or why it is not."""
    try:
        sources = await _sources(tx, entry)
        return sources if isinstance(sources, str) else written.contact(sources)
    except UNREADABLE as error:
        log.warning("entry not written", extra={"unit_entry_id": str(entry.id), "error": type(error).__name__})
        return "cannot_be_written"


async def _sources(tx: Transaction, entry: UnitEntry) -> written.Sources | str:
    """What the contact is told from, or why it cannot be told."""
    patient = await gp_documents.patient(tx, entry.client_id)
    found = await store.encounter(tx, entry.care_contact_id)
    reason = unproved(patient)
    if patient is None or reason is not None:
        return reason or "no_patient"
    if found is None:
        return "no_contact"
    encounter, facts = found
    employee_id = written.writer_id(encounter)
    is_told = await gp_documents.found_in(tx, entry.client_id, [encounter])
    return written.Sources(
        patient=patient,
        encounter=encounter,
        facts=facts,
        conditions=await gp_documents.conditions(tx, entry.client_id, is_told),
        practitioner=(await resources.now(tx, "Practitioner", [employee_id])).get(employee_id),
        place=await store.place(tx, employee_id, entry.team_id),
    )


async def hear_outcome(tx: Transaction, unit_entry_id: UUID, told: ToldOutcome, units: Units) -> UnitEntry:
    """What became of an entry, as the agent that had it says; the same again changes nothing.

    Raises `NoUnitOfYours`, `NotFound`, `NotYourTake` or `OutcomeToldBefore`.
    """
    entry = await store.of_teams(tx, unit_entry_id, _teams(tx, units))
    if entry is None:
        raise NotFound("unit_entry")
    take = await store.take(tx, told.take_id, entry)
    if take is None:
        raise NotYourTake
    is_news = take.outcome is None
    entry.hear(take, told, tx.now)
    await tx.session.flush()
    if is_news:
        await _note(tx, unit_of(entry.team_id, units) or "", told)
    return entry


async def _note(tx: Transaction, unit: str, told: ToldOutcome) -> None:
    """What SystmOne refuses of one client says nothing of the agent; what the PC is in want of does."""
    health = await partner_health.of(tx, health_name(unit))
    health.heard(tx.now)
    if told.outcome is Outcome.NOT_TRIED:
        health.failed(str(told.reason), tx.now)
    elif told.outcome is Outcome.WRITTEN:
        health.answered(tx.now)


def end_leases(every: float = LOOK_SECONDS) -> Background:
    """The work of one process beside its requests, for the units too that are written into no more."""

    async def run(runtime: Runtime) -> None:
        units = InteropSettings.of(runtime.settings).systmone_writes

        async def look() -> None:
            async with runtime.database.transaction(SYSTEM) as tx:
                await _end_leases(tx, units)

        await keep_on("systmone_leases", every, look)

    return run


async def _end_leases(tx: Transaction, units: Units) -> None:
    over = await store.leases_over(tx)
    for entry in over:
        entry.lease_is_over(tx.now)
    await tx.session.flush()
    for unit in sorted({unit for one in over if (unit := unit_of(one.team_id, units))}):
        (await partner_health.of(tx, health_name(unit))).failed(NO_ANSWER, tx.now)
