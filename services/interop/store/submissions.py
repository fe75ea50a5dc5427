"""Queries about submissions, the changes that wait for a review, and the councils' own case ids."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, any_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import col

from services.common.auth import Persona
from services.common.db import Transaction
from services.interop.domain.adapter import Adapter
from services.interop.domain.connection import Connection
from services.interop.domain.delivery import CouncilDelivery, DeliveryStatus
from services.interop.domain.share import Share
from services.interop.domain.submission import (
    CARE_PLAN_CHANGE,
    REPLACEABLE,
    CouncilCase,
    Submission,
    SubmissionState,
)

Change = tuple[int, Submission, Share, str | None]
# The position of a change, its submission and its client.
Place = tuple[int, UUID, UUID]
PLACE = (CARE_PLAN_CHANGE.c.position, CARE_PLAN_CHANGE.c.submission_id, CARE_PLAN_CHANGE.c.client_id)


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


def _of_own_council(tx: Transaction) -> ColumnElement[bool]:
    """Shares with the council that the guest reviews for; where none names them, with the only one there is.

    Whoever is named nowhere is shown nothing of a client who shares with several, for it would be a guess.
    """
    named = select(col(Connection.id)).where(any_(col(Connection.reviewers)) == tx.actor.subject)
    other: Any = aliased(Share)
    elsewhere = exists().where(
        other.client_id == col(Share.client_id), other.connection_id != col(Share.connection_id), *_in_force(tx, other)
    )
    return or_(col(Share.connection_id).in_(named), ~named.exists() & ~elsewhere)


def _in_force(tx: Transaction, share: Any = Share) -> tuple[ColumnElement[bool], ...]:
    return share.withdrawn_at.is_(None), or_(share.until_on.is_(None), share.until_on >= tx.today)


def _shared(tx: Transaction, client_ids: Collection[UUID]) -> Select[Any]:
    """The changes of these clients that they share now, with the share and the council's own id of the case."""
    put_right = (
        (col(CouncilCase.client_id) == col(Share.client_id))
        & (col(CouncilCase.connection_id) == col(Share.connection_id))
        & (col(CouncilCase.changed_at) >= col(Share.agreed_at))
    )
    wanted = (
        select(CARE_PLAN_CHANGE.c.position, Submission, Share, col(CouncilCase.case_id))
        .join(Submission, col(Submission.id) == CARE_PLAN_CHANGE.c.submission_id)
        .join(Share, col(Share.id) == col(Submission.share_id))
        .outerjoin(CouncilCase, put_right)
    )
    return wanted.where(CARE_PLAN_CHANGE.c.client_id.in_(client_ids), *_in_force(tx), _of_own_council(tx))


async def places_after(
    tx: Transaction, client_ids: Collection[UUID], position: int, limit: int, state: SubmissionState | None
) -> Sequence[Place]:
    """Where the changes after this position are, in the order in which they became known."""
    wanted = _shared(tx, client_ids).where(CARE_PLAN_CHANGE.c.position > position)
    if state is not None:
        wanted = wanted.where(col(Submission.state) == state)
    found: Sequence[Place] = await tx.rows(wanted.with_only_columns(*PLACE).order_by(PLACE[0]).limit(limit))
    return found


async def place(tx: Transaction, client_ids: Collection[UUID], submission_id: UUID) -> Sequence[Place]:
    """Where this one change is; nothing where there is none for the caller."""
    wanted = _shared(tx, client_ids).where(col(Submission.id) == submission_id)
    found: Sequence[Place] = await tx.rows(wanted.with_only_columns(*PLACE))
    return found


async def changes(tx: Transaction, client_ids: Collection[UUID], submission_ids: Collection[UUID]) -> Sequence[Change]:
    """Those of these changes that are shared now."""
    wanted = _shared(tx, client_ids).where(col(Submission.id).in_(submission_ids))
    found: Sequence[Change] = await tx.rows(wanted.order_by(CARE_PLAN_CHANGE.c.position))
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


async def locked_all(tx: Transaction, submission_ids: Collection[UUID]) -> Sequence[Submission]:
    """Each as it is now, locked in one order."""
    wanted = select(Submission).where(col(Submission.id).in_(submission_ids)).order_by(col(Submission.id))
    return await tx.all(wanted.with_for_update().execution_options(populate_existing=True))


