"""From a changed plan into the council's own system: prepared, reviewed by a social worker, sent, and mended."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.errors import NotFound
from services.common.paging import PageRequest, page
from services.interop.domain.seat import Seat
from services.interop.domain.share import Share
from services.interop.domain.submission import ChangedLine, Correction, Submission, SubmissionState
from services.interop.domain.submission_refusals import NoLongerShared, OfAnotherCouncil, SeatEnded
from services.interop.partners.council import facts as council
from services.interop.store import council as deliveries
from services.interop.store import submissions as store

Seats = Mapping[UUID, Seat]
Place = store.Place


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
            await tx.take_turns(f"submission/{submission.line_id}/{submission.connection_id}")
            if await store.has_newer(tx, submission):
                submission.superseded(tx.now)
            await store.keep(tx, submission)
            await store.supersede_older(tx, submission)


async def find_care_plan_changes(
    tx: Transaction, client_ids: Collection[UUID], since: int, limit: int, state: SubmissionState | None
) -> Sequence[Place]:
    """Where the next changes are that are shared now by those of these clients; nothing is read of them yet."""
    await store.take_seats(tx, client_ids)
    return await store.places_after(tx, client_ids, since, limit, state)


async def find_care_plan_change(tx: Transaction, client_ids: Collection[UUID], submission_id: UUID) -> Sequence[Place]:
    """Where this change is, if one of these clients shares it now."""
    await store.take_seats(tx, client_ids)
    return await store.place(tx, client_ids, submission_id)


async def list_care_plan_changes(
    tx: Transaction, seats: Seats, since: int, places: Sequence[Place]
) -> tuple[list[Change], int]:
    """What changed at these places, as far as it is shared now; and how far they go."""
    await store.take_seats(tx, seats)
    found = await store.changes(tx, seats, [submission_id for _, submission_id, _ in places])
    changes = [_change(seats, submission, share, case_id) for _, submission, share, case_id in found]
    return changes, places[-1][0] if places else since


async def read_care_plan_change(tx: Transaction, seats: Seats, submission_id: UUID) -> Change:
    """Raises `NotFound` alike for what is not there, what is not shared now, and whom the caller has no seat for."""
    await store.take_seats(tx, seats)
    for _, submission, share, case_id in await store.changes(tx, seats, [submission_id]):
        return _change(seats, submission, share, case_id)
    raise NotFound("care_plan_change")


def _change(seats: Seats, submission: Submission, share: Share, case_id: str | None) -> Change:
    shared = council.shared(council.submitted(submission), share, case_id)
    return Change(submission, shared, seats[submission.client_id])


async def review_care_plan_change(tx: Transaction, seats: Seats, submission_id: UUID, if_match: int) -> Submission:
    """The social worker has looked at it, and it goes to the council.

    Raises `NotFound`, `PreconditionFailed`, `ChangeAlreadyReviewed`, `ChangeSuperseded` or `NoLongerShared`.
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
    case_id = await store.case_id(tx, share)
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


async def correct_submission(
    tx: Transaction, seats: Seats, submission_id: UUID, correction: Correction, if_match: int
) -> Submission:
    """Say by which id the council knows the case. It is kept for this client and this council, for all that is sent.

    Raises `NotFound`, `PreconditionFailed`, `SeatEnded`, `NoLongerShared`, `OfAnotherCouncil` or `NothingToCorrect`.
    """
    known = await read_submission(tx, submission_id)
    _, submission = await require_mine(tx, seats, known)
    require_version(submission, if_match)
    submission.correct(tx.now)
    await store.keep_case_id(tx, submission, correction.case_id)
    await tx.session.flush()
    return submission


async def require_mine(tx: Transaction, seats: Seats, known: Submission) -> tuple[Share, Submission]:
    """The share and the submission, held. Raises `SeatEnded`, `NoLongerShared` or `OfAnotherCouncil`."""
    if known.client_id not in seats:
        raise SeatEnded
    await store.take_seats(tx, seats)
    share, submission = await _taken(tx, known)
    if not await store.place(tx, seats, known.id):
        raise OfAnotherCouncil
    return share, submission


async def resend_submission(tx: Transaction, seats: Seats, submission_id: UUID, if_match: int) -> Submission:
    """What the council rejected, or never answered, goes there again.

    Raises `NotFound`, `PreconditionFailed`, `SubmissionAlreadyAcknowledged`, `SubmissionOnItsWay`, `ChangeSuperseded`,
    `SeatEnded`, `NoLongerShared` or `OfAnotherCouncil`.
    """
    known = await read_submission(tx, submission_id)
    require_version(known, if_match)
    known.require_mendable()
    share, submission = await require_mine(tx, seats, known)
    require_version(submission, if_match)
    submission.resend(tx.now)
    await _queue(tx, submission, share)
    return submission
