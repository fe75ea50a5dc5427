"""Words of a care plan that were written offline: applied where nobody else wrote there meanwhile, else both kept."""

from typing import Any
from uuid import UUID

from services.caseload.domain.care_plan import CarePlan
from services.caseload.domain.plan_edit import PlanPart
from services.caseload.domain.plan_history import History
from services.caseload.domain.sync_conflict import ConflictKind, SyncConflict, SyncVersion
from services.caseload.domain.sync_operation import BaseVersionNeeded, BaseVersionUnknown, SyncOutcome
from services.caseload.events import CarePlanConflicted
from services.caseload.store import sync_conflicts as conflicts
from services.caseload.usecases.plan_words import history_of, part_of, show
from services.caseload.usecases.sync.opening import open_conflict
from services.caseload.usecases.sync.operation import Effect, Op
from services.common.db import Transaction


async def write_offline(tx: Transaction, op: Op, line_id: UUID | None) -> Effect:
    """Raises `NotFound`, `BaseVersionNeeded` or `BaseVersionUnknown`."""
    plan = await tx.get(CarePlan, op.sent.about["care_plan_id"], lock=True)
    part = await part_of(tx, plan, line_id)
    base = op.sent.base_version
    if base is None:
        raise BaseVersionNeeded
    if base > plan.version:
        raise BaseVersionUnknown
    sent: dict[str, Any] = {"device_id": op.device_id, "sequence": op.sent.sequence}
    made: dict[str, Any] = {"base_version": base, "operation_id": op.sent.operation_id}
    said = part.said(op.body.model_dump(), tx.actor.employee_id, op.happened_at, **made, **sent)
    history = await history_of(tx, part, said)
    if part.conflict_id is None and not history.disputed:
        await show(tx, part, history)
        return Effect(version=plan.version)
    conflict = await _conflict_of(tx, op, part, history)
    await show(tx, part, history)
    await _keep_versions(tx, conflict, history)
    return Effect(SyncOutcome.CONFLICT, plan.version, conflict.id)


async def _conflict_of(tx: Transaction, op: Op, part: PlanPart, history: History) -> SyncConflict:
    """The open one, or a new one, with everybody who said one of its versions."""
    people = [edit.made_by for edit in history.disputed]
    if part.conflict_id is not None:
        conflict = await tx.get(SyncConflict, part.conflict_id, lock=True)
        conflict.name(*people)
        conflict.changed_at = op.now
        return conflict
    kind = ConflictKind.WHO_TO_CALL if part.line is None else ConflictKind.LINE
    conflict = SyncConflict.opened(part.plan, kind, op.now, line_id=part.line_id)
    await open_conflict(tx, conflict, *people)
    part.be_in_conflict(conflict.id)
    about = {"care_plan_id": part.plan.id, "line_id": part.line_id, "people": conflict.people}
    told = {"client_id": conflict.client_id, "team_id": conflict.team_id, "opened_at": conflict.opened_at}
    tx.publish(CarePlanConflicted(conflict_id=conflict.id, **about, **told), about=conflict)
    return conflict


async def _keep_versions(tx: Transaction, conflict: SyncConflict, history: History) -> None:
    """What was said, each by the id of its edit, which of it is shown, and which somebody wrote anew."""
    kept = {one.id: one for one in await conflicts.versions(tx, conflict.id)}
    for edit in history.disputed:
        said = edit.model_dump(include={"id", "made_by", "happened_at", "operation_id", "device_id"})
        whose: dict[str, Any] = {"conflict_id": conflict.id, "team_id": conflict.team_id}
        version = kept.get(edit.id) or SyncVersion(**said, **whose, content={})
        version.content = history.content_of(edit)
        version.is_live, version.is_superseded = edit is history.live, history.is_superseded(edit)
        tx.add(version)
    await tx.session.flush()