async def share_in_force(tx: Transaction, share_id: UUID) -> Share | None:
    """The share, held until what goes out under it is queued, so that a withdrawal at the same moment finds that."""
    wanted = select(Share).where(col(Share.id) == share_id).with_for_update(read=True)
    found: Share | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found if found is not None and found.in_force(tx.today) else None


async def case_id(tx: Transaction, share: Share) -> str | None:
    """The council's own id of the client's case, where it was put right since they agreed to this share."""
    wanted = select(col(CouncilCase.case_id)).where(
        col(CouncilCase.client_id) == share.client_id,
        col(CouncilCase.connection_id) == share.connection_id,
        col(CouncilCase.changed_at) >= share.agreed_at,
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
    else:
        known.case_id, known.set_by, known.changed_at = case_id, tx.actor.subject, tx.now


async def withdraw_unsent(tx: Transaction, share_ids: Collection[UUID]) -> None:
    """What has not left under these shares does not leave any more, nor a second time; what was sent stays as it is.

    What was to be sent has been withdrawn before.
    """
    stopped = exists().where(
        col(CouncilDelivery.submission_id) == col(Submission.id),
        col(CouncilDelivery.status) == DeliveryStatus.WITHDRAWN,
    )
    unsent = col(Submission.state).in_((SubmissionState.DRAFT, SubmissionState.READY))
    unheard = (col(Submission.state) == SubmissionState.SENT) & stopped
    withdrawn = {
        "state": SubmissionState.WITHDRAWN,
        "changed_at": tx.now,
        "version": col(Submission.version) + 1,
    }
    theirs = select(col(Submission.id)).where(col(Submission.share_id).in_(share_ids), unsent | unheard)
    in_order = theirs.order_by(col(Submission.id)).with_for_update()
    await tx.session.execute(update(Submission).where(col(Submission.id).in_(in_order)).values(**withdrawn))


def _of_line(submission: Submission) -> tuple[ColumnElement[bool], ...]:
    """The changes of the same line for the same council."""
    return (
        col(Submission.line_id) == submission.line_id,
        col(Submission.connection_id) == submission.connection_id,
    )


async def supersede_older(tx: Transaction, submission: Submission) -> None:
    """What is older of the same line, and is neither at the council nor on its way, does not go there any more."""
    replaced = {
        "state": SubmissionState.SUPERSEDED,
        "changed_at": tx.now,
        "version": col(Submission.version) + 1,
    }
    older = update(Submission).where(*_of_line(submission), col(Submission.plan_version) < submission.plan_version)
    await tx.session.execute(older.where(col(Submission.state).in_(REPLACEABLE)).values(**replaced))


async def has_newer(tx: Transaction, submission: Submission) -> bool:
    """Whether the same line changed again, for the same council."""
    newer = select(col(Submission.id)).where(
        *_of_line(submission), col(Submission.plan_version) > submission.plan_version
    )
    return (await tx.session.execute(newer.limit(1))).first() is not None


async def unanswered(tx: Transaction, since: datetime, most: int) -> Sequence[Submission]:
    """What councils took before this moment, and said nothing of; nothing that is still being tried."""
    waits = exists().where(
        col(CouncilDelivery.submission_id) == col(Submission.id),
        col(CouncilDelivery.status) == DeliveryStatus.QUEUED,
    )
    wanted = select(Submission).where(
        col(Submission.state) == SubmissionState.SENT, col(Submission.changed_at) < since, ~waits
    )
    return await tx.all(wanted.order_by(col(Submission.changed_at)).limit(most).with_for_update(skip_locked=True))


async def is_by_hand(tx: Transaction, submission: Submission) -> bool:
    """Whether it goes to a council that has a portal alone."""
    to = select(col(Connection.adapter)).where(col(Connection.id) == submission.connection_id)
    return bool((await tx.all(to))[0] == Adapter.PORTAL)


async def keyed_between(tx: Transaction, since: datetime, until: datetime) -> tuple[int, int]:
    """How many were copied by hand from one moment to the other, and the whole minutes of it."""
    took = func.extract("epoch", col(Submission.keyed_at) - col(Submission.pack_opened_at)) / 60
    wanted = select(func.count(), func.coalesce(func.sum(func.ceil(took)), 0)).where(
        col(Submission.keyed_at) >= since, col(Submission.keyed_at) < until
    )
    ((count, minutes),) = await tx.rows(wanted)
    return count, int(minutes)
