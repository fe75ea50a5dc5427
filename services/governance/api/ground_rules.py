"""The team's own ground rules, and the three goals that all teams share."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from services.common.http import ByNurse, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer
from services.governance import usecases
from services.governance.api.callers import ByTeamOrAround
from services.governance.api.shapes import GoalShape, GroundRuleShape
from services.governance.domain.goal import GOALS
from services.governance.domain.ground_rule import NewGroundRule

router = api_router(tags=["ground rules"])


class Goals(Answer):
    items: list[GoalShape]


@router.post("/ground-rules", status_code=201, response_model=GroundRuleShape)
async def agree_ground_rule(tx: ByNurse, body: NewGroundRule) -> object:
    """Agree a rule. When the team has its eight, it replaces one of them, by an adopted decision about that one."""
    return await usecases.agree_ground_rule(tx, body)


@router.get("/ground-rules", response_model=Page[GroundRuleShape])
async def list_ground_rules(
    tx: ByNurse,
    page: Asked,
    team_id: UUID | None = None,
    in_force: Annotated[bool, Query(description="False for those that were replaced.")] = True,
) -> object:
    """The ground rules of the caller's teams."""
    return await usecases.list_ground_rules(tx, page, team_id=team_id, in_force=in_force)


@router.get("/goals", response_model=Goals)
async def list_goals(tx: ByTeamOrAround) -> dict[str, Any]:
    """Good care, financial health, and fun."""
    return {"items": GOALS}
