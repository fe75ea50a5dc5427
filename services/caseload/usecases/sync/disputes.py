"""What becomes of an operation that a rule refused: the same thing again is none, and two that cannot both be right
stand side by side until a person settles it. What nobody disputes stays refused."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python

from services.caseload.domain.action import Action, ActionAlreadyEnded
from services.caseload.domain.administration import (
    Administration,
    DoseAlreadyRecorded,
    GivenTooRecently,
    NewAdministration,
    NotYetDue,
    Outcome,
    TooManyInADay,
)
from services.caseload.domain.care_contact import CareActivity, CareContact, NewCareContact, Note, VisitAlreadyRecorded
from services.caseload.domain.clinical_test import ClinicalTest, ClinicalTestOutOfStep
from services.caseload.domain.dose_in_dispute import DoseInDispute
from services.caseload.domain.medicine import A_DAY, Medicine
from services.caseload.domain.omaha import AdmissionRatingExists, ClientProblem, OmahaRating
from services.caseload.domain.sync_conflict import ConflictKind, SyncConflict, SyncVersion
from services.caseload.domain.sync_operation import SyncOutcome
from services.caseload.domain.syringe_driver import DriverStopped, SyringeDriver, SyringeDriverCheck
from services.caseload.domain.wound import Wound, WoundMeasurement
from services.caseload.store import disputed_doses
from services.caseload.store import sync_conflicts as store
from services.caseload.usecases import tell
from services.caseload.usecases.sync.opening import open_conflict
from services.caseload.usecases.sync.operation import Effect, Op
from services.common.db import Transaction
from services.common.errors import AlreadyRecorded, ServiceError

AGAINST_A_DOSE = (DoseAlreadyRecorded, GivenTooRecently, TooManyInADay, NotYetDue)


async def none(tx: Transaction, op: Op, refusal: ServiceError) -> Effect | None:
    return None


async def of_contact(tx: Transaction, op: Op, refusal: ServiceError) -> Effect | None:
    body = op.body
    if not isinstance(body, NewCareContact) or not isinstance(refusal, AlreadyRecorded | VisitAlreadyRecorded):
        return None
    stored = await store.by_id(tx, CareContact, body.id)
    if stored is not None and await _is_same_contact(tx, stored, body):
        return Effect(version=stored.version, again=True)
    if stored is None and body.visit_id is not None:
        stored = await store.contact_at(tx, body.visit_id, body.employee_id)
    if stored is None:
        return None
    return await _side_by_side(tx, op, stored, refusal, stored, by=stored.recorded_by, at=stored.started_at)


async def _is_same_contact(tx: Transaction, stored: CareContact, new: NewCareContact) -> bool:
    segments = await store.parts(tx, CareActivity, "care_contact_id", stored.id)
    notes = await store.parts(tx, Note, "care_contact_id", stored.id)
    said = {one.id: one for one in new.segments}
    is_same = _is_same(stored, new) and {one.id for one in segments} == set(said)
    is_noted = new.note_id is None or any(one.id == new.note_id and one.words == new.note for one in notes)
    return is_same and is_noted and all(_is_same(one, said[one.id]) for one in segments)


async def of_note(tx: Transaction, op: Op, refusal: ServiceError) -> Effect | None:
    contact = await store.by_id(tx, CareContact, op.sent.about["care_contact_id"])
    stored = await store.by_id(tx, Note, getattr(op.body, "id", None))
    if stored is None or contact is None or not isinstance(refusal, AlreadyRecorded):
        return None
    if _is_same(stored, op.body) and stored.care_contact_id == contact.id:
        return Effect(again=True)
    return await _side_by_side(tx, op, contact, refusal, stored, by=stored.written_by, at=stored.written_at)


async def of_wound(tx: Transaction, op: Op, refusal: ServiceError) -> Effect | None:
    stored = await store.by_id(tx, Wound, getattr(op.body, "id", None))
    if stored is None or not isinstance(refusal, AlreadyRecorded):
        return None
    if _is_same(stored, op.body):
        return Effect(version=stored.version, again=True)
    return await _side_by_side(tx, op, stored, refusal, stored, by=stored.found_by, at=stored.changed_at)


async def of_measurement(tx: Transaction, op: Op, refusal: ServiceError) -> Effect | None:
    wound = await store.by_id(tx, Wound, op.sent.about["wound_id"])
    stored = await store.by_id(tx, WoundMeasurement, getattr(op.body, "id", None))
    if stored is None or wound is None or not isinstance(refusal, AlreadyRecorded):
        return None
    if _is_same(stored, op.body) and stored.wound_id == wound.id:
        return Effect(version=wound.version, again=True)
    return await _side_by_side(tx, op, wound, refusal, stored, by=stored.measured_by, at=stored.measured_at)


async def of_rating(tx: Transaction, op: Op, refusal: ServiceError) -> Effect | None:
    problem = await store.by_id(tx, ClientProblem, op.sent.about["problem_id"])
    if problem is None or not isinstance(refusal, AlreadyRecorded | AdmissionRatingExists):
        return None
    stored = await store.by_id(tx, OmahaRating, getattr(op.body, "id", None))
    if stored is not None and _is_same(stored, op.body) and stored.problem_id == problem.id:
        return Effect(again=True)
    stored = stored or await store.admission_rating(tx, problem.id)
    if stored is None:
        return None
    return await _side_by_side(tx, op, problem, refusal, stored, by=stored.rated_by, at=stored.rated_at)


async def of_check(tx: Transaction, op: Op, refusal: ServiceError) -> Effect | None:
    driver = await store.by_id(tx, SyringeDriver, op.sent.about["syringe_driver_id"])
    stored = await store.by_id(tx, SyringeDriverCheck, getattr(op.body, "id", None))
    if driver is None:
        return None
    if stored is not None and _is_same(stored, op.body) and stored.syringe_driver_id == driver.id:
        return Effect(version=driver.version, again=True)
    if stored is not None:
        return await _side_by_side(tx, op, driver, refusal, stored, by=stored.checked_by, at=stored.checked_at)
    if not isinstance(refusal, DriverStopped):
        return None
    by, at, state = driver.stopped_by, driver.changed_at, ConflictKind.STATE
    return await _side_by_side(tx, op, driver, refusal, driver, by=by, at=at, kind=state)


async def of_action(tx: Transaction, op: Op, refusal: ServiceError) -> Effect | None:
    if not isinstance(refusal, ActionAlreadyEnded):
        return None
    action = await tx.get(Action, op.sent.about["action_id"], lock=True)
    if _is_same(action, op.body) and (op.sent.kind == "finish_action") == (action.done_on is not None):
        return Effect(version=action.version, again=True)
    by, at, state = action.ended_by or action.employee_id, action.changed_at, ConflictKind.STATE
    return await _side_by_side(tx, op, action, refusal, action, by=by, at=at, kind=state)


async def of_test(tx: Transaction, op: Op, refusal: ServiceError) -> Effect | None:
    if not isinstance(refusal, ClinicalTestOutOfStep):
        return None
    test = await tx.get(ClinicalTest, op.sent.about["test_id"], lock=True)
    if _is_same(test, op.body):
        return Effect(version=test.version, again=True)
    by, at, state = test.last_step_by or test.chaser_id, test.changed_at, ConflictKind.STATE
    return await _side_by_side(tx, op, test, refusal, test, by=by, at=at, kind=state)


async def of_dose(tx: Transaction, op: Op, refusal: ServiceError) -> Effect | None:
    """The server is the last check against a second dose; it neither writes one down unseen nor drops it."""
    body = op.body
    if not isinstance(body, NewAdministration):
        return None
    stored = await store.by_id(tx, Administration, body.id)
    if stored is not None and _is_same(stored, body):
        return Effect(version=stored.version, again=True)
    if stored is None and not isinstance(refusal, AGAINST_A_DOSE):
        return None
    medicine = await tx.get(Medicine, body.medicine_id)
    other = stored or await _nearest_dose(tx, medicine, body)
    stands = {"by": other.recorded_by, "at": other.happened_at} if other else {"by": None, "at": op.happened_at}
    effect = await _side_by_side(tx, op, medicine, refusal, other, **stands, kind=ConflictKind.DOSE)
    if effect.conflict_id is not None:
        conflict = await tx.get(SyncConflict, effect.conflict_id)
        await tell.raise_conflict(tx, conflict)
        whose: dict[str, Any] = {"client_id": conflict.client_id, "team_id": conflict.team_id}
        if body.outcome is Outcome.GIVEN:
            tx.add(DoseInDispute.of(op.sent, body, body.happened_at, op.now, **whose, conflict_id=conflict.id))
    return effect


async def _nearest_dose(
    tx: Transaction, medicine: Medicine, new: NewAdministration
) -> Administration | DoseInDispute | None:
    """On record or in dispute itself."""
    recorded = await store.nearest_administration(tx, medicine, new.happened_at)
    disputed = await disputed_doses.around(tx, medicine, new.happened_at, A_DAY, new.id)
    found: list[Administration | DoseInDispute] = [*disputed, *([recorded] if recorded else [])]
    return min(found, key=lambda one: abs(one.happened_at - new.happened_at), default=None)


async def _side_by_side(
    tx: Transaction,
    op: Op,
    about: Any,
    refusal: ServiceError,
    stands: Any,
    *,
    by: UUID | None,
    at: datetime,
    kind: ConflictKind = ConflictKind.FACT,
) -> Effect:
    """What stands stays as it is; what was sent is kept beside it, with whoever said each."""
    made_by = tx.actor.employee_id
    conflict = SyncConflict.opened(about, kind, op.now, code=refusal.code())
    # Whoever gave a dose, where somebody else wrote it down.
    givers = [getattr(one, "employee_id", None) for one in (stands, op.body) if kind is ConflictKind.DOSE]
    await open_conflict(tx, conflict, by, made_by, *givers)
    whose: dict[str, Any] = {"conflict_id": conflict.id, "team_id": conflict.team_id}
    if stands is not None:
        is_live = not isinstance(stands, DoseInDispute)
        there: dict[str, Any] = {"happened_at": at, "made_by": by, "is_live": is_live}
        said = stands.model_dump(mode="json") if is_live else to_jsonable_python(stands.said)
        tx.add(SyncVersion(**whose, **there, content=said))
        await tx.session.flush()
    sent: dict[str, Any] = {"operation_id": op.sent.operation_id, "device_id": op.device_id, "made_by": made_by}
    tx.add(SyncVersion(**whose, **sent, content=op.body.model_dump(mode="json"), happened_at=op.happened_at))
    return Effect(SyncOutcome.CONFLICT, getattr(about, "version", None), conflict.id)


def _is_same(stored: Any, sent: Any) -> bool:
    """Whether what was sent says nothing else than what is stored, as far as it says anything."""
    said = {name: getattr(sent, name) for name in type(sent).model_fields if hasattr(stored, name)}
    return all(value is None or getattr(stored, name) == value for name, value in said.items())
