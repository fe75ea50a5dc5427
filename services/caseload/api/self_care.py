"""Self-care skills: taught, practised, signed off, or the reason why it is not possible."""

from datetime import date
from uuid import UUID

from fastapi import Response

from services.caseload.api.callers import ByTeamOrBoard
from services.caseload.api.rendered import tagged, whole
from services.caseload.domain.due import Due
from services.caseload.domain.self_care import NewSelfCareSkill, NewStep, NotPossible, SignOff, SkillStatus
from services.caseload.usecases import around
from services.common.http import ByNurse, IfMatch, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer, Day

router = api_router(tags=["self-care"])


class SkillShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    skill: str
    learner: str | None
    status: str
    wanted_on: date
    last_step_on: date | None
    due_on: date | None
    signed_off_on: date | None
    signed_off_by: UUID | None
    client_words: str | None
    because: str | None
    reason: str | None
    said_on: date | None
    capacity_assessed_on: date | None
    best_interests: str | None
    written_by: UUID | None


class StepShape(Answer):
    id: UUID
    kind: str
    done_on: date
    done_by: UUID | None
    words: str | None


class WholeSkill(SkillShape):
    steps: list[StepShape]


class SelfCareFigures(Answer):
    """Outside the team what stands on few is null."""

    skills: int | None
    skills_by_state: dict[str, int | None]
    interventions: int | None
    teaching: int | None
    teaching_share: float | None


@router.post("/self-care-skills", status_code=201, response_model=SkillShape)
async def want_skill(tx: ByNurse, body: NewSelfCareSkill, response: Response) -> object:
    """Something that the client, or a carer of theirs, wants to be able to do themselves."""
    return tagged(await around.want_skill(tx, body), response)


@router.get("/self-care-skills", response_model=Page[SkillShape])
async def list_skills(
    tx: ByNurse,
    page: Asked,
    client_id: UUID | None = None,
    status: SkillStatus | None = None,
    due: Due | None = None,
) -> object:
    """The skills of the caller's clients; with `due` those for which nothing was done for long."""
    return await around.list_skills(tx, page, client_id=client_id, status=status, due=due)


@router.get("/self-care-skills/{skill_id}", response_model=WholeSkill)
async def read_skill(tx: ByNurse, skill_id: UUID, response: Response) -> object:
    """One skill, with each time that it was taught or practised."""
    return whole(await around.read_skill(tx, skill_id), "steps", response)


@router.post("/self-care-skills/{skill_id}/step", response_model=WholeSkill)
async def take_step(tx: ByNurse, skill_id: UUID, body: NewStep, version: IfMatch, response: Response) -> object:
    """It was taught, or practised, once more."""
    return whole(await around.take_step(tx, skill_id, body, version), "steps", response)


@router.post("/self-care-skills/{skill_id}/sign-off", response_model=WholeSkill)
async def sign_off_skill(tx: ByNurse, skill_id: UUID, body: SignOff, version: IfMatch, response: Response) -> object:
    """They can do it alone, and say so."""
    return whole(await around.sign_off_skill(tx, skill_id, body, version), "steps", response)


@router.post("/self-care-skills/{skill_id}/not-possible", response_model=WholeSkill)
async def give_up_skill(tx: ByNurse, skill_id: UUID, body: NotPossible, version: IfMatch, response: Response) -> object:
    """They cannot, or do not want to: the reason is always told, and best interests where capacity is lacking."""
    return whole(await around.give_up_skill(tx, skill_id, body, version), "steps", response)


@router.get("/self-care/summary", response_model=SelfCareFigures)
async def self_care_figures(tx: ByTeamOrBoard, team_id: UUID, from_on: Day, to_on: Day) -> object:
    """How the skills wanted in the period stand, and the share of the interventions ticked that teach."""
    return await around.self_care_figures(tx, team_id, from_on, to_on)
