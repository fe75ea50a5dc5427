"""Writing a part of a care plan anew: it has one version more, what was written stays known, and the others hear."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm.attributes import flag_modified

from services.caseload.domain.care_plan import CarePlan, CarePlanLine, CarePlanStatus
from services.caseload.domain.plan_edit import PlanEdit, PlanPart
from services.caseload.events import CarePlanChanged
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


async def write_anew(
    tx: Transaction, part: PlanPart, content: dict[str, Any], by: UUID | None, **sent: Any
) -> PlanEdit:
    """`sent` says by which device, where it was one, and whether two versions were settled so."""
    part.write(content, by)
    part.plan.changed_at = tx.now
    # A version more, even where the device's clock said the same instant twice.
    flag_modified(part.plan, "changed_at")
    await tx.session.flush()
    about: dict[str, Any] = {"team_id": part.plan.team_id, "care_plan_id": part.plan.id, "line_id": part.line_id}
    said: dict[str, Any] = {"content": part.content, "made_by": by, "made_version": part.plan.version}
    edit = PlanEdit(**about, **said, **{"happened_at": tx.now, **sent})
    tx.add(edit)
    if part.line is not None and part.plan.status == CarePlanStatus.AGREED:
        _tell_of_change(tx, part.plan, part.line)
    return edit


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
