"""Queries about one day with the councils: who was to be told, what was queued, and what was reviewed."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.common.db import Transaction
from services.common.types import midnight_in_england
from services.interop.domain.adapter import Adapter
from services.interop.domain.connection import Connection
from services.interop.domain.delivery import CouncilDelivery, DeliveryStatus
from services.interop.domain.share import Share
from services.interop.domain.submission import Submission, SubmissionState

ENDED = (SubmissionState.WITHDRAWN, SubmissionState.SUPERSEDED)


async def connections(tx: Transaction) -> Sequence[UUID]:
    return await tx.all(select(col(Connection.id)))


async def shares(tx: Transaction, client_ids: Collection[UUID]) -> Sequence[Share]:
    """What these clients share with councils that are sent it. What was withdrawn since is expected of nobody."""
    wanted = select(Share).join(Connection, col(Connection.id) == col(Share.connection_id))
    in_force = (col(Share.client_id).in_(client_ids), col(Share.withdrawn_at).is_(None))
    rows = await tx.all(wanted.where(*in_force, col(Connection.adapter) != Adapter.PORTAL))
    tx.leaves_out(rows)
    return rows


async def deliveries(tx: Transaction, day: date) -> Sequence[CouncilDelivery]:
    """What was queued of the day's facts. A submission is looked at by itself, however often it was sent."""
    rows = await tx.all(
        select(CouncilDelivery).where(
            col(CouncilDelivery.happened_on) == day,
            col(CouncilDelivery.submission_id).is_(None),
            col(CouncilDelivery.share_id).is_not(None),
            col(CouncilDelivery.status) != DeliveryStatus.WITHDRAWN,
        )
    )
    tx.leaves_out(rows)
    return rows


async def submissions(tx: Transaction, day: date) -> Sequence[Submission]:
    """What was reviewed on the day in England, and neither withdrawn nor superseded since."""
    since, until = midnight_in_england(day), midnight_in_england(day + timedelta(days=1))
    of_day = (col(Submission.reviewed_at) >= since, col(Submission.reviewed_at) < until)
    rows = await tx.all(select(Submission).where(*of_day, col(Submission.state).not_in(ENDED)))
    tx.leaves_out(rows)
    return rows
