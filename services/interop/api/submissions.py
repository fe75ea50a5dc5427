"""The council's own system: what changed in a plan, reviewed by a social worker, sent there, and what became of it."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query, Response

from services.common.http import IfMatch, api_router, etag, tagged
from services.common.paging import DEFAULT_LIMIT, Asked, Limit, Page
from services.common.types import Answer, Day
from services.interop import usecases
from services.interop.api.callers import ByNurseOrSocialWorker, ByOps, BySocialWorker
from services.interop.api.seated_route import Places, Seated, seated_router
from services.interop.domain.change_cursor import cursor_at, place_of
from services.interop.domain.seat import CareActView
from services.interop.domain.submission import Correction, Keyed, SubmissionState

changes = seated_router(tags=["social care"])
router = api_router(tags=["social care"])


def asked_place(
    since: Annotated[str | None, Query(max_length=64, description="next_cursor of the page before.")] = None,
) -> int:
    """Raises `UnknownPlace`."""
    return place_of(since)


Since = Annotated[int, Depends(asked_place)]
State = Annotated[SubmissionState | None, Query(description="Only those that stand so, such as `draft`.")]


class SubmissionShape(Answer):
    """One change on its way to one council. `reason` is the council's own, where it rejected it."""

    id: UUID
    version: int
    team_id: UUID
    client_id: UUID
    connection_id: UUID
    care_plan_id: UUID
    line_id: UUID
    plan_version: int
    plan_changed_at: datetime
    state: SubmissionState
    waiting_on: str | None
    changed_at: datetime
    reviewed_by: str | None
    reviewed_at: datetime | None
    sends: int
    sent_at: datetime | None
    answered_at: datetime | None
    reason: str | None
    pack_opened_at: datetime | None
    keyed_by: str | None
    keyed_at: datetime | None
    council_reference: str | None
    keying_minutes: int | None


class SectionShape(Answer):
    """One field of the council's form, and the texts for it: more than one where the whole is longer than the field."""

    title: str
    texts: list[str]


class PackShape(Answer):
    """What is copied by hand where a council has a portal alone. Each text is for a copy button of its own."""

    sections: list[SectionShape]


class KeyingShape(Answer):
    """How much was typed twice in a week: submissions copied by hand, and the whole minutes that it took."""

    week_from_on: date
    submissions: int
    minutes: int


class CarePlanChangeShape(Answer):
    """A change as a social worker looks at it. `shared` is all that the council is told of it.

    The words of the line and the assessment in the Care Act's terms are there as far as the client shares them with
    the caller; they go nowhere from here.
    """

    submission: SubmissionShape
    shared: dict[str, Any]
    words: str | None
    care_act_view: CareActView | None


class CarePlanChanges(Answer):
    """The changes in the order in which they became known, and the cursor to go on with, on an empty page too."""

    items: list[CarePlanChangeShape]
    next_cursor: str


def _shown(change: usecases.Change) -> dict[str, Any]:
    seat, line_id = change.seat, change.submission.line_id
    about = {"words": seat.words_of(line_id), "care_act_view": seat.care_act_view}
    return {"submission": change.submission, "shared": change.shared, **about}


@changes.get("/care-plan-changes", response_model=CarePlanChanges)
async def list_care_plan_changes(
    tx: BySocialWorker, seats: Seated, places: Places, since: Since, limit: Limit = DEFAULT_LIMIT, state: State = None
) -> object:
    """What changed on the Care Act's side of the plans of the clients who invited the caller, and who share it now.

    Ask again with `since` and the newest `next_cursor` for what came after. Without `since` everything comes, also of
    a client who invited the caller only now; with `state=draft`, what waits for a review.
    """
    found, place = await usecases.list_care_plan_changes(tx, seats, since, places)
    return {"items": [_shown(change) for change in found], "next_cursor": cursor_at(place)}


@changes.get("/care-plan-changes/{submission_id}", response_model=CarePlanChangeShape)
async def read_care_plan_change(tx: BySocialWorker, seats: Seated, submission_id: UUID, response: Response) -> object:
    """One change, with the version to review it by."""
    change = await usecases.read_care_plan_change(tx, seats, submission_id)
    etag(response, change.submission)
    return _shown(change)


@changes.post("/care-plan-changes/{submission_id}/review", response_model=SubmissionShape)
async def review_care_plan_change(
    tx: BySocialWorker, seats: Seated, submission_id: UUID, version: IfMatch, response: Response
) -> object:
    """The social worker has looked at the change. What is shared of it goes to the council at once."""
    return tagged(await usecases.review_care_plan_change(tx, seats, submission_id, version), response)


@changes.get("/care-plan-changes/{submission_id}/pack", response_model=PackShape)
async def read_pack(tx: BySocialWorker, seats: Seated, submission_id: UUID) -> object:
    """The change and the assessment in the Care Act's terms, as texts that fit the council's form."""
    return {"sections": await usecases.read_pack(tx, seats, submission_id)}


@changes.post("/care-plan-changes/{submission_id}/pack", response_model=SubmissionShape)
async def open_pack(
    tx: BySocialWorker, seats: Seated, submission_id: UUID, version: IfMatch, response: Response
) -> object:
    """Begin to copy a reviewed change into the council's portal; the minutes are counted from here."""
    return tagged(await usecases.open_pack(tx, seats, submission_id, version), response)


@changes.post("/care-plan-changes/{submission_id}/keyed", response_model=SubmissionShape)
async def note_keyed(
    tx: BySocialWorker, seats: Seated, submission_id: UUID, body: Keyed, version: IfMatch, response: Response
) -> object:
    """The portal took it: note the council's reference. The submission is acknowledged by that."""
    return tagged(await usecases.note_keyed(tx, seats, submission_id, body, version), response)


@router.get("/social-care/keying", response_model=KeyingShape)
async def sum_up_keying(tx: ByOps, week_of: Day) -> object:
    """What was typed twice in the week of this day, from Monday: the number that is to come down to nought."""
    monday, count, minutes = await usecases.sum_up_keying(tx, week_of)
    return {"week_from_on": monday, "submissions": count, "minutes": minutes}


@router.get("/social-care/submissions", response_model=Page[SubmissionShape])
async def list_submissions(
    tx: ByNurseOrSocialWorker, page: Asked, client_id: UUID | None = None, state: State = None
) -> object:
    """What the social worker sent on, also of clients who share nothing any more; for a nurse, that of her teams."""
    return await usecases.list_submissions(tx, page, client_id=client_id, state=state)


@router.get("/social-care/submissions/{submission_id}", response_model=SubmissionShape)
async def read_submission(tx: ByNurseOrSocialWorker, submission_id: UUID, response: Response) -> object:
    """One submission: where it stands, on whom it waits, and why."""
    return tagged(await usecases.read_submission(tx, submission_id), response)


@changes.post("/social-care/submissions/{submission_id}/correct", response_model=SubmissionShape)
async def correct_submission(
    tx: BySocialWorker, seats: Seated, submission_id: UUID, body: Correction, version: IfMatch, response: Response
) -> object:
    """Say by which id the council knows the case, once for all that is sent there about this client from now on."""
    return tagged(await usecases.correct_submission(tx, seats, submission_id, body, version), response)


@changes.post("/social-care/submissions/{submission_id}/resend", response_model=SubmissionShape)
async def resend_submission(
    tx: BySocialWorker, seats: Seated, submission_id: UUID, version: IfMatch, response: Response
) -> object:
    """Send what was rejected, or never answered, again."""
    return tagged(await usecases.resend_submission(tx, seats, submission_id, version), response)
