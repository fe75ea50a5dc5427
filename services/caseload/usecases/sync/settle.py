"""A person settles a conflict, in one call: what holds from now on, and that nobody's word was lost."""

from contextlib import suppress
from typing import Any, cast
from uuid import UUID

from uuid6 import uuid7

from services.caseload.domain.administration import Administration, NewAdministration, Outcome
from services.caseload.domain.alert import AlertKind
from services.caseload.domain.care_plan import CarePlan
from services.caseload.domain.plan_edit import PlanPart
from services.caseload.domain.sync_conflict import (
    SENT_FOR,
    ConflictKind,
    SettledOtherwise,
    Settlement,
    Settling,
    SyncConflict,
    SyncVersion,
)
from services.caseload.store import disputed_doses as doses
from services.caseload.store import sync_conflicts as store
from services.caseload.usecases import tell
from services.caseload.usecases.administer import record_administration
from services.caseload.usecases.plan_words import part_of, write_anew
from services.caseload.usecases.prescribe import require_registered
from services.caseload.usecases.sync.disputes import AGAINST_A_DOSE
from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page

Whole = tuple[SyncConflict, list[SyncVersion]]
GIVEN = (Settling.GIVEN_TWICE, Settling.GIVEN)


async def list_conflicts(
    tx: Transaction, request: PageRequest, *, is_open: bool, needs_me: bool, client_id: UUID | None
) -> dict[str, Any]:
    """The team's, those that the caller has to settle, or a client's; without their words."""
    person = tx.actor.employee_id if needs_me else None
    wanted = await store.listed(tx, is_open=is_open, person=person, client_id=client_id)
    return await page(tx, wanted, SyncConflict, request)


async def read_conflict(tx: Transaction, conflict_id: UUID) -> Whole:
    """With every version, who said it and when, and which is live."""
    conflict = await tx.get(SyncConflict, conflict_id)
    return conflict, list(await store.versions(tx, conflict.id))


async def settle_conflict(tx: Transaction, conflict_id: UUID, said: Settlement, if_match: int) -> Whole:
    """Say what holds. Raises `ConflictAlreadySettled`, `PreconditionFailed` where another version has come since,
    `SettledOtherwise`, and of a dose `OnlyARegisteredNurse` or what recording it raises."""
    part = await _part(tx, conflict_id)
    conflict = await tx.get(SyncConflict, conflict_id, lock=True)
    conflict.require_open()
    require_version(conflict, if_match)
    versions = list(await store.versions(tx, conflict.id))
    if part is not None:
        await _write(tx, part, said)
    elif said.settling is None:
        raise SettledOtherwise
    elif conflict.kind == ConflictKind.DOSE:
        await require_registered(tx, conflict.team_id)
        await _settle_dose(tx, said, versions)
    elif said.settling is not Settling.AS_IT_STANDS:
        raise SettledOtherwise
    conflict.settle(said, tx.actor.employee_id, tx.now)
    await tell.settle_alerts(tx, AlertKind.DOSE_IN_CONFLICT, conflict.id)
    await tx.session.flush()
    return conflict, versions


async def _part(tx: Transaction, conflict_id: UUID) -> PlanPart | None:
    """The part of a plan that it is about, held first, as a push does, so that neither waits for the other."""
    conflict = await tx.get(SyncConflict, conflict_id)
    tx.session.expunge(conflict)
    if conflict.kind not in (ConflictKind.LINE, ConflictKind.WHO_TO_CALL):
        return None
    plan = await tx.get(CarePlan, conflict.subject_id, lock=True)
    return await part_of(tx, plan, conflict.line_id)


async def _write(tx: Transaction, part: PlanPart, said: Settlement) -> None:
    """The words that hold are a version of the plan like any other, and give way to a person only."""
    content: dict[str, Any] = said.model_dump(include={"words", "intervention"})
    if part.line is None:
        content = said.model_dump(include={"who_to_call"})
    if content.get("words") is None and content.get("who_to_call") is None:
        raise SettledOtherwise
    await write_anew(tx, part, content, tx.actor.employee_id, is_settlement=True)


def settled_by(conflict: SyncConflict, versions: list[SyncVersion]) -> list[str]:
    """What may be sent to settle it: only what was given can have been given twice."""
    ways = cast(list[str], SENT_FOR[ConflictKind(conflict.kind)])
    if conflict.kind == ConflictKind.DOSE and not _is_given(_sent(versions)):
        return [one for one in ways if one not in GIVEN]
    return ways


def _sent(versions: list[SyncVersion]) -> SyncVersion:
    """What a device sent, beside what stands."""
    return next(one for one in versions if one.operation_id is not None)


def _is_given(sent: SyncVersion) -> bool:
    return bool(sent.content.get("outcome") == Outcome.GIVEN)


async def _settle_dose(tx: Transaction, said: Settlement, versions: list[SyncVersion]) -> None:
    """One dose that two noted stays as it is; a second one is written down as what it is, an incident.

    Raises `SettledOtherwise`, as where what was sent says that it was not given.
    """
    sent = _sent(versions)
    await doses.end(tx, sent.operation_id)
    giver = sent.content.get("employee_id") or sent.made_by
    if said.settling is Settling.SAME_DOSE:
        await _record_once(tx, NewAdministration.model_validate({**sent.content, "employee_id": giver}), versions)
        return
    if said.settling not in GIVEN:
        raise SettledOtherwise
    if not _is_given(sent):
        raise SettledOtherwise
    new = NewAdministration.model_validate(
        {**sent.content, "employee_id": giver, "override_reason": said.reason, "reason": None}
    )
    if await store.by_id(tx, Administration, new.id) is not None:
        new = new.model_copy(update={"id": uuid7()})
    await record_administration(tx, new)


async def _record_once(tx: Transaction, new: NewAdministration, versions: list[SyncVersion]) -> None:
    """One dose that two noted goes on record once. Where the other one waits as well, and this one was given, it takes
    its place, unless yet another speaks against it. Raises `SettledOtherwise` where there is no other."""
    other = next((one for one in versions if one.operation_id is None), None)
    if other is None:
        raise SettledOtherwise
    if other.is_live or new.outcome is not Outcome.GIVEN:
        return
    others_id = UUID(other.content["id"])
    if await store.by_id(tx, Administration, others_id) is not None:
        return
    with suppress(*AGAINST_A_DOSE):
        async with tx.session.begin_nested():
            await doses.end_same(tx, others_id)
            await record_administration(tx, new)
