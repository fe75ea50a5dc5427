"""Words of a care plan that were written offline: applied where nobody else wrote there meanwhile, else both kept."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.caseload.domain.care_plan import CarePlan
from services.caseload.domain.plan_edit import PlanEdit, PlanPart, unknown_to
from services.caseload.domain.sync_conflict import ConflictKind, SyncConflict, SyncVersion, live_of
from services.caseload.domain.sync_operation import BaseVersionNeeded, BaseVersionUnknown, SyncOutcome
from services.caseload.events import CarePlanConflicted
from services.caseload.store import sync as store
from services.caseload.store import sync_conflicts as conflicts
from services.caseload.usecases.plan_words import part_of, write_anew
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
    edits = await store.edits(tx, plan.id, line_id, base)
    unknown = unknown_to(edits, base, op.device_id)
    if part.conflict_id is None and not unknown:
        await write_anew(tx, part, op.body.model_dump(), tx.actor.employee_id, **_sent(op))
        return Effect(version=plan.version)
    conflict = await _conflict_of(tx, op, part, edits, unknown)
    await _add_version(tx, op, part, conflict)
    return Effect(SyncOutcome.CONFLICT, plan.version, conflict.id)


async def _conflict_of(
    tx: Transaction, op: Op, part: PlanPart, edits: Sequence[PlanEdit], unknown: Sequence[PlanEdit]
) -> SyncConflict:
    """The open one, or a new one, of which what the plan says now is a version."""
    if part.conflict_id is not None:
        return await tx.get(SyncConflict, part.conflict_id, lock=True)
    first, last = unknown[0], edits[-1]
    kind = ConflictKind.WHO_TO_CALL if part.line is None else ConflictKind.LINE
    conflict = SyncConflict.opened(part.plan, kind, op.now, line_id=part.line_id)
    conflict.name(tx.actor.employee_id, *(edit.made_by for edit in unknown))
    tx.add(conflict)
    await tx.session.flush()
    stands: dict[str, Any] = {"content": part.content, "is_live": True}
    said: dict[str, Any] = {"made_by": last.made_by, "happened_at": last.happened_at, "operation_id": last.operation_id}
    branch: dict[str, Any] = {
        "began_at": first.happened_at,
        "began_with": first.key,
        "was_settled": _is_settled(unknown),
    }
    whose: dict[str, Any] = {"conflict_id": conflict.id, "team_id": conflict.team_id, "device_id": last.device_id}
    tx.add(SyncVersion(**stands, **said, **branch, **whose))
    part.be_in_conflict(conflict.id)
    about = {"care_plan_id": part.plan.id, "line_id": part.line_id, "people": conflict.people}
    told = {"client_id": conflict.client_id, "team_id": conflict.team_id, "opened_at": conflict.opened_at}
    await tx.session.flush()
    tx.publish(CarePlanConflicted(conflict_id=conflict.id, **about, **told), about=conflict)
    return conflict


def _is_settled(edits: Sequence[PlanEdit]) -> bool:
    return any(edit.is_settlement for edit in edits)


async def _add_version(tx: Transaction, op: Op, part: PlanPart, conflict: SyncConflict) -> None:
    """Keep what was written as a version, and show the one that is to be shown."""
    versions = list(await conflicts.versions(tx, conflict.id))
    before = _of_own_branch(op, versions)
    made_by = tx.actor.employee_id
    version = SyncVersion(
        conflict_id=conflict.id,
        team_id=conflict.team_id,
        content=_whole(op, part),
        made_by=made_by,
        happened_at=op.happened_at,
        operation_id=op.sent.operation_id,
        device_id=op.device_id,
        began_at=op.happened_at,
        began_with=op.sent.operation_id,
    )
    if before is not None:
        version.began_at, version.began_with = before.began_at, before.began_with
        version.was_settled, before.is_superseded = before.was_settled, True
    tx.add(version)
    conflict.name(made_by)
    conflict.changed_at = op.now
    await _show(tx, part, [*versions, version])


def _of_own_branch(op: Op, versions: Sequence[SyncVersion]) -> SyncVersion | None:
    """What the same device said before of the same thing: its later word stands in the place of its earlier one."""
    own = (one for one in versions if one.device_id == op.device_id and not one.is_superseded)
    return next(own, None)


def _whole(op: Op, part: PlanPart) -> dict[str, Any]:
    """What was written, with the code that it left as it was."""
    content = op.body.model_dump()
    if "intervention" in content and content["intervention"] is None:
        content["intervention"] = part.content["intervention"]
    return content


async def _show(tx: Transaction, part: PlanPart, versions: Sequence[SyncVersion]) -> None:
    """Let the plan say what is to be shown; where that is what it says already, it has no version more."""
    live = live_of(versions)
    if not live.is_live:
        for one in versions:
            one.is_live = one is live
        sent = {"device_id": live.device_id, "operation_id": live.operation_id, "happened_at": live.happened_at}
        await write_anew(tx, part, live.content, live.made_by, **sent)
    await tx.session.flush()


def _sent(op: Op) -> dict[str, Any]:
    sent = op.sent
    return {"device_id": op.device_id, "operation_id": sent.operation_id, "sequence": sent.sequence}
