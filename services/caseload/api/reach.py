"""Whom the team reaches: the equity report, and the caseload beside the people of its streets."""

from datetime import date
from uuid import UUID

from fastapi import Response

from services.caseload.api.callers import ByTeamOrBoard
from services.caseload.api.rendered import tagged
from services.caseload.domain.patch import NewPatch, PatchDetails
from services.caseload.usecases import team
from services.common.http import ByNurse, IfMatch, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer, Day

router = api_router(tags=["reach"])


class PatchShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    name: str
    streets: list[str]
    postcodes: list[str]
    lsoa_codes: list[str]
    population: int
    imd_decile: int
    need_mix: dict[str, int]
    source: str
    counted_on: date
    written_by: UUID | None


class ComparedShape(Answer):
    name: str
    imd_decile: int | None
    population: int
    clients: int | None
    population_share: float | None
    caseload_share: float | None
    per_thousand: float | None


class ComparisonShape(Answer):
    """Shares are per cent. Outside the team what stands on few is null. `svg` is the same as a picture."""

    as_of: date
    patches: list[ComparedShape]
    ages: list[ComparedShape]
    clients: int | None
    elsewhere: int | None
    svg: str


class ReachedShape(Answer):
    dimension: str
    group: str
    referred: int | None
    offered: int | None
    taken: int | None
    median_wait_days: float | None


class EquityFigures(Answer):
    """The same figures for every team. Outside the team a group of few is not named, and what stands on few is null."""

    team_id: UUID
    quarter_on: date
    definition: str
    items: list[ReachedShape]


@router.get("/equity/summary", response_model=EquityFigures)
async def equity_figures(tx: ByTeamOrBoard, team_id: UUID, as_of: Day | None = None) -> object:
    """Referred, offered, taken and how long it took, by area and group; outside the team of a closed quarter."""
    return await team.equity_figures(tx, team_id, as_of)


@router.post("/patches", status_code=201, response_model=PatchShape)
async def draw_patch(tx: ByNurse, body: NewPatch, response: Response) -> object:
    """Write down which streets the team serves, and who lives there by the latest count."""
    return tagged(await team.draw_patch(tx, body), response)


@router.get("/patches", response_model=Page[PatchShape])
async def list_patches(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """The patches of the caller's teams."""
    return await team.list_patches(tx, page, team_id=team_id)


@router.get("/patches/summary", response_model=ComparisonShape)
async def compare_with_patches(tx: ByTeamOrBoard, team_id: UUID, as_of: Day | None = None) -> object:
    """The caseload beside the people of its patches; outside the team as it stood at a month's end."""
    return await team.compare_with_patches(tx, team_id, as_of)


@router.get("/patches/{patch_id}", response_model=PatchShape)
async def read_patch(tx: ByNurse, patch_id: UUID, response: Response) -> object:
    """One patch."""
    return tagged(await team.read_patch(tx, patch_id), response)


@router.put("/patches/{patch_id}", response_model=PatchShape)
async def change_patch(tx: ByNurse, patch_id: UUID, body: PatchDetails, version: IfMatch, response: Response) -> object:
    """Write a patch anew."""
    return tagged(await team.change_patch(tx, patch_id, body, version), response)
