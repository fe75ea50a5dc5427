"""Skills: the team says what its members can do."""

from typing import Any
from uuid import UUID

from sqlmodel import col

from services.common.db import Transaction, require_version
from services.common.membership import require_members
from services.common.paging import PageRequest, page
from services.roster.domain.member_skill import EndOfSkill, MemberSkill, NewMemberSkill, SkillSaidAlready
from services.roster.store.of_team import of_team


async def say_skill(tx: Transaction, new: NewMemberSkill) -> MemberSkill:
    """The team says that a member can do something. Raises `NotFound`, `NotInTheTeam` or `SkillSaidAlready`."""
    await tx.require_team(new.team_id)
    await require_members(tx, new.team_id, max(new.from_on, tx.today), {"/body/employee_id": new.employee_id})
    skill = MemberSkill.said(new, tx.actor.employee_id, tx.now)
    async with tx.refusing({"member_skill_said_once": SkillSaidAlready}):
        tx.add(skill)
    return skill


async def end_skill(tx: Transaction, member_skill_id: UUID, end: EndOfSkill, if_match: int) -> MemberSkill:
    """The team relies on it to this day. Raises `NotFound`, `PreconditionFailed` or `SkillEndsBeforeItBegins`."""
    skill = await tx.get(MemberSkill, member_skill_id, lock=True)
    require_version(skill, if_match)
    skill.end(end.until_on, tx.now)
    await tx.settle()
    return skill


async def list_skills(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, employee_id: UUID | None
) -> dict[str, Any]:
    wanted = await of_team(tx, MemberSkill, team_id)
    if employee_id is not None:
        wanted = wanted.where(col(MemberSkill.employee_id) == employee_id)
    return await page(tx, wanted, MemberSkill, request)
