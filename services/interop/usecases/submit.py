"""From a changed plan into the council's own system: prepared, reviewed by a social worker, sent, and mended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.errors import NotFound
from services.common.paging import PageRequest, page
from services.interop.domain.seat import Seat
from services.interop.domain.share import Share
from services.interop.domain.submission import (
    ChangedLine,
    Correction,
    NoLongerShared,
    Submission,
    SubmissionState,
)
from services.interop.partners import council
from services.interop.store import council as deliveries
from services.interop.store import submissions as store

Seats = Mapping[UUID, Seat]


@dataclass(frozen=True)
class Change:
    """A change with what would be sent of it, and with what the guest may read beside it."""

    submission: Submission
    shared: dict[str, Any]
    seat: Seat


async def prepare_submissions(tx: Transaction, line: ChangedLine) -> None:
    """A line of the plan changed: prepare a submission for every council that the client shares any of it with."""
    for share in await deliveries.shares_in_force(tx, line.client_id, tx.today):
        submission = Submission.prepared(line, share, tx.now)
        fact = council.submitted(submission)
        if share.covers(fact.happened_on) and council.shared(fact, share, None):
            await store.keep(tx, submission)


async def whose_plans_changed(tx: Transaction, seats: Seats, since: int) -> Sequence[UUID]:
    """Of the clients who invited the caller, those with a change that is shared now, after this place."""
    await store.take_seats(tx, seats)
    return await store.clients_with_changes(tx, seats, since)


async def list_care_plan_changes(
    tx: Transaction, seats: Seats, since: int, limit: int, state: SubmissionState | None
) -> tuple[list[Change], int]:
    """What changed for the clients who invited the caller, as far as it is shared now; and how far that goes."""
    await store.take_seats(tx, seats)
    found = await store.changes_after(tx, seats, since, limit, state)
    changes = [await _change(tx, seats, submission, share) for _, submission, share in found]
    return changes, found[-1][0] if found else since


async def read_care_plan_change(tx: Transaction, seats: Seats, submission_id: UUID) -> Change:
    """Raises `NotFound` alike for what is not there, what is not shared now, and whom the caller has no seat for."""
    await store.take_seats(tx, seats)
    found = await store.change(tx, seats, submission_id)
    if found is None:
        raise NotFound("care_plan_change")
    return await _change(tx, seats, found[1], found[2])


async def _change(tx: Transaction, seats: Seats, submission: Submission, share: Share) -> Change:
    case_id = await store.case_id(tx, submission.client_id, submission.connection_id)
    shared = council.shared(council.submitted(submission), share, case_id)
    return Change(submission, shared, seats[submission.client_id])


async def review_care_plan_change(tx: Transaction, seats: Seats, submission_id: UUID, if_match: int) -> Submission:
    """The social worker has looked at it, and it goes to the council.

    Raises `NotFound`, `PreconditionFailed`, `ChangeAlreadyReviewed` or `NoLongerShared`.
    """
    known = (await read_care_plan_change(tx, seats, submission_id)).submission
    share, submission = await _taken(tx, known)
    require_version(submission, if_match)
    submission.review(tx.actor.subject, tx.now)
    await _queue(tx, submission, share)
    return submission


async def _taken(tx: Transaction, known: Submission) -> tuple[Share, Submission]:
    """The share before the submission, as whoever withdraws takes them. Raises `NoLongerShared` or `NotFound`."""
    share = await store.share_in_force(tx, known.share_id)
    if share is None:
        raise NoLongerShared
    submission = await store.locked(tx, known.id)
    if submission is None:
        raise NotFound("submission")
    return share, submission


async def _queue(tx: Transaction, submission: Submission, share: Share) -> None:
    case_id = await store.case_id(tx, submission.client_id, submission.connection_id)
    await tx.session.flush()
    delivery = council.delivery(council.submitted(submission), share, tx.now, case_id)
    if delivery is None:
        raise NoLongerShared
    delivery.submission_id = submission.id
    tx.add(delivery)
    await tx.session.flush()


async def list_submissions(
    tx: Transaction, request: PageRequest, *, client_id: UUID | None, state: SubmissionState | None
) -> dict[str, Any]:
    """What a social worker sent on, or what was prepared and sent of the clients of a nurse's teams."""
    return await page(tx, await store.listed(tx, client_id=client_id, state=state), Submission, request)


async def read_submission(tx: Transaction, submission_id: UUID) -> Submission:
    """Raises `NotFound`."""
    submission = await store.one(tx, submission_id)
    if submission is None:
        raise NotFound("submission")
    return submission


async def correct_submission(tx: Transaction, submission_id: UUID, correction: Correction, if_match: int) -> Submission:
    """Say by which id the council knows the case. It is kept for this client and this council, for all that is sent.

    Raises `NotFound`, `PreconditionFailed` or `NothingToCorrect`.
    """
    await read_submission(tx, submission_id)
    submission = await store.locked(tx, submission_id)
    if submission is None:
        raise NotFound("submission")
    require_version(submission, if_match)
    submission.correct(tx.now)
    await store.keep_case_id(tx, submission, correction.case_id)
    await tx.session.flush()
    return submission


async def resend_submission(tx: Transaction, submission_id: UUID, if_match: int) -> Submission:
    """What the council rejected, or never answered, goes there again.

    Raises `NotFound`, `PreconditionFailed`, `SubmissionAlreadyAcknowledged`, `SubmissionOnItsWay` or `NoLongerShared`.
    """
    known = await read_submission(tx, submission_id)
    require_version(known, if_match)
    known.require_mendable()
    share, submission = await _taken(tx, known)
    require_version(submission, if_match)
    submission.resend(tx.now)
    await _queue(tx, submission, share)
    return submission
