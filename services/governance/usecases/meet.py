"""Meeting once a week: the agenda is drawn from what is known, and what is agreed for a client is told to caseload."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.membership import require_members
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts
from services.governance.domain.fact import AgreedPlanFact, ChangedPlanFact, ReablementFact
from services.governance.domain.meeting import (
    AgendaItem,
    AgendaKind,
    Attendance,
    Drawn,
    Meeting,
    MeetingAction,
    MeetingAlreadyCalled,
    MeetingAsk,
    MeetingInThePast,
    NewAsk,
    NewMeeting,
    NewMeetingAction,
    UnknownClient,
)
from services.governance.domain.rule import RuleCode
from services.governance.domain.win import NewWin, Win
from services.governance.events import MeetingActionAgreed
from services.governance.store import facts, meetings

MONTH = timedelta(days=28)
# What an agenda says of the team and of no client.
OF_THE_TEAM = (AgendaKind.OBSTACLE, AgendaKind.DECISION_DUE, AgendaKind.WIN)


@dataclass(frozen=True)
class Agenda:
    """A meeting with its items, what was agreed about each, and how the referrals and decisions among them stand."""

    meeting: Meeting
    items: Sequence[AgendaItem]
    actions: Sequence[MeetingAction]
    outcomes: dict[UUID, str | None]


async def call_meeting(tx: Transaction, new: NewMeeting) -> Agenda:
    """Draw the agenda of a meeting: what came up since the last, and what comes every week.

    Raises `NotFound`, `MeetingInThePast`, `NotInTheTeam` for the chair, or `MeetingAlreadyCalled`.
    """
    await tx.require_team(new.team_id)
    if new.held_on < tx.today:
        raise MeetingInThePast
    await require_members(tx, new.team_id, tx.today, {"/body/chair_id": new.chair_id})
    await tx.take_turns(f"meeting/{new.team_id}")
    (looks_back,) = await amounts(tx, tx.today, RuleCode.AGENDA_LOOKS_BACK)
    before = await meetings.last_drawn_at(tx, new.team_id)
    meeting = Meeting.called(new, before or tx.now - timedelta(days=looks_back), tx.actor.employee_id, tx.now)
    async with tx.refusing({"one_meeting_a_day": MeetingAlreadyCalled}):
        tx.add(meeting)
    drawn = [
        *await meetings.about_clients(tx, meeting),
        *await _asked(tx, meeting),
        *await meetings.about_the_team(tx, meeting),
    ]
    tx.session.add_all(AgendaItem.placed(one, meeting, position) for position, one in enumerate(drawn, 1))
    await tx.session.flush()
    return await _whole(tx, meeting)


async def _asked(tx: Transaction, meeting: Meeting) -> list[Drawn]:
    asks = await meetings.waiting_asks(tx, meeting.team_id)
    for ask in asks:
        ask.meeting_id, ask.changed_at = meeting.id, tx.now
    return [Drawn(AgendaKind.ASKED, subject_id=ask.id, client_id=ask.client_id, code=ask.question) for ask in asks]


async def list_meetings(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    """The meetings of the caller's teams."""
    return await page(tx, await meetings.listed(tx, Meeting, team_id), Meeting, request)


async def read_meeting(tx: Transaction, meeting_id: UUID) -> Meeting:
    return await tx.get(Meeting, meeting_id)


async def read_agenda(tx: Transaction, meeting_id: UUID) -> Agenda:
    return await _whole(tx, await tx.get(Meeting, meeting_id))


async def hold_meeting(tx: Transaction, meeting_id: UUID, attendance: Attendance, if_match: int) -> Meeting:
    """Say who was there. Raises `MeetingAlreadyHeld`, `MeetingNotYet` or `NotInTheTeam`."""
    meeting = await tx.get(Meeting, meeting_id, lock=True)
    require_version(meeting, if_match)
    there = {f"/body/present/{place}": one for place, one in enumerate(attendance.present)}
    meeting.hold(attendance, tx.today, tx.now)
    await require_members(tx, meeting.team_id, meeting.held_on, there)
    await tx.session.flush()
    return meeting


