"""Visit plans: how often, how long and on which days a client is visited."""

from uuid import UUID

from services.common.http import ByNurse, api_router
from services.common.paging import Asked, Page
from services.roster import usecases
from services.roster.api.shapes.visit_plan import VisitPlanShape
from services.roster.domain.visit_plan import NewVisitPlan

router = api_router(tags=["visit plans"])


@router.post("/visit-plans", status_code=201, response_model=VisitPlanShape)
async def set_visit_plan(tx: ByNurse, body: NewVisitPlan) -> object:
    """Set how a client is visited. The named nurse does this, with the client."""
    return await usecases.set_visit_plan(tx, body)


@router.get("/visit-plans", response_model=Page[VisitPlanShape])
async def list_visit_plans(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """The visit plans of the caller's teams."""
    return await usecases.list_visit_plans(tx, page, team_id=team_id)
