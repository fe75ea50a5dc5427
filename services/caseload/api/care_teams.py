"""The client's care team: the named nurse and deputy now and before, the sub-team, and a lead outside the team."""

from datetime import date
from uuid import UUID

from fastapi import Response

from services.caseload.api.rendered import tagged
from services.caseload.api.shapes import EpisodeShape
from services.caseload.domain.care_team import HandOn
from services.caseload.domain.placement import InSubTeam, LedBy
from services.caseload.usecases import team
from services.common.http import ByNurse, IfMatch, api_router
from services.common.types import Answer

router = api_router(tags=["care teams"])


class CareTeamPeriodShape(Answer):
    """`until_on` is the day on which the next took over."""

    id: UUID
    episode_of_care_id: UUID
    named_nurse_id: UUID
    deputy_id: UUID
    from_on: date
    until_on: date | None
    reason: str
    words: str | None
    changed_by: UUID | None


class ContinuityOfClient(Answer):
    """`share` is of contacts by whoever was named nurse or deputy on the day, `upc` the usual provider's share, `coc`
    the index of Bice and Boxerman."""

    contacts: int
    faces: int
    by_care_team: int
    share: float | None
    upc: float | None
    coc: float | None


class CareTeamShape(Answer):
    """The newest period first."""

    client_id: UUID
    periods: list[CareTeamPeriodShape]
    continuity: ContinuityOfClient


@router.get("/clients/{client_id}/care-team", response_model=CareTeamShape)
async def read_care_team(tx: ByNurse, client_id: UUID) -> object:
    """Who is and who was the named nurse and the deputy, from when to when and why, and how few faces there were."""
    return await team.read_care_team(tx, client_id)


@router.post("/episodes-of-care/{episode_of_care_id}/hand-on", response_model=EpisodeShape)
async def hand_client_on(
    tx: ByNurse, episode_of_care_id: UUID, body: HandOn, version: IfMatch, response: Response
) -> object:
    """Hand the client on to another named nurse or deputy, from today, and say why."""
    return tagged(await team.hand_client_on(tx, episode_of_care_id, body, version), response)


@router.put("/episodes-of-care/{episode_of_care_id}/sub-team", response_model=EpisodeShape)
async def put_in_sub_team(
    tx: ByNurse, episode_of_care_id: UUID, body: InSubTeam, version: IfMatch, response: Response
) -> object:
    """Put the client with a smaller group within the team, or with the whole of it."""
    return tagged(await team.put_in_sub_team(tx, episode_of_care_id, body, version), response)


@router.put("/episodes-of-care/{episode_of_care_id}/lead", response_model=EpisodeShape)
async def name_lead(tx: ByNurse, episode_of_care_id: UUID, body: LedBy, version: IfMatch, response: Response) -> object:
    """Name the professional outside the team who leads: a social worker, say, or a therapist."""
    return tagged(await team.name_lead(tx, episode_of_care_id, body, version), response)
