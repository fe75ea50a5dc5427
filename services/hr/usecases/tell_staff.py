"""Telling the trust's HR system who works for the teams: the file of a day, what changed since, and what is wrong."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from services.common.db import Transaction
from services.common.rulebook import rule_in_force
from services.hr.domain.rule import RuleCode
from services.hr.domain.staff_file import Row, StaffFault, StaffFile, no_contract
from services.hr.settings import HrSettings
from services.hr.store import staff as store

# What was being written when the file was asked for is told by the next one. A row that comes twice says the same.
OVERLAP = timedelta(minutes=5)


@dataclass
class Assignments:
    """The rows that are told, what is wrong, and from which instant on to ask for the next changes."""

    next_since: datetime
    rows: list[Row] = field(default_factory=list)
    faults: list[StaffFault] = field(default_factory=list)


async def tell_staff(tx: Transaction, day: date, since: datetime | None, settings: HrSettings) -> Assignments:
    """Every contract in force on a day, or every one that changed, began or ended since an instant.

    Raises `NoRuleInForce` for a day before there was a whole week's work to compare with.
    """
    full_time = await rule_in_force(tx, RuleCode.FULL_TIME, day, field="/query/on")
    file, found = StaffFile(day, settings.staff_file_employer, full_time.amount), Assignments(tx.now - OVERLAP)
    async for contract, employee, membership in _assignments(tx, day, since):
        faults = file.faults(employee, contract, membership)
        found.faults.extend(faults)
        if not any(fault.rule.refuses for fault in faults):
            found.rows.append(file.row(employee, contract, membership))
    found.faults.extend(no_contract(member) for member in await store.members_without_contract(tx, day))
    return found


async def _assignments(tx: Transaction, day: date, since: datetime | None) -> AsyncIterator[Any]:
    """Contracts, whose they are, and their place in the team as it is on the day, or was before."""
    after = None
    while page := await store.contracts(tx, day, since, after):
        places: dict[Any, Any] = {}
        for place in await store.memberships(tx, {employee.id for _, employee in page}):
            if since is not None or place.holds_on(day):
                places[place.employee_id, place.team_id] = place
        for contract, employee in page:
            yield contract, employee, places.get((employee.id, contract.team_id))
        after = page[-1][0].id


def written(rows: list[Row], columns: Mapping[str, str]) -> str:
    """As CSV (RFC 4180), in the layout that the trust's HR system takes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([row[element] for element in columns.values()] for row in rows)
    return out.getvalue()
