"""What the members of a team can do."""

from datetime import date
from uuid import UUID

from fastapi import Response

from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer
from services.roster import usecases
from services.roster.domain.member_skill import EndOfSkill, NewMemberSkill

router = api_router(tags=["member skills"])


class MemberSkillShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    employee_id: UUID
    skill: str
    from_on: date
    until_on: date | None
    said_by: UUID | None


@router.post("/member-skills", status_code=201, response_model=MemberSkillShape)
async def say_skill(tx: ByNurse, body: NewMemberSkill, response: Response) -> object:
    """Say that a member of the team can do something, from a day on. A rota and a round rely on it."""
    skill = await usecases.say_skill(tx, body)
    etag(response, skill)
    return skill


@router.post("/member-skills/{member_skill_id}/end", response_model=MemberSkillShape)
async def end_skill(
    tx: ByNurse, member_skill_id: UUID, body: EndOfSkill, version: IfMatch, response: Response
) -> object:
    """Say the last day on which the team relies on it."""
    skill = await usecases.end_skill(tx, member_skill_id, body, version)
    etag(response, skill)
    return skill


@router.get("/member-skills", response_model=Page[MemberSkillShape])
async def list_skills(tx: ByNurse, page: Asked, team_id: UUID | None = None, employee_id: UUID | None = None) -> object:
    """What the members of the caller's teams can do, by the team's own word."""
    return await usecases.list_skills(tx, page, team_id=team_id, employee_id=employee_id)
