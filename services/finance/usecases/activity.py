"""What a contact cost: a line for each of its segments, by the band of whoever gave the care, as far as it is known.

The same facts give the same cost in whatever order they are heard of.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.finance.domain import ledger as book
from services.finance.domain.activity import ActivityLine, RecordedContact, cost_contact, wait_again
from services.finance.domain.budget import Budget, budget_on
from services.finance.domain.contract import AgreedContract, contract_on
from services.finance.domain.cost import HourlyCost, hourly_cost
from services.finance.domain.outcome import counts_on
from services.finance.events import ActivityCosted
from services.finance.store import activity, budgets, contracts, financial_assessments, ledger, rates, reablement


async def record_activity(tx: Transaction, contact: RecordedContact) -> None:
    """Care was given. A contact heard of twice makes its lines once."""
    await tx.take_turns(contact.client_id, contact.employee_id)
    if await activity.is_known(tx, contact.care_contact_id):
        return
    is_free = await reablement.is_free(tx, contact.client_id, contact.occurred_on)
    counting = counts_on(await financial_assessments.standing_of(tx, contact.client_id), contact.occurred_on)
    outcome = None if counting is None else counting.outcome
    lines = ActivityLine.lines_of(contact, is_free=is_free, now=tx.now, outcome=outcome)
    tx.session.add_all(lines)
    await tx.session.flush()
    await _cost(tx, contact.employee_id, lines)


async def remember_contract(tx: Transaction, agreed: AgreedContract) -> None:
    """Somebody's terms are known or have changed, so what they did is costed where another band counts for it now."""
    await tx.take_turns(agreed.employee_id)
    await contracts.keep(tx, agreed)
    await _cost(tx, agreed.employee_id, await activity.of_employee(tx, agreed.employee_id))


async def _cost(tx: Transaction, employee_id: UUID, lines: Sequence[ActivityLine]) -> None:
    """Cost these lines, all of one employee and contact by contact, where their band is not the one that counts."""
    standing = await contracts.of_employee(tx, employee_id)
    if not standing or not lines:
        return
    teams = sorted({line.team_id for line in lines})
    await tx.take_turns(*teams)
    known, pooled = await rates.of_kinds(tx, *rates.COSTING), await budgets.of_teams(tx, teams)
    entries: list[book.Entry] = []
    for _, of_one in groupby(lines, key=lambda line: line.care_contact_id):
        contact = list(of_one)
        first = contact[0]
        contract = contract_on(standing, first.team_id, first.occurred_on)
        if contract is not None and contract.band == first.band:
            continue
        hourly = hourly_cost(contract.band, first.occurred_on, known) if contract else None
        if hourly is not None or first.band is not None:
            entries += _costed(tx, contact, hourly, budget_on(pooled, first.team_id, first.occurred_on))
    await ledger.enter(tx, entries)


def _costed(
    tx: Transaction, lines: Sequence[ActivityLine], hourly: HourlyCost | None, budget: Budget | None
) -> list[book.Entry]:
    """The contact at this cost or, without one, waiting again; what it had cost before is put right in the ledger."""
    first, pence = lines[0], None
    kind = book.JournalKind.CONTACT_COSTED if first.band is None else book.JournalKind.COST_CORRECTED
    before = sum(line.cost_pence or 0 for line in lines)
    if hourly is None:
        wait_again(lines, tx.now)
    else:
        pence = cost_contact(lines, hourly, tx.now)
    costed = ActivityCosted(
        care_contact_id=first.care_contact_id,
        team_id=first.team_id,
        cost_pence=pence,
        minutes=sum(line.minutes for line in lines),
        costed_at=tx.now,
    )
    tx.publish(costed, about=first)
    more = (pence or 0) - before
    source, budget_id = (first.care_contact_id, first.version), budget.id if budget else None
    about: dict[str, Any] = {"team_id": first.team_id, "budget_id": budget_id, "on": first.occurred_on}
    return [book.contact_costed(kind, source, **about, pence=more, now=tx.now)] if more else []
