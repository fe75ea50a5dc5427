"""The client's tasks, and the multidisciplinary discussions that some of them come from."""

from datetime import date
from uuid import UUID

from fastapi import Response

from services.caseload.api.rendered import tagged, whole
from services.caseload.domain.action import ActionStatus, Done, GivenBack, NewAction
from services.caseload.domain.due import Due
from services.caseload.domain.mdt import NewMdtDiscussion
from services.caseload.usecases import around
from services.common.http import ByNurse, IfMatch, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["actions"])


class ActionShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    words: str
    employee_id: UUID | None
    network_person_id: UUID | None
    outside: str | None
    agreed_on: date | None
    care_plan_line_id: UUID | None
    mdt_discussion_id: UUID | None
    meeting_id: UUID | None
    how_often: str | None
    status: str
    due_on: date | None
    done_on: date | None
    reason: str | None
    written_by: UUID | None


class MdtDiscussionShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    held_on: date
    lead: str
    lead_employee_id: UUID | None
    present: list[str]
    outcome: str
    written_by: UUID | None


class WholeMdtDiscussion(MdtDiscussionShape):
    actions: list[ActionShape]


@router.post("/actions", status_code=201, response_model=ActionShape)
async def agree_action(tx: ByNurse, body: NewAction, response: Response) -> object:
    """One more thing to be done for the client: by a member, by somebody of the network, or by somebody outside."""
    return tagged(await around.agree_action(tx, body), response)


@router.get("/actions", response_model=Page[ActionShape])
async def list_actions(
    tx: ByNurse,
    page: Asked,
    client_id: UUID | None = None,
    employee_id: UUID | None = None,
    status: ActionStatus | None = None,
    due: Due | None = None,
) -> object:
    """A client's tasks, or a member's; with `due` those of which a day was set."""
    asked = {"client_id": client_id, "employee_id": employee_id}
    return await around.list_actions(tx, page, status=status, due=due, **asked)


@router.get("/actions/{action_id}", response_model=ActionShape)
async def read_action(tx: ByNurse, action_id: UUID, response: Response) -> object:
    """One action."""
    return tagged(await around.read_action(tx, action_id), response)


@router.post("/actions/{action_id}/finish", response_model=ActionShape)
async def finish_action(tx: ByNurse, action_id: UUID, body: Done, version: IfMatch, response: Response) -> object:
    """It is done."""
    return tagged(await around.finish_action(tx, action_id, body, version), response)


@router.post("/actions/{action_id}/give-back", response_model=ActionShape)
async def give_back_action(
    tx: ByNurse, action_id: UUID, body: GivenBack, version: IfMatch, response: Response
) -> object:
    """It will not be done, or not by them, and why."""
    return tagged(await around.give_back_action(tx, action_id, body, version), response)


@router.post("/mdt-discussions", status_code=201, response_model=WholeMdtDiscussion)
async def hold_mdt_discussion(tx: ByNurse, body: NewMdtDiscussion, response: Response) -> object:
    """Keep what the professions agreed on for one client, who leads, and the actions that become the client's tasks."""
    return whole(await around.hold_mdt_discussion(tx, body), "actions", response)


@router.get("/mdt-discussions", response_model=Page[MdtDiscussionShape])
async def list_mdt_discussions(tx: ByNurse, page: Asked, client_id: UUID | None = None) -> object:
    """The discussions of the caller's clients, or of one."""
    return await around.list_mdt_discussions(tx, page, client_id=client_id)


@router.get("/mdt-discussions/{mdt_discussion_id}", response_model=WholeMdtDiscussion)
async def read_mdt_discussion(tx: ByNurse, mdt_discussion_id: UUID, response: Response) -> object:
    """One discussion, with what became of its actions."""
    return whole(await around.read_mdt_discussion(tx, mdt_discussion_id), "actions", response)
