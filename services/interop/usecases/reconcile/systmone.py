"""A day with SystmOne: contacts that were recorded here, those that its unit holds, and what is on one side alone."""

from datetime import date, timedelta

from services.common.db import Transaction
from services.common.rulebook import amounts
from services.common.types import midnight_in_england
from services.interop.domain.reconciliation import Difference, Reconciled
from services.interop.domain.rule import RuleCode
from services.interop.domain.systmone_extract import Here, alone
from services.interop.domain.unit_entry import UnitEntryState
from services.interop.store import systmone as store
from services.interop.store import unit_entries
from services.interop.store.unit_entries import Standing

PARTNER = "systmone"
NOT_YET = "no extract has come since the day was over"
NO_NUMBER = "the client has no NHS number here, by which SystmOne could be asked"
NOT_THERE = "SystmOne holds no contact of the team's with this client on the day"
NOT_CLOSE = "SystmOne holds one with this client on the day, but at another time or only once"
NOT_HERE = "SystmOne holds it, with a client of the team's, and it was not recorded here then: was it typed there?"
# Where the entry for a contact stands, if that says more than that SystmOne does not hold it.
ENTRIES = {
    UnitEntryState.WAITING: "its entry waits for the unit's agent",
    UnitEntryState.TAKEN: "the unit's agent has its entry at the moment",
    UnitEntryState.HELD: "its entry is held",
    UnitEntryState.REFUSED: "its entry was refused",
    UnitEntryState.UNKNOWN: "nobody knows yet whether its entry was written: somebody of the team settles it",
    UnitEntryState.LEFT_OUT: "the team left its entry out",
}
SAID_THERE = ", though its agent, or somebody of the team, says that it is there"
NO_CLIENT = "SystmOne holds it, with somebody who is no client of the team's here"


async def reconcile(tx: Transaction, day: date) -> list[Reconciled]:
    """One line, where extracts come and the day is still kept. `about` is the id of the contact, here or of SystmOne's.

    What no extract could tell yet is not sent; it is as the newest extract says.
    """
    days, apart = await amounts(tx, tx.today, RuleCode.SYSTMONE_DAYS, RuleCode.SYSTMONE_APART)
    newest = await store.newest_taken(tx)
    if newest is None or day < tx.today - timedelta(days=days):
        return []
    received_at, team_ids = newest
    since, until = midnight_in_england(day), midnight_in_england(day + timedelta(days=1))
    here = await store.recorded_here(tx, team_ids, since, until)
    there = await store.held_there(tx, team_ids, day)
    missing, unexpected = alone(here, there, timedelta(minutes=apart))
    seen = {(one.team_id, one.nhs_number) for one in there}
    entries = await unit_entries.of_contacts(tx, missing)

    def reason(one: Here) -> str:
        if received_at < until:
            return NOT_YET
        entry = entries.get(one.id)
        if entry is not None and entry.state in ENTRIES:
            return _stands(entry)
        if one.nhs_number is None:
            return NO_NUMBER
        told = NOT_CLOSE if (one.team_id, one.nhs_number) in seen else NOT_THERE
        return told if entry is None else f"{told}{SAID_THERE}"

    clients = await store.clients_among(tx, unexpected.values())
    differences = [Difference(str(one.id), "not_sent", reason(one)) for one in missing.values()]
    for held in unexpected:
        told = NOT_HERE if clients[held] else NO_CLIENT
        differences.append(Difference(str(held), "unexpected", told))
    same = len(here) - len(missing)
    return [Reconciled(PARTNER, None, len(here), same, same, tuple(differences))]


def _stands(entry: Standing) -> str:
    told = ENTRIES[UnitEntryState(entry.state)]
    return f"{told}: {entry.reason}" if entry.state in (UnitEntryState.HELD, UnitEntryState.REFUSED) else told
