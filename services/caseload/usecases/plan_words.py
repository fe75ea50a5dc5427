"""Writing a part of a care plan anew: it has one version more, what was written stays known, and the others hear."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified

from services.caseload.domain.care_plan import CarePlan, CarePlanLine, CarePlanStatus
from services.caseload.domain.plan_edit import PlanEdit, PlanPart
from services.caseload.domain.plan_history import History
from services.caseload.events import CarePlanChanged
from services.caseload.store import plan_edits as store
from services.caseload.store import records
from services.common.db import Transaction
from services.common.errors import NotFound


async def part_of(tx: Transaction, plan: CarePlan, line_id: UUID | None) -> PlanPart:
    """Raises `NotFound` for a line that is not one of this plan's."""
    if line_id is None:
        return PlanPart(plan)
    line = next((line for line in await records.lines(tx, plan.id) if line.id == line_id), None)
    if line is None:
        raise NotFound("care_plan_line")
    return PlanPart(plan, line)


async def history_of(tx: Transaction, part: PlanPart, *said: PlanEdit) -> History:
    """All that was said of it, and what is said now."""
    before = list(await store.edits(tx, part.plan.id, part.line_id))
    if not before:
        before = [part.first()]
    tx.session.add_all([*before, *said])
    return History([*before, *said])


async def write_anew(
    tx: Transaction, part: PlanPart, content: dict[str, Any], by: UUID | None, *, is_settlement: bool = False
) -> None:
    """By somebody who has before them what it says now; where they settled two versions, both give way to them."""
    history = await history_of(tx, part, part.said(content, by, tx.now, is_settlement=is_settlement))
    if is_settlement:
        part.be_in_conflict(None)
    await show(tx, part, history)


async def show(tx: Transaction, part: PlanPart, history: History) -> None:
    """Let the plan say what is to be shown; where that is what it says already, it has no version more."""
    live, plan = history.live, part.plan
    content = history.content_of(live)
    if live is history.shown and content == part.content:
        return
    part.show(content, live.made_by)
    plan.changed_at = tx.now
    # A version more, even where the device's clock said the same instant twice.
    flag_modified(plan, "changed_at")
    await tx.session.flush()
    live.shown_from = [*live.shown_from, plan.version]
    if part.line is not None and plan.status == CarePlanStatus.AGREED:
        _tell_of_change(tx, plan, part.line)


def _tell_of_change(tx: Transaction, plan: CarePlan, line: CarePlanLine) -> None:
    changed = CarePlanChanged(
        care_plan_id=plan.id,
        line_id=line.id,
        client_id=plan.client_id,
        team_id=plan.team_id,
        domain=line.domain,
        intervention=line.intervention,
        plan_version=plan.version,
        changed_at=tx.now,
    )
    tx.publish(changed, about=plan)
