"""Queries about the reablement clock."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from services.common.db import Transaction
from services.finance.domain.reablement import EndedEpisode, ReablementEpisode

# A day, or the column of a query that has one.
Day = date | Mapped[date]


def _has_not_ended(on: Day) -> ColumnElement[bool]:
    return or_(col(ReablementEpisode.ended_on).is_(None), col(ReablementEpisode.ended_on) >= on)


def _runs(as_of: Day) -> ColumnElement[bool]:
    """Started, and not ended. It runs on after its free days, until somebody decides what follows."""
    return and_(col(ReablementEpisode.started_on) <= as_of, _has_not_ended(as_of))


async def of_episode(tx: Transaction, episode_of_care_id: UUID) -> ReablementEpisode | None:
    wanted = select(ReablementEpisode).where(col(ReablementEpisode.episode_of_care_id) == episode_of_care_id)
    return (await tx.session.execute(wanted.with_for_update())).scalar_one_or_none()


async def ended(tx: Transaction, episode_of_care_id: UUID) -> EndedEpisode | None:
    """That this episode of care has ended, as far as it is known."""
    return await tx.session.get(EndedEpisode, episode_of_care_id)


async def is_free(tx: Transaction, client_id: UUID, on: date) -> bool:
    """Whether this day lies in the client's free days of reablement."""
    return bool(await tx.all(free(client_id, on).limit(1)))


def free(client_id: UUID, on: Day) -> Select[Any]:
    """The client's episodes of reablement that make this day free."""
    return select(col(ReablementEpisode.id)).where(
        col(ReablementEpisode.client_id) == client_id, _runs(on), col(ReablementEpisode.last_free_day_on) >= on
    )


async def to_be_decided(tx: Transaction, today: date, *, most: int) -> Sequence[ReablementEpisode]:
    """Those in the days between the decision and the last free one that nobody was told of.

    Each replica takes what is free.
    """
    wanted = select(ReablementEpisode).where(
        col(ReablementEpisode.ending_told_at).is_(None),
        col(ReablementEpisode.ended_on).is_(None),
        col(ReablementEpisode.decision_due_on) <= today,
        col(ReablementEpisode.last_free_day_on) >= today,
    )
    oldest = wanted.order_by(col(ReablementEpisode.decision_due_on), col(ReablementEpisode.id)).limit(most)
    return await tx.all(oldest.with_for_update(skip_locked=True))


async def listed(tx: Transaction, *, team_id: UUID | None, as_of: date) -> Select[Any]:
    """The visible episodes that run on this day, by team where asked."""
    wanted = select(ReablementEpisode).where(await tx.visible(ReablementEpisode), _runs(as_of))
    return wanted if team_id is None else wanted.where(col(ReablementEpisode.team_id) == team_id)


async def stages(tx: Transaction, team_id: UUID, as_of: date) -> Any:
    """How many of the team's episodes stand where on this day. No two counts overlap, and there is no sum of them,
    so that a hidden one cannot be worked out from the others."""
    due, last = col(ReablementEpisode.decision_due_on), col(ReablementEpisode.last_free_day_on)
    wanted = select(
        func.count().filter(due > as_of).label("before_decision"),
        func.count().filter(due <= as_of, last >= as_of).label("decision_due"),
        func.count().filter(last < as_of).label("after_free_days"),
    )
    found: Sequence[Any] = await tx.rows(wanted.where(col(ReablementEpisode.team_id) == team_id, _runs(as_of)))
    return found[0]
