"""The reablement clock: episode by episode for the team and the finance office, in counts for those around."""

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Response

from services.common.auth import Persona
from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Day
from services.finance import usecases
from services.finance.api.callers import ByTeamOrAround, ByTeamOrFinance
from services.finance.api.shapes import ReablementShape, ReablementSummary, TeamReablementShape
from services.finance.domain.reablement import Decision, ReablementEpisode

router = api_router(tags=["reablement"])

Episodes = Page[TeamReablementShape] | Page[ReablementShape]


def _on(episode: ReablementEpisode, as_of: date) -> dict[str, Any]:
    return {**episode.model_dump(), "as_of": as_of, **asdict(episode.clock(as_of))}


@router.get("/reablement-episodes", response_model=Episodes)
async def list_reablement_episodes(
    tx: ByTeamOrFinance, page: Asked, team_id: UUID | None = None, as_of: Day | None = None
) -> Episodes:
    """Days gone and days left. The client is named to the client's own team only."""
    found, day = await usecases.list_reablement_episodes(tx, page, team_id=team_id, as_of=as_of)
    clocks = {**found, "items": [_on(episode, day) for episode in found["items"]]}
    if tx.actor.persona is Persona.NURSE:
        return Page[TeamReablementShape].model_validate(clocks)
    return Page[ReablementShape].model_validate(clocks)


@router.get("/reablement-episodes/{reablement_id}", response_model=TeamReablementShape)
async def read_reablement_episode(tx: ByNurse, reablement_id: UUID, response: Response) -> object:
    """One episode as it stands today, with the version to decide it by."""
    episode = await usecases.read_reablement_episode(tx, reablement_id)
    etag(response, episode)
    return _on(episode, tx.today)


@router.post("/reablement-episodes/{reablement_id}/decide", response_model=TeamReablementShape)
async def decide_reablement(
    tx: ByNurse, reablement_id: UUID, body: Decision, version: IfMatch, response: Response
) -> object:
    """Say what follows the free days: nothing, the NHS's care alone, or social care with a financial assessment."""
    episode = await usecases.decide_reablement(tx, reablement_id, body, version)
    etag(response, episode)
    return _on(episode, tx.today)


@router.get("/reablement-summary", response_model=ReablementSummary)
async def reablement_summary(tx: ByTeamOrAround, team_id: UUID, as_of: Day | None = None) -> object:
    """How many episodes stand where; outside the team at a month's end, and a count under five is hidden."""
    stages, day = await usecases.reablement_summary(tx, team_id, as_of=as_of)
    return {"team_id": team_id, "as_of": day, **stages}
