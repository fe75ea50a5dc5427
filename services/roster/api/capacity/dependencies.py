"""How much more a client needs than the minutes with them say."""

from uuid import UUID

from services.common.http import ByNurse, api_router
from services.common.paging import Asked, Page
from services.roster.api.shapes.dependency import CategoryShape, DependencyShape
from services.roster.domain.dependency import NewCategory, NewDependency
from services.roster.usecases import capacity

router = api_router(tags=["capacity"])


@router.post("/dependency-categories", status_code=201, response_model=CategoryShape)
async def enter_category(tx: ByNurse, body: NewCategory) -> object:
    """Enter a category with its multiplier and its source. None is shipped: licensed values are their holder's."""
    return await capacity.enter_category(tx, body)


@router.get("/dependency-categories", response_model=Page[CategoryShape])
async def list_categories(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """The categories of the caller's teams."""
    return await capacity.list_categories(tx, page, team_id=team_id)


@router.post("/dependencies", status_code=201, response_model=DependencyShape)
async def say_dependency(tx: ByNurse, body: NewDependency) -> object:
    """Say which category a client is in from a day on. The named nurse or the deputy does this."""
    return await capacity.say_dependency(tx, body)


@router.get("/dependencies", response_model=Page[DependencyShape])
async def list_dependencies(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """What was said of the clients of the caller's teams, what no longer holds among it."""
    return await capacity.list_dependencies(tx, page, team_id=team_id)
