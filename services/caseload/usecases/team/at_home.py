"""After hospital: a discharge is written down, and 91 days later it is asked whether the client is still at home."""

from datetime import date
from typing import Any
from uuid import UUID

from services.caseload.domain.at_home import (
    AT_HOME,
    DischargeAlreadyRecorded,
    Found,
    HospitalDischarge,
    NewHospitalDischarge,
    at_home_cells,
)
from services.caseload.domain.client import Client
from services.caseload.domain.due import Due
from services.caseload.domain.rule import RuleCode
from services.caseload.store import around, reaching
from services.caseload.usecases.settled import quarter_told
from services.common.db import Transaction
from services.common.figures import hidden
from services.common.paging import PageRequest, page
from services.common.reach import reads
from services.common.rulebook import amounts, smallest_cell


async def record_hospital_discharge(tx: Transaction, new: NewHospitalDischarge) -> HospitalDischarge:
    """Somebody came home from hospital. Raises `NotFound` or `DischargeAlreadyRecorded`."""
    client = await tx.get(Client, new.client_id)
    (days,) = await amounts(tx, new.discharged_on, RuleCode.AT_HOME_DAYS)
    discharge = HospitalDischarge.recorded(new, client, days, tx.actor.employee_id, tx.now)
    async with tx.refusing({"one_discharge_a_day": DischargeAlreadyRecorded}):
        tx.add(discharge)
    return discharge


async def move_hospital_discharge(tx: Transaction, discharge: HospitalDischarge, day: date) -> None:
    """It was on another day. Raises `DischargeAlreadyRecorded`."""
    async with tx.refusing({"one_discharge_a_day": DischargeAlreadyRecorded}):
        discharge.was_on(day, tx.now)


async def list_hospital_discharges(
    tx: Transaction, request: PageRequest, *, client_id: UUID | None, due: Due | None
) -> dict[str, Any]:
    """Discharges of a client, or those of whom it is to be asked where they are."""
    wanted = await around.listed(tx, HospitalDischarge, client_id=client_id, due=due)
    return await page(tx, wanted, HospitalDischarge, request)


async def read_hospital_discharge(tx: Transaction, discharge_id: UUID) -> HospitalDischarge:
    return await tx.get(HospitalDischarge, discharge_id)


async def find_discharged(tx: Transaction, discharge_id: UUID, told: Found, if_match: int) -> HospitalDischarge:
    """Where the client is on the last day. Raises `AlreadyFound`, `StepBeforeTheLast` or `TooEarlyToTell`."""
    discharge = await around.for_change(tx, HospitalDischarge, discharge_id, if_match)
    discharge.find(told, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return discharge


async def at_home_figures(tx: Transaction, team_id: UUID, as_of: date | None) -> dict[str, Any]:
    """The share of a quarter's discharges who were still at home. Outside the team few are hidden.

    There it is told of quarters of which everybody's days are over and the figures closed. Raises `NotFound` or
    `QuarterNotOver`.
    """
    await tx.require_team(team_id)
    days, from_age = await amounts(tx, tx.today, RuleCode.AT_HOME_DAYS, RuleCode.AT_HOME_AGE)
    quarter = await quarter_told(tx, as_of, after_days=days)
    found = await reaching.discharges(tx, team_id, quarter.first, quarter.last, quarter.until)
    cells = at_home_cells(found, from_age)
    away = hidden(cells, AT_HOME, await smallest_cell(tx))
    told = {name: None if name in away else cell.amount for name, cell in cells.items()}
    at_home, elsewhere = told["at_home"], told["elsewhere"]
    asked = None if at_home is None or elsewhere is None else at_home + elsewhere
    return {
        "team_id": team_id,
        "quarter_on": quarter.first,
        "days": days,
        "from_age": from_age,
        **told,
        "rate": round(at_home / asked, 4) if asked and at_home is not None else None,
    }


async def people_discharged(tx: Transaction, request: PageRequest, team_id: UUID, as_of: date | None) -> dict[str, Any]:
    """Whom the rate is made of, page by page, for the team itself. Raises `NotFound`."""
    await tx.require_team(team_id)
    quarter = await quarter_told(tx, as_of)
    wanted = reaching.discharged_between(team_id, quarter.first, quarter.last)
    found = await page(tx, wanted, HospitalDischarge, request)
    names = await reaching.names_of(tx, (one.client_id for one in found["items"]))
    for one in found["items"]:
        reads(tx, one.client_id, team_id)
    items = [one.model_dump() | names[one.client_id] for one in found["items"]]
    return {"quarter_on": quarter.first, "items": items, "next_cursor": found["next_cursor"]}