async def ask_to_discuss(tx: Transaction, new: NewAsk) -> MeetingAsk:
    """A nurse wants to talk about a client at the next meeting. Raises `NotFound` or `UnknownClient`."""
    await tx.require_team(new.team_id)
    if not await meetings.is_in_care(tx, new.team_id, new.client_id):
        raise UnknownClient
    ask = MeetingAsk(**new.model_dump(), asked_by=tx.actor.employee_id, changed_at=tx.now)
    tx.add(ask)
    await tx.session.flush()
    return ask


async def agree_meeting_action(tx: Transaction, new: NewMeetingAction) -> MeetingAction:
    """Somebody does something for a client after the meeting; caseload hears of it.

    Raises `NotFound`, `ItemAboutNoClient`, `DueBeforeTheMeeting` or `NotInTheTeam`.
    """
    item = await tx.get(AgendaItem, new.agenda_item_id)
    meeting = await tx.get(Meeting, item.meeting_id)
    action = MeetingAction.agreed(new, item, meeting.held_on, tx.actor.employee_id, tx.now)
    await require_members(tx, item.team_id, tx.today, {"/body/employee_id": new.employee_id})
    tx.add(action)
    agreed = MeetingActionAgreed(
        meeting_action_id=action.id,
        meeting_id=action.meeting_id,
        team_id=action.team_id,
        client_id=action.client_id,
        employee_id=action.employee_id,
        task=action.task,
        due_on=action.due_on,
        agreed_by=action.agreed_by,
    )
    tx.publish(agreed, about=action)
    await tx.session.flush()
    return action


async def tell_win(tx: Transaction, new: NewWin) -> Win:
    """Something went well, or somebody is thanked. Raises `NotFound`."""
    await tx.require_team(new.team_id)
    win = Win.told(new, tx.actor.employee_id, tx.now)
    tx.add(win)
    await tx.session.flush()
    return win


async def list_wins(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    """The wins of the caller's teams."""
    return await page(tx, await meetings.listed(tx, Win, team_id), Win, request)


async def meeting_health(tx: Transaction, team_id: UUID) -> dict[str, Any]:
    """Whether the team meets: the last four weeks, and what the newest agenda holds of no client. Raises `NotFound`."""
    await tx.require_team(team_id)
    called, held, with_coach, last = await meetings.health(tx, team_id, tx.today - MONTH)
    items = await meetings.counts_by_kind(tx, team_id, OF_THE_TEAM)
    return {
        "team_id": team_id,
        "as_of": tx.today,
        "called": called,
        "held": held,
        "coach_joined": with_coach,
        "last_held_on": last,
        "items": {kind: items.get(kind, 0) for kind in OF_THE_TEAM},
    }


async def remember_agreed_plan(
    tx: Transaction, plan_id: UUID, team_id: UUID, client_id: UUID, episode_id: UUID, ends_on: date
) -> None:
    """A care plan was agreed with its client."""
    about = {"client_id": client_id, "episode_of_care_id": episode_id, "ends_on": ends_on}
    await facts.keep(tx, AgreedPlanFact, plan_id, team_id, **about)


async def remember_changed_plan(tx: Transaction, plan_id: UUID, team_id: UUID, client_id: UUID, at: datetime) -> None:
    """A line of a care plan was changed."""
    await facts.keep(tx, ChangedPlanFact, plan_id, team_id, client_id=client_id, happened_at=at)


async def remember_reablement(
    tx: Transaction, reablement_id: UUID, team_id: UUID, client_id: UUID, last_free_day_on: date, **told: Any
) -> None:
    """Finance told of a client's free days: that they started, that nobody has said what follows, or what does."""
    about = {"client_id": client_id, "last_free_day_on": last_free_day_on}
    await facts.keep_since(tx, ReablementFact, reablement_id, team_id, about, of="last_free_day_on", since=told)


async def _whole(tx: Transaction, meeting: Meeting) -> Agenda:
    items = await meetings.items(tx, meeting.id)
    return Agenda(meeting, items, await meetings.actions(tx, meeting.id), await meetings.outcomes(tx, items))
