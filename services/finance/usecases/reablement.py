"""The free weeks of reablement start, and end with the episode of care."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.common.projections import keep_newest
from services.finance.domain.rate import RateKind, in_force
from services.finance.domain.reablement import AgreedReablement, EndedEpisode, ReablementEpisode
from services.finance.events import ReablementStarted
from services.finance.store import activity, financial_assessments, rates, reablement


async def start_reablement(tx: Transaction, agreed: AgreedReablement) -> None:
    """Start the clock of this episode of care, once, and free the care that was already recorded in its days.

    Raises `NoRateInForce` for a first day before the law that grants free days.
    """
    await tx.take_turns(agreed.client_id)
    if await reablement.of_episode(tx, agreed.episode_of_care_id) is not None:
        return
    limits = in_force(await rates.of_kinds(tx, RateKind.REABLEMENT), RateKind.REABLEMENT, agreed.starts_on)
    episode = ReablementEpisode.started(agreed, limits, tx.now)
    ended = await reablement.ended(tx, agreed.episode_of_care_id)
    if ended is not None:
        episode.end(ended.since_on, tx.now)
    tx.add(episode)
    await tx.session.flush()
    await _charge_again(tx, agreed.client_id, episode.started_on, episode.last_free_day_on)
    started = ReablementStarted(
        reablement_id=episode.id,
        client_id=episode.client_id,
        episode_of_care_id=episode.episode_of_care_id,
        team_id=episode.team_id,
        started_on=episode.started_on,
        last_free_day_on=episode.last_free_day_on,
        decision_due_on=episode.decision_due_on,
    )
    tx.publish(started, about=episode)


async def end_reablement(tx: Transaction, client_id: UUID, ended: dict[str, Any]) -> None:
    """The client was discharged, so the clock of that episode of care runs no longer, nor does its means test.

    What was given after that day, in another episode of care, goes by neither.
    """
    await tx.take_turns(client_id)
    if not await keep_newest(tx, EndedEpisode, ended):
        return
    episode = await reablement.of_episode(tx, ended["episode_of_care_id"])
    if episode is not None:
        episode.end(ended["since_on"], tx.now)
        await tx.session.flush()
        await _charge_again(tx, client_id, ended["since_on"] + timedelta(days=1), date.max)


async def _charge_again(tx: Transaction, client_id: UUID, first: date, last: date) -> None:
    await activity.charge_again(tx, client_id, await financial_assessments.standing_of(tx, client_id), first, last)
