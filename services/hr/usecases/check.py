"""DBS checks: started, taken step by step, and what they say about visiting alone."""

from datetime import date
from typing import Any
from uuid import UUID

from services.common.auth import Persona
from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts
from services.hr.domain.clearance import Clearance, answer_of
from services.hr.domain.dbs_check import CheckUnderWay, DbsCheck, NewDbsCheck, Progress
from services.hr.domain.rule import RuleCode
from services.hr.domain.waiting import Thresholds, days_between
from services.hr.events import ClearanceChanged
from services.hr.store import checks, people

Checked = tuple[DbsCheck, Clearance | None]


async def start_dbs_check(tx: Transaction, new: NewDbsCheck) -> Checked:
    """A check begins. Raises `UnknownEmployee`, `CheckUnderWay`, `StepInTheFuture` or `WaitsOnSomebody`."""
    await tx.require_team(new.team_id)
    await people.known(tx, new.employee_id, lock=True)
    check = DbsCheck.started(new, tx.today, tx.now)
    if await checks.is_under_way(tx, new.employee_id):
        raise CheckUnderWay
    tx.add(check)
    return check, await _settle(tx, check)


async def progress_dbs_check(tx: Transaction, check_id: UUID, step: Progress, if_match: int) -> Checked:
    """A check takes its next step, or there is news within the same one.

    Raises `StepInTheFuture`, `StepOutOfOrder`, `StepNotPossible` or `WaitsOnSomebody`.
    """
    check: DbsCheck = await tx.get(DbsCheck, check_id, lock=True)
    require_version(check, if_match)
    await people.known(tx, check.employee_id, lock=True)
    check.progress(step, tx.today, tx.now)
    return check, await _settle(tx, check)


async def read_dbs_check(tx: Transaction, check_id: UUID) -> Checked:
    check: DbsCheck = await tx.get(DbsCheck, check_id)
    return check, await checks.clearance(tx, check.employee_id)


async def waiting(tx: Transaction, request: PageRequest, team_id: UUID, *, as_of: date | None) -> dict[str, Any]:
    """What the team waits for, on whom, for how many days, and whom else that concerns by now.

    Only HR is told of a check that waits for its certificate to be weighed. Raises `NoRuleInForce`.
    """
    await tx.require_team(team_id)
    day = as_of or tx.today
    told = await amounts(tx, day, RuleCode.HEATSHIELD_TOLD, RuleCode.STEERING_TOLD)
    thresholds = Thresholds(*told)
    for_hr = tx.actor.persona is Persona.HR
    found = await page(tx, await checks.waiting(tx, team_id, day, for_hr=for_hr), DbsCheck, request)
    clocks = [(check, check.clock(for_hr=for_hr)) for check in found["items"]]
    timed = [(check, clock, days_between(clock.since_on, day)) for check, clock in clocks]
    items = [(check, clock, days, thresholds.escalation(days)) for check, clock, days in timed]
    return {"items": items, "next_cursor": found["next_cursor"]}


async def _settle(tx: Transaction, check: DbsCheck) -> Clearance:
    """Bring the answer to "may this person visit alone" up to date, and tell it where it changed.

    A change of ground alone is not told: that a certificate is being weighed is nobody's business but hr's.
    """
    await tx.session.flush()
    answer = answer_of(await checks.of_employee(tx, check.employee_id))
    clearance = await checks.clearance(tx, check.employee_id)
    if clearance is not None and clearance.ground == answer.ground:
        return clearance
    told = clearance is not None and clearance.may_visit_alone == answer.may_visit_alone
    if clearance is None:
        clearance = Clearance.given(check, answer, tx.now)
        tx.add(clearance)
    else:
        clearance.change(check, answer, tx.now)
    if not told:
        changed = ClearanceChanged(
            employee_id=clearance.employee_id,
            team_id=clearance.team_id,
            may_visit_alone=clearance.may_visit_alone,
            since_on=clearance.since_on,
        )
        tx.publish(changed, about=clearance)
    return clearance
