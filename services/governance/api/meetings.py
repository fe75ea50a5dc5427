"""The weekly meeting: its agenda, which holds ids and codes, what is agreed about clients, and the team's wins."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import Response

from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer
from services.governance import usecases
from services.governance.api.callers import ByTeamOrAround
from services.governance.domain.meeting import Attendance, Meeting, NewAsk, NewMeeting, NewMeetingAction
from services.governance.domain.win import NewWin

router = api_router(tags=["meetings"])


class MeetingShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    held_on: date
    chair_id: UUID
    status: str
    drawn_by: UUID | None
    drawn_at: datetime
    since: datetime
    present: list[UUID]
    coach_joined: bool


class MeetingActionShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    agenda_item_id: UUID
    meeting_id: UUID
    client_id: UUID
    task: str
    employee_id: UUID
    due_on: date
    agreed_by: UUID | None


class AgendaItemShape(Answer):
    """`number` is a day of reablement, an acuity, or an obstacle's age in working days. `outcome` is how a referral or
    a decision stands now, and `actions` is what was agreed about a client."""

    id: UUID
    position: int
    kind: str
    subject_id: UUID | None
    client_id: UUID | None
    code: str | None
    number: int | None
    day: date | None
    outcome: str | None
    actions: list[MeetingActionShape]


class AgendaShape(Answer):
    meeting: MeetingShape
    items: list[AgendaItemShape]


class MeetingAskShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    question: str
    asked_by: UUID | None
    meeting_id: UUID | None


class WinShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    words: str
    told_by: UUID | None
    told_at: datetime


class MeetingHealth(Answer):
    """Whether the team meets. `items` counts what the newest agenda holds about no client."""

    team_id: UUID
    as_of: date
    called: int
    held: int
    coach_joined: int
    last_held_on: date | None
    items: dict[str, int]


def _agenda(agenda: Any, response: Response) -> dict[str, Any]:
    etag(response, agenda.meeting)
    items = [
        {
            **item.model_dump(),
            "outcome": agenda.outcomes.get(item.subject_id),
            "actions": [action for action in agenda.actions if action.agenda_item_id == item.id],
        }
        for item in agenda.items
    ]
    return {"meeting": agenda.meeting, "items": items}


@router.post("/meetings", status_code=201, response_model=AgendaShape)
async def call_meeting(tx: ByNurse, body: NewMeeting, response: Response) -> object:
    """Draw the agenda: new, changed, acuity up, plans overdue, what nurses asked, wins, obstacles, decisions due."""
    return _agenda(await usecases.call_meeting(tx, body), response)


@router.get("/meetings", response_model=Page[MeetingShape])
async def list_meetings(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """The meetings of the caller's teams."""
    return await usecases.list_meetings(tx, page, team_id=team_id)


@router.get("/meetings/summary", response_model=MeetingHealth)
async def meeting_health(tx: ByTeamOrAround, team_id: UUID) -> object:
    """Whether the team met in the last four weeks, and what it has before it beside its clients."""
    return await usecases.meeting_health(tx, team_id)


@router.get("/meetings/{meeting_id}", response_model=MeetingShape)
async def read_meeting(tx: ByNurse, meeting_id: UUID, response: Response) -> object:
    """One meeting: its day, its chair, and who was there."""
    meeting = await usecases.read_meeting(tx, meeting_id)
    etag(response, meeting)
    return meeting


@router.get("/meetings/{meeting_id}/agenda", response_model=AgendaShape)
async def read_agenda(tx: ByNurse, meeting_id: UUID, response: Response) -> object:
    """The agenda with what came of each item. Names are read from caseload."""
    return _agenda(await usecases.read_agenda(tx, meeting_id), response)


@router.post("/meetings/{meeting_id}/hold", response_model=MeetingShape)
async def hold_meeting(
    tx: ByNurse, meeting_id: UUID, body: Attendance, version: IfMatch, response: Response
) -> Meeting:
    """Say who was there, and whether the coach joined."""
    meeting = await usecases.hold_meeting(tx, meeting_id, body, version)
    etag(response, meeting)
    return meeting


@router.post("/meeting-asks", status_code=201, response_model=MeetingAskShape)
async def ask_to_discuss(tx: ByNurse, body: NewAsk, response: Response) -> object:
    """Ask the others about a client at the next meeting."""
    ask = await usecases.ask_to_discuss(tx, body)
    etag(response, ask)
    return ask


@router.post("/meeting-actions", status_code=201, response_model=MeetingActionShape)
async def agree_meeting_action(tx: ByNurse, body: NewMeetingAction, response: Response) -> object:
    """Agree who does what by when for the client of an item. It is among the client's tasks in caseload."""
    action = await usecases.agree_meeting_action(tx, body)
    etag(response, action)
    return action


@router.post("/wins", status_code=201, response_model=WinShape)
async def tell_win(tx: ByNurse, body: NewWin, response: Response) -> object:
    """Tell what went well, or thank somebody."""
    win = await usecases.tell_win(tx, body)
    etag(response, win)
    return win


@router.get("/wins", response_model=Page[WinShape])
async def list_wins(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """What went well."""
    return await usecases.list_wins(tx, page, team_id=team_id)
