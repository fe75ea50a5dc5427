"""A version of a rota as a picture."""

from datetime import date, timedelta
from uuid import UUID

from fastapi import Request, Response

from services.common.http import ByNurse, api_router
from services.roster.api.pictures.page import PRODUCES, shown
from services.roster.api.pictures.rota_grid import RotaPicture, drawn
from services.roster.api.pictures.rounds import letter
from services.roster.domain.rota_version.version import VersionState
from services.roster.usecases import proposing
from services.roster.usecases.proposing import LaidOut

router = api_router(tags=["pictures"])
NOT_YET = (VersionState.DRAFT, VersionState.PROPOSED)


@router.get("/pictures/rota/{rota_version_id}", response_class=Response, responses=PRODUCES)
async def draw_rota(tx: ByNurse, rota_version_id: UUID, request: Request) -> Response:
    """Who is on which duty, with hours and cover: SVG, PNG, or a page with both, as Accept asks."""
    found = await proposing.laid_out(tx, rota_version_id)
    return await shown(request, drawn(_picture(found, tx.actor.employee_id)))


def _picture(found: LaidOut, me: UUID | None) -> RotaPicture:
    """Roster knows no names: people are letters, in the order of the rota's members, and whoever looks is told so."""
    problem = found.problem
    names = [
        f"Nurse {letter(number)}{' (you)' if member.employee_id == me else ''}"
        for number, member in enumerate(problem.members)
    ]
    last = problem.from_on + timedelta(days=problem.days - 1)
    title = f"Rota from {_day(problem.from_on)} to {_day(last)}"
    return RotaPicture(title, problem, found.roster, names, found.rota_version.state in NOT_YET)


def _day(on: date) -> str:
    return f"{on:%A} {on.day} {on:%B %Y}"
