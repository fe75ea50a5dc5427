"""Queries about submissions, the changes that wait for a review, and the councils' own case ids."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from services.common.auth import Persona
from services.common.db import Transaction
from services.interop.domain.share import Share
from services.interop.domain.submission import CARE_PLAN_CHANGE, CouncilCase, Submission, SubmissionState

Change = tuple[int, Submission, Share]


async def take_seats(tx: Transaction, client_ids: Collection[UUID]) -> None:
    """Let the guest meet what is shared of these clients, for whom caseload has just said that they have a seat."""
    seated = "{" + ",".join(map(str, client_ids)) + "}"
    await tx.session.execute(select(func.set_config("app.seated", seated, True)))


async def keep(tx: Transaction, submission: Submission) -> None:
    """Keep a change for one council once, and append it to those that are read by cursor."""
    values = submission.model_dump()
    kept = insert(Submission).values(**values).on_conflict_do_nothing().returning(col(Submission.id))
    if await tx.all(kept):
        about = {"team_id": submission.team_id, "client_id": submission.client_id}
        tx.append(CARE_PLAN_CHANGE, {**about, "submission_id": submission.id})


def _shared(tx: Transaction, client_ids: Collection[UUID]) -> Select[Any]:
    """The changes of these clients that they share now, with the share."""
    wanted = (
        select(CARE_PLAN_CHANGE.c.position, Submission, Share)
        .join(Submission, col(Submission.id) == CARE_PLAN_CHANGE.c.submission_id)
        .join(Share, col(Share.id) == col(Submission.share_id))
    )
    return wanted.where(
        CARE_PLAN_CHANGE.c.client_id.in_(client_ids),
        col(Share.withdrawn_at).is_(None),
        or_(col(Share.until_on).is_(None), col(Share.until_on) >= tx.today),
    )


async def changes_after(
    tx: Transaction, client_ids: Collection[UUID], position: int, limit: int, state: SubmissionState | None
) -> Sequence[Change]:
    """The changes after this position, in the order in which they became known."""
    wanted = _shared(tx, client_ids).where(CARE_PLAN_CHANGE.c.position > position)
    if state is not None:
        wanted = wanted.where(col(Submission.state) == state)
    found: Sequence[Change] = await tx.rows(wanted.order_by(CARE_PLAN_CHANGE.c.position).limit(limit))
    return found


async def clients_with_changes(tx: Transaction, client_ids: Collection[UUID], position: int) -> Sequence[UUID]:
    wanted = _shared(tx, client_ids).where(CARE_PLAN_CHANGE.c.position > position)
    return await tx.all(wanted.with_only_columns(CARE_PLAN_CHANGE.c.client_id).distinct())


async def change(tx: Transaction, client_ids: Collection[UUID], submission_id: UUID) -> Change | None:
    wanted = _shared(tx, client_ids).where(col(Submission.id) == submission_id)
    found: Change | None = (await tx.session.execute(wanted)).one_or_none()
    return found


async def listed(tx: Transaction, *, client_id: UUID | None, state: SubmissionState | None) -> Select[Any]:
    """What a social worker reviewed, or what concerns the caller's teams."""
    is_guest = tx.actor.persona is Persona.SOCIAL_WORKER
    mine = col(Submission.reviewed_by) == tx.actor.subject if is_guest else await tx.visible(Submission)
    wanted = select(Submission).where(mine)
    wanted = wanted if client_id is None else wanted.where(col(Submission.client_id) == client_id)
    return wanted if state is None else wanted.where(col(Submission.state) == state)


async def one(tx: Transaction, submission_id: UUID) -> Submission | None:
    """One of those that would be listed for the caller."""
    wanted = (await listed(tx, client_id=None, state=None)).where(col(Submission.id) == submission_id)
    found: Submission | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def locked(tx: Transaction, submission_id: UUID) -> Submission | None:
    """The submission as it is now, for one writer at a time."""
    wanted = select(Submission).where(col(Submission.id) == submission_id).with_for_update()
    wanted = wanted.execution_options(populate_existing=True)
    found: Submission | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def share_in_force(tx: Transaction, share_id: UUID) -> Share | None:
    """The share, held until what goes out under it is queued, so that a withdrawal at the same moment finds that."""
    wanted = select(Share).where(col(Share.id) == share_id).with_for_update(read=True)
    found: Share | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found if found is not None and found.in_force(tx.today) else None


async def case_id(tx: Transaction, client_id: UUID, connection_id: UUID) -> str | None:
    """The council's own id of the client's case, where one was put right."""
    wanted = select(col(CouncilCase.case_id)).where(
        col(CouncilCase.client_id) == client_id, col(CouncilCase.connection_id) == connection_id
    )
    found: str | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def keep_case_id(tx: Transaction, submission: Submission, case_id: str) -> None:
    theirs = select(CouncilCase).where(
        col(CouncilCase.client_id) == submission.client_id,
        col(CouncilCase.connection_id) == submission.connection_id,
    )
    await tx.take_turns(f"council_case/{submission.client_id}/{submission.connection_id}")
    known: CouncilCase | None = (await tx.session.execute(theirs.with_for_update())).scalar_one_or_none()
    if known is None:
        about = {name: getattr(submission, name) for name in ("team_id", "client_id", "connection_id")}
        tx.add(CouncilCase(**about, case_id=case_id, set_by=tx.actor.subject, changed_at=tx.now))
    elif known.case_id != case_id:
        known.case_id, known.set_by, known.changed_at = case_id, tx.actor.subject, tx.now


async def withdraw_unsent(tx: Transaction, share_id: UUID) -> None:
    """What has not left under this share does not leave any more; what was sent stays listed as it is."""
    unsent = (col(Submission.share_id) == share_id) & col(Submission.state).in_(
        (SubmissionState.DRAFT, SubmissionState.READY)
    )
    withdrawn = {
        "state": SubmissionState.WITHDRAWN,
        "changed_at": tx.now,
        "version": col(Submission.version) + 1,
    }
    await tx.session.execute(update(Submission).where(unsent).values(**withdrawn))
