"""Where a council has a portal alone: the social worker's pack of texts, and the note that it stands there now."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.rulebook import amounts
from services.common.types import midnight_in_england
from services.interop.domain.rule import RuleCode
from services.interop.domain.submission import Keyed, Submission
from services.interop.partners.council.portal import Section, pack
from services.interop.store import submissions as store
from services.interop.usecases.submit import Change, Seats, read_care_plan_change, require_mine


async def open_pack(tx: Transaction, seats: Seats, submission_id: UUID, if_match: int) -> Submission:
    """Begin to copy a reviewed change into the council's portal. The minutes are counted from here.

    Raises `NotFound`, `PreconditionFailed`, `SeatEnded`, `NoLongerShared`, `OfAnotherCouncil` or `NotToBeKeyed`.
    """
    known = (await read_care_plan_change(tx, seats, submission_id)).submission
    _, submission = await require_mine(tx, seats, known)
    require_version(submission, if_match)
    submission.require_by_hand(await store.is_by_hand(tx, submission))
    submission.open_pack(tx.now)
    await tx.session.flush()
    return submission


async def read_pack(tx: Transaction, seats: Seats, submission_id: UUID) -> list[Section]:
    """The texts to copy, section by section, none longer than the form's field. Raises `NotFound`."""
    change = await read_care_plan_change(tx, seats, submission_id)
    title, text = await amounts(tx, tx.today, RuleCode.PORTAL_TITLE, RuleCode.PORTAL_TEXT)
    return pack(_extract(change), title, text)


async def note_keyed(tx: Transaction, seats: Seats, submission_id: UUID, keyed: Keyed, if_match: int) -> Submission:
    """The portal took it, under this reference of the council's.

    Raises `NotFound`, `PreconditionFailed`, `SeatEnded`, `NoLongerShared`, `OfAnotherCouncil` or `NotToBeKeyed`.
    """
    known = (await read_care_plan_change(tx, seats, submission_id)).submission
    _, submission = await require_mine(tx, seats, known)
    require_version(submission, if_match)
    submission.keyed(tx.actor.subject, keyed.council_reference, tx.now)
    await tx.session.flush()
    return submission


async def sum_up_keying(tx: Transaction, week_of: date) -> tuple[date, int, int]:
    """The Monday of the week, how many submissions were copied by hand in it, and the minutes that this took."""
    monday = week_of - timedelta(days=week_of.weekday())
    until = midnight_in_england(monday + timedelta(days=7))
    count, minutes = await store.keyed_between(tx, midnight_in_england(monday), until)
    return monday, count, minutes


def _extract(change: Change) -> Iterator[tuple[str, str | None]]:
    """The change, and the assessment in the Care Act's terms as far as the client shares it with the caller."""
    told = change.shared
    yield "Case", str(told["council_ref"]) if "council_ref" in told else None
    yield "What changed in the care and support plan", change.seat.words_of(change.submission.line_id)
    yield "Changed", f"{change.submission.plan_changed_at:%d/%m/%Y}"
    view = change.seat.care_act_view
    if view is None:
        return
    yield "Assessed", f"{view.assessed_on:%d/%m/%Y}"
    yield "What matters to the person", view.what_matters
    yield "Outcomes that cannot be achieved (SI 2015/313)", "\n".join(_outcomes(view.care_act))
    yield "Eligible needs", "Yes" if view.eligible else "No"
    yield "Carer", view.carer
    yield "Home", view.home
    yield "Money", view.money
    yield "Capacity", view.capacity


def _outcomes(care_act: dict[str, object]) -> Iterator[str]:
    findings = care_act.get("findings")
    for one in findings if isinstance(findings, list) else ():
        yield f"{one.get('outcome', '')}: {one.get('ability', '')}".replace("_", " ")
