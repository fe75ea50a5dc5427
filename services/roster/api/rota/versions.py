"""Versions of a rota: drafted, edited, compared, scored, proposed, withdrawn and published."""

from uuid import UUID

from fastapi import Response

from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.roster.api.rota.scored import scored
from services.roster.api.rota.shapes import DifferenceShape, ScoreShape, VersionShape, WholeVersionShape
from services.roster.domain.rota_version.duty import Duties
from services.roster.domain.rota_version.version import NewAmendment, NewVersion, Publication
from services.roster.usecases import rota

router = api_router(tags=["rota versions"])


def shown_whole(whole: rota.WholeVersion, response: Response) -> object:
    """The version is the ETag's; its duties change with it."""
    etag(response, whole.rota_version)
    return whole


@router.post("/rotas/{rota_id}/versions", status_code=201, response_model=WholeVersionShape)
async def draft_rota(tx: ByNurse, rota_id: UUID, body: NewVersion, version: IfMatch, response: Response) -> object:
    """A draft, made anew or from another version with some cells changed, on the rota as last read."""
    return shown_whole(await rota.draft_rota(tx, rota_id, body, version), response)


@router.get("/rotas/{rota_id}/versions", response_model=Page[VersionShape])
async def list_versions(tx: ByNurse, rota_id: UUID, page: Asked) -> object:
    """The versions of one rota, without their duties."""
    return await rota.list_versions(tx, page, rota_id)


@router.get("/rota-versions/{rota_version_id}", response_model=WholeVersionShape)
async def read_version(tx: ByNurse, rota_version_id: UUID, response: Response) -> object:
    """One version whole: who is on which duty, and what the team said of it."""
    return shown_whole(await rota.read_version(tx, rota_version_id), response)


@router.put("/rota-versions/{rota_version_id}/duties", response_model=WholeVersionShape)
async def set_duties(tx: ByNurse, rota_version_id: UUID, body: Duties, version: IfMatch, response: Response) -> object:
    """Change cells of a draft; those that are not sent stay."""
    return shown_whole(await rota.set_duties(tx, rota_version_id, body.duties, version), response)


@router.get("/rota-versions/{rota_version_id}/diff/{other_version_id}", response_model=DifferenceShape)
async def difference_of(tx: ByNurse, rota_version_id: UUID, other_version_id: UUID) -> object:
    """The cells that differ from the one version to the other."""
    return {"items": await rota.difference_of(tx, rota_version_id, other_version_id)}


@router.get("/rota-versions/{rota_version_id}/score", response_model=ScoreShape)
async def score_of(tx: ByNurse, rota_version_id: UUID) -> object:
    """What a version costs by the team's prices, rule by rule in words, where it breaks one, and how it shares out."""
    return scored(*await rota.score_of(tx, rota_version_id))


@router.post("/rota-versions/{rota_version_id}/propose", response_model=WholeVersionShape)
async def propose_rota(tx: ByNurse, rota_version_id: UUID, version: IfMatch, response: Response) -> object:
    """Ask the team about a draft. It never changes after this; answers are kept for whom nothing changes."""
    return shown_whole(await rota.propose_rota(tx, rota_version_id, version), response)


@router.post("/rota-versions/{rota_version_id}/withdraw", response_model=WholeVersionShape)
async def withdraw_rota(tx: ByNurse, rota_version_id: UUID, version: IfMatch, response: Response) -> object:
    """Nobody is asked about it any more."""
    return shown_whole(await rota.withdraw_rota(tx, rota_version_id, version), response)


@router.post("/rota-versions/{rota_version_id}/publish", response_model=WholeVersionShape)
async def publish_rota(
    tx: ByNurse, rota_version_id: UUID, body: Publication, version: IfMatch, response: Response
) -> object:
    """What the team agreed becomes its shifts; what cannot wait says why. Each is made from the one before it."""
    return shown_whole(await rota.publish_rota(tx, rota_version_id, body, version), response)


@router.post("/rotas/{rota_id}/amendments", status_code=201, response_model=WholeVersionShape)
async def amend_rota(tx: ByNurse, rota_id: UUID, body: NewAmendment, version: IfMatch, response: Response) -> object:
    """Change cells of the published version as last read, with the reason. Each whom it concerns is told at once."""
    return shown_whole(await rota.amend_rota(tx, rota_id, body, version), response)
