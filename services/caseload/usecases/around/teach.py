"""Self-care: skills are taught, practised and signed off, or it is said why not."""

from datetime import date
from typing import Any
from uuid import UUID

from services.caseload.domain.client import Client
from services.caseload.domain.due import Due
from services.caseload.domain.rule import RuleCode
from services.caseload.domain.self_care import (
    SETTLED,
    TEACHING,
    NewSelfCareSkill,
    NewStep,
    NotPossible,
    SelfCareSkill,
    SelfCareStep,
    SignOff,
    SkillStatus,
    self_care_cells,
)
from services.caseload.store import around, figures, skills
from services.common.db import Transaction
from services.common.figures import hidden, require_period
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts, require_fixed_period, smallest_cell

Taught = tuple[SelfCareSkill, list[SelfCareStep]]


async def want_skill(tx: Transaction, new: NewSelfCareSkill) -> SelfCareSkill:
    """The client, or a carer of theirs, wants to be able to do something themselves."""
    client = await tx.get(Client, new.client_id)
    skill = SelfCareSkill.hoped_for(new, client, await _step_days(tx), tx.actor.employee_id, tx.now)
    tx.add(skill)
    await tx.session.flush()
    return skill


async def list_skills(
    tx: Transaction, request: PageRequest, *, client_id: UUID | None, status: SkillStatus | None, due: Due | None
) -> dict[str, Any]:
    """The skills of a client, or those for whom nothing was done for long."""
    wanted = await around.listed(tx, SelfCareSkill, client_id=client_id, status=status, due=due)
    return await page(tx, wanted, SelfCareSkill, request)


async def read_skill(tx: Transaction, skill_id: UUID) -> Taught:
    skill = await tx.get(SelfCareSkill, skill_id)
    return skill, list(await skills.steps(tx, skill.id))


async def take_step(tx: Transaction, skill_id: UUID, step: NewStep, if_match: int) -> Taught:
    """The skill was taught or practised once more. Raises `SkillAlreadySettled`, `NotTaughtYet` or
    `StepBeforeTheLast`.
    """
    skill = await around.for_change(tx, SelfCareSkill, skill_id, if_match)
    skill.go_on(step, await _step_days(tx), tx.now)
    tx.add(SelfCareStep.of(skill, step, tx.actor.employee_id))
    return await _written(tx, skill)


async def sign_off_skill(tx: Transaction, skill_id: UUID, sign_off: SignOff, if_match: int) -> Taught:
    """They can do it alone. Raises `SkillAlreadySettled`, `NotPractisedYet` or `StepBeforeTheLast`."""
    skill = await around.for_change(tx, SelfCareSkill, skill_id, if_match)
    skill.sign_off(sign_off, tx.actor.employee_id, tx.now)
    return await _written(tx, skill)


async def give_up_skill(tx: Transaction, skill_id: UUID, told: NotPossible, if_match: int) -> Taught:
    """They cannot or do not want to, and why. Raises `SkillAlreadySettled` or `StepBeforeTheLast`."""
    skill = await around.for_change(tx, SelfCareSkill, skill_id, if_match)
    skill.give_up(told, tx.now)
    return await _written(tx, skill)


async def self_care_figures(tx: Transaction, team_id: UUID, first: date, last: date) -> dict[str, Any]:
    """How the skills wanted in the period stand, and the share of interventions that teach.

    Outside the team few are hidden. Raises `PeriodReversed` or `NotAWholeMonth`.
    """
    await tx.require_team(team_id)
    require_period(first, last)
    require_fixed_period(tx, first, last)
    wanted = [tuple(row) for row in await figures.skills(tx, team_id, first, last)]
    done = [tuple(row) for row in await figures.interventions(tx, team_id, first, last)]
    cells = self_care_cells(wanted, done)
    away = hidden(cells, SETTLED, await smallest_cell(tx))
    told = {name: None if name in away else cell.amount for name, cell in cells.items()}
    every, teaching = told["interventions"], told[TEACHING]
    return {
        "skills": told["skills"],
        "skills_by_state": {
            name.removeprefix("skills."): count for name, count in told.items() if name.startswith("skills.")
        },
        "interventions": every,
        "teaching": teaching,
        "teaching_share": round(teaching / every, 4) if every and teaching is not None else None,
    }


async def _written(tx: Transaction, skill: SelfCareSkill) -> Taught:
    await tx.session.flush()
    return skill, list(await skills.steps(tx, skill.id))


async def _step_days(tx: Transaction) -> int:
    (days,) = await amounts(tx, tx.today, RuleCode.SELF_CARE_STEP)
    return days
