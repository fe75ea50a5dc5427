"""What is due: the doses of one medicine on one day, each with its window and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.caseload.domain.administration import Administration, Outcome
from services.caseload.domain.medicine import Medicine


class DoseState(StrEnum):
    """Late is what nothing is recorded of although its window has closed."""

    DUE = "due"
    LATE = "late"
    GIVEN = Outcome.GIVEN
    REFUSED = Outcome.REFUSED
    NOT_GIVEN = Outcome.NOT_GIVEN


@dataclass(frozen=True)
class DueDose:
    """One time of one day, from when to when it may be given, and what became of it."""

    due_at: datetime
    opens_at: datetime
    closes_at: datetime
    state: DoseState
    administration_id: UUID | None


def due_doses(
    medicine: Medicine, day: date, window: timedelta, gap: timedelta, recorded: Sequence[Administration], now: datetime
) -> list[DueDose]:
    """In order. What was given counts before what was refused at first, and of several the latest record.

    What was given of a stopped medicine, in whose place this one comes, is not given again within the gap.
    """
    mine = [one for one in recorded if one.medicine_id == medicine.id]
    newest = {one.due_at: one for one in sorted(mine, key=lambda one: one.is_given)}
    before = [one for one in recorded if one.medicine_id == medicine.replaces_id and one.is_given]
    found = []
    for due_at in medicine.doses_on(day):
        one, closes_at = newest.get(due_at) or _given_before(before, due_at, gap), due_at + window
        state = DoseState.LATE if closes_at < now else DoseState.DUE
        state = state if one is None else DoseState(one.outcome)
        found.append(DueDose(due_at, due_at - window, closes_at, state, one.id if one else None))
    return found


def _given_before(before: Sequence[Administration], due_at: datetime, gap: timedelta) -> Administration | None:
    near = (one for one in before if one.due_at == due_at or abs(one.happened_at - due_at) < gap)
    return next(near, None)
