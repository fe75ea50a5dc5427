"""Episodes of care: paused, resumed, and ended with advice and an open door."""

from datetime import date
from uuid import UUID

from fastapi import Response

from services.caseload import usecases
from services.caseload.api.callers import ByNurseReading
from services.caseload.api.rendered import tagged
from services.caseload.api.shapes import EpisodeShape
from services.caseload.domain.discharge import Discharge, Pause, Resumption
from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.types import Answer


class PauseShape(Answer):
    """`until_on` is the day on which care went on, or ended."""

    from_on: date
    until_on: date | None
    reason: str
    paused_by: UUID | None


class WholeEpisode(EpisodeShape):
    """The episode with its pauses, those that are over as well."""

    pauses: list[PauseShape]


router = api_router(tags=["episodes of care"])


@router.get("/episodes-of-care/{episode_of_care_id}", response_model=WholeEpisode)
async def read_episode(tx: ByNurseReading, episode_of_care_id: UUID, response: Response) -> object:
    """One episode of care: who is named and who leads, and what the client was told when it ended."""
    episode, pauses = await usecases.read_episode(tx, episode_of_care_id)
    etag(response, episode)
    return {**episode.model_dump(), "pauses": pauses}


@router.post("/episodes-of-care/{episode_of_care_id}/discharge", response_model=EpisodeShape)
async def discharge_client(
    tx: ByNurse, episode_of_care_id: UUID, body: Discharge, version: IfMatch, response: Response
) -> object:
    """End the care: say what to look out for, whom to ring and how to come back."""
    return tagged(await usecases.discharge_client(tx, episode_of_care_id, body, version), response)


@router.post("/episodes-of-care/{episode_of_care_id}/pause", response_model=EpisodeShape)
async def pause_episode(
    tx: ByNurse, episode_of_care_id: UUID, body: Pause, version: IfMatch, response: Response
) -> object:
    """The client is in hospital, or away; planned visits are cancelled."""
    return tagged(await usecases.pause_episode(tx, episode_of_care_id, body, version), response)


@router.post("/episodes-of-care/{episode_of_care_id}/resume", response_model=EpisodeShape)
async def resume_episode(
    tx: ByNurse, episode_of_care_id: UUID, body: Resumption, version: IfMatch, response: Response
) -> object:
    """The client is back, and can be visited again."""
    return tagged(await usecases.resume_episode(tx, episode_of_care_id, body, version), response)
