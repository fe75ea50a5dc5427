"""A pause in hospital, and discharge with advice and an open door."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.caseload.domain.at_home import Found, Whereabouts
from services.caseload.domain.client import EpisodeOfCare
from services.caseload.domain.discharge import Discharge, DischargeReason, Pause, Resumption
from services.caseload.domain.episode_pause import EpisodePause
from services.caseload.events import EpisodeOfCareDischarged, EpisodeOfCarePaused, EpisodeOfCareResumed
from services.caseload.store import care_teams, episodes, reaching
from services.caseload.usecases import tell
from services.common.db import Transaction, require_version


async def read_episode(tx: Transaction, episode_of_care_id: UUID) -> tuple[EpisodeOfCare, Sequence[EpisodePause]]:
    """One episode of care with its pauses, those that are over as well."""
    episode = await tx.get(EpisodeOfCare, episode_of_care_id)
    return episode, await episodes.pauses(tx, episode.id)


async def _changing(tx: Transaction, episode_of_care_id: UUID, if_match: int) -> EpisodeOfCare:
    episode = await tx.get(EpisodeOfCare, episode_of_care_id, lock=True)
    require_version(episode, if_match)
    await tell.settle_care_changed(tx, episode.client_id)
    return episode


async def discharge_client(
    tx: Transaction, episode_of_care_id: UUID, discharge: Discharge, if_match: int
) -> EpisodeOfCare:
    """Care ends, and the client knows what to look out for, whom to ring and how to come back.

    Raises `EpisodeAlreadyEnded` or `BeforeItBegan`.
    """
    episode = await _changing(tx, episode_of_care_id, if_match)
    episode.discharge(discharge, tx.now)
    await _leave_nothing_behind(tx, episode, discharge)
    await tx.session.flush()
    discharged = EpisodeOfCareDischarged(
        episode_of_care_id=episode.id,
        client_id=episode.client_id,
        team_id=episode.team_id,
        status=episode.status,
        reason=discharge.reason,
        since_on=discharge.ended_on,
    )
    tx.publish(discharged, about=episode)
    return episode


async def _leave_nothing_behind(tx: Transaction, episode: EpisodeOfCare, discharge: Discharge) -> None:
    """A pause and the time of the named nurse end as well, and nobody is asked where somebody is who died."""
    on = discharge.ended_on
    await _end_pause(tx, episode, on)
    period = await care_teams.period_now(tx, episode.id)
    if period is not None:
        period.end(max(on, period.from_on), tx.now)
    if discharge.reason is DischargeReason.DIED:
        for waiting in await reaching.waiting_on(tx, episode.client_id, on):
            waiting.find(Found(found_on=on, where=Whereabouts.DIED), tx.actor.employee_id, tx.now)


async def _end_pause(tx: Transaction, episode: EpisodeOfCare, on: date) -> None:
    for pause in await episodes.pauses(tx, episode.id):
        if pause.until_on is None:
            pause.end(on, tx.now)


async def pause_episode(
    tx: Transaction, episode_of_care_id: UUID, pause: Pause, if_match: int, *, by_hospital: bool = False
) -> EpisodeOfCare:
    """The client is in hospital, or away: nobody visits until care is resumed. By a hospital's word it is nobody's own.

    Raises `EpisodeNotActive` or `BeforeItBegan`.
    """
    episode = await _changing(tx, episode_of_care_id, if_match)
    episode.pause(pause, tx.now)
    tx.add(EpisodePause.of(episode, pause, None if by_hospital else tx.actor.employee_id, tx.now))
    await tx.session.flush()
    paused = EpisodeOfCarePaused(
        episode_of_care_id=episode.id,
        client_id=episode.client_id,
        team_id=episode.team_id,
        status=episode.status,
        reason=pause.reason,
        since_on=pause.paused_on,
    )
    tx.publish(paused, about=episode)
    return episode


async def resume_episode(
    tx: Transaction, episode_of_care_id: UUID, resumption: Resumption, if_match: int
) -> EpisodeOfCare:
    """The client is back. Raises `EpisodeNotPaused` or `BeforeItBegan`."""
    episode = await _changing(tx, episode_of_care_id, if_match)
    episode.resume(resumption.resumed_on, tx.now)
    await _end_pause(tx, episode, resumption.resumed_on)
    await tx.session.flush()
    resumed = EpisodeOfCareResumed(
        episode_of_care_id=episode.id,
        client_id=episode.client_id,
        team_id=episode.team_id,
        status=episode.status,
        since_on=resumption.resumed_on,
    )
    tx.publish(resumed, about=episode)
    return episode
