"""What is due: the doses of one medicine on one day, each with its window and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.caseload.domain.administration import Administration, Outcome
from services.caseload.domain.dose_in_dispute import DoseInDispute
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
    """One time of one day, from when to when it may be given, and what became of it; or that somebody says that it was
    given, which nobody has settled yet."""

    due_at: datetime
    opens_at: datetime
    closes_at: datetime
    state: DoseState
    administration_id: UUID | None
    in_dispute: bool


def due_doses(
    medicine: Medicine,
    day: date,
    window: timedelta,
    gap: timedelta,
    recorded: Sequence[Administration],
    now: datetime,
    disputed: Sequence[DoseInDispute] = (),
) -> list[DueDose]:
    """In order. What was given counts before what was refused at first, and of several the latest record.

    What is recorded is of the medicine's whole course: of what came in another's place nothing is given again within
    the gap.
    """
    newest = {one.due_at: one for one in sorted(recorded, key=lambda one: one.is_given)}
    found = []
    for due_at in medicine.doses_on(day):
        covering = (one for one in recorded if covers(one, medicine.id, due_at, gap))
        one, closes_at = newest.get(due_at) or next(covering, None), due_at + window
        state = DoseState.LATE if closes_at < now else DoseState.DUE
        state = state if one is None else DoseState(one.outcome)
        in_dispute = any(said.covers(medicine, due_at, window, gap) for said in disputed)
        found.append(DueDose(due_at, due_at - window, closes_at, state, one.id if one else None, in_dispute))
    return found


def covers(one: Administration, medicine_id: UUID, due_at: datetime, gap: timedelta) -> bool:
    """Whether this record of a course says what became of a dose: of the same time, or given of another near it."""
    is_another = one.medicine_id != medicine_id
    return one.due_at == due_at or (is_another and one.is_given and abs(one.happened_at - due_at) < gap)
