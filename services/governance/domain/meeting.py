"""Meeting: the team's weekly agenda, made of ids, codes and numbers, and what comes of it for a client.

No name and no word about a client is kept here: whoever may read the client reads them where they are.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import Field as Shape
from sqlalchemy import Column, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Day, Input, NewId
from services.governance.domain.base import Base, always


class MeetingStatus(StrEnum):
    AGENDA = "agenda"
    HELD = "held"


class AgendaKind(StrEnum):
    """What an item is about. The first eight are about a client or a referral, and only the team reads them."""

    NEW_REFERRAL = "new_referral"
    NEW_CLIENT = "new_client"
    REABLEMENT = "reablement"
    REABLEMENT_DECISION = "reablement_decision"
    ACUITY_UP = "acuity_up"
    PLAN_CHANGED = "plan_changed"
    PLAN_OVERDUE = "plan_overdue"
    ASKED = "asked"
    WIN = "win"
    OBSTACLE = "obstacle"
    DECISION_DUE = "decision_due"
    ROTA = "rota"
    CLIENT_FACING = "client_facing"


class Question(StrEnum):
    """What a nurse asks the others about a client of hers."""

    SECOND_OPINION = "second_opinion"
    WHO_COVERS = "who_covers"
    VISIT_TOGETHER = "visit_together"
    NEW_RISK = "new_risk"
    STEP_DOWN = "step_down"
    HAND_ON = "hand_on"


class Task(StrEnum):
    """What somebody does for a client after the meeting."""

    VISIT = "visit"
    RING_CLIENT = "ring_client"
    RING_FAMILY = "ring_family"
    RING_GP = "ring_gp"
    REVIEW_PLAN = "review_plan"
    RATE_AGAIN = "rate_again"
    DECIDE_REABLEMENT = "decide_reablement"
    INTRODUCE = "introduce"
    REFER_ON = "refer_on"
    HAND_ON = "hand_on"


class NewMeeting(Input):
    id: NewId
    team_id: UUID
    held_on: Day
    chair_id: UUID


class Attendance(Input):
    """Who was there; the coach joins as a guest and is no member."""

    present: list[UUID] = Shape(min_length=1, max_length=30)
    coach_joined: bool = False


class NewAsk(Input):
    """A nurse asks for a client to be talked about."""

    id: NewId
    team_id: UUID
    client_id: UUID
    question: Question


class NewMeetingAction(Input):
    """Who does what by when, about the client of one item of the agenda."""

    id: NewId
    agenda_item_id: UUID
    task: Task
    employee_id: UUID
    due_on: Day


class MeetingAlreadyCalled(Conflict):
    """A team meets once a day, and the agenda is drawn once."""

    field = "/body/held_on"
    way_out = "Read the agenda of the meeting that is there, or name another day."

    def __init__(self) -> None:
        super().__init__("The team already has a meeting on that day.")


class MeetingInThePast(Unprocessable):
    """An agenda is drawn for a meeting that is still to come, or held today."""

    field = "/body/held_on"
    way_out = "Name today or a later day."

    def __init__(self) -> None:
        super().__init__("The day of the meeting is in the past.")


class MeetingAlreadyHeld(Conflict):
    """A meeting is held once."""

    field = "/path/meeting_id"
    way_out = "Read the meeting to see who was there."

    def __init__(self) -> None:
        super().__init__("This meeting has already been held.")


class MeetingNotYet(Conflict):
    """Nobody was there before the day came."""

    field = "/path/meeting_id"
    way_out = "Say who was there on the day of the meeting or after it."

    def __init__(self) -> None:
        super().__init__("The day of this meeting is still to come.")


class ItemAboutNoClient(Unprocessable):
    """A task of a client's follows from an item about that client. A referral is answered by a decision about it."""

    field = "/body/agenda_item_id"
    way_out = "Name an item that has a client_id; decide about a referral, and move an obstacle on where it is kept."

    def __init__(self) -> None:
        super().__init__("This item of the agenda is about no client in care.")


class DueBeforeTheMeeting(Unprocessable):
    field = "/body/due_on"
    way_out = "Name the day of the meeting or a later one."

    def __init__(self) -> None:
        super().__init__("The task would be due before the meeting.")


class UnknownClient(Conflict):
    """A team talks about its own clients. One of another team is unknown to it alike."""

    field = "/body/client_id"
    way_out = "Check the id. If the client was taken on just now, send this again in a moment."

    def __init__(self) -> None:
        super().__init__("The team has no such client.")


@dataclass(frozen=True)
class Drawn:
    """Something for the agenda, before it has its place there."""

    kind: AgendaKind
    subject_id: UUID | None = None
    client_id: UUID | None = None
    code: str | None = None
    number: int | None = None
    day: date | None = None


def iso_week(day: date) -> str:
    """The ISO 8601 week of a day, such as `2026-W49`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def every_week(held_on: date) -> list[Drawn]:
    """What no meeting goes without: the rota of the next week, and how much of this one is for clients.

    Roster has both; `day` is the Monday that its answers are asked with.
    """
    monday = held_on - timedelta(days=held_on.weekday())
    coming = monday + timedelta(days=7)
    return [
        Drawn(AgendaKind.ROTA, code=iso_week(coming), day=coming),
        Drawn(AgendaKind.CLIENT_FACING, code=iso_week(monday), day=monday),
    ]


class Meeting(TeamOwned, Base, table=True):
    """One weekly meeting. `since` is when the agenda before it was drawn."""

    held_on: date
    chair_id: UUID
    status: str = MeetingStatus.AGENDA
    drawn_by: UUID | None
    drawn_at: datetime = Field(sa_type=INSTANT)
    since: datetime = Field(sa_type=INSTANT)
    present: list[UUID] = Field(default=[], sa_column=Column(ARRAY(Uuid), nullable=False))
    coach_joined: bool = False

    @classmethod
    def called(cls, new: NewMeeting, since: datetime, by: UUID | None, now: datetime) -> Self:
        return cls(**new.model_dump(), since=since, drawn_by=by, drawn_at=now, changed_at=now)

    def hold(self, attendance: Attendance, today: date, now: datetime) -> None:
        """Raises `MeetingAlreadyHeld` or `MeetingNotYet`."""
        if self.status == MeetingStatus.HELD:
            raise MeetingAlreadyHeld
        if self.held_on > today:
            raise MeetingNotYet
        self.status, self.changed_at = MeetingStatus.HELD, now
        self.present, self.coach_joined = sorted(set(attendance.present)), attendance.coach_joined


class AgendaItem(TeamOwned, Base, table=True):
    """One item. `subject_id` is the referral, reablement, ask, win, obstacle or decision that it is about."""

    meeting_id: UUID = Field(foreign_key="meeting.id", index=True)
    position: int
    kind: str
    subject_id: UUID | None = None
    client_id: UUID | None = None
    code: str | None = None
    number: int | None = None
    day: date | None = None

    @classmethod
    def placed(cls, drawn: Drawn, meeting: Meeting, position: int) -> Self:
        about: dict[str, Any] = {"team_id": meeting.team_id, "meeting_id": meeting.id, "position": position}
        return cls(**vars(drawn), **about, changed_at=meeting.drawn_at)


class MeetingAsk(TeamOwned, Base, table=True):
    """A client whom a nurse wants to talk about, until the next agenda is drawn."""

    client_id: UUID
    question: str
    asked_by: UUID | None
    meeting_id: UUID | None = Field(default=None, foreign_key="meeting.id", index=True)


class MeetingAction(TeamOwned, Base, table=True):
    """What was agreed for a client. It is done, or given back, among the client's tasks in caseload."""

    agenda_item_id: UUID = Field(foreign_key="agenda_item.id", index=True)
    meeting_id: UUID = Field(foreign_key="meeting.id", index=True)
    client_id: UUID
    task: str
    employee_id: UUID
    due_on: date
    agreed_by: UUID | None

    @classmethod
    def agreed(cls, new: NewMeetingAction, item: AgendaItem, held_on: date, by: UUID | None, now: datetime) -> Self:
        """Raises `ItemAboutNoClient` or `DueBeforeTheMeeting`."""
        if item.client_id is None:
            raise ItemAboutNoClient
        if new.due_on < held_on:
            raise DueBeforeTheMeeting
        about: dict[str, Any] = {"team_id": item.team_id, "meeting_id": item.meeting_id, "client_id": item.client_id}
        return cls(**new.model_dump(), **about, agreed_by=by, changed_at=now)


only_states(Meeting, "status", MeetingStatus)
only_states(AgendaItem, "kind", AgendaKind)
only_states(MeetingAction, "task", Task)
only_states(MeetingAsk, "question", Question)
always(Meeting, "held_with_somebody", "status <> 'held' or cardinality(present) > 0")
Index("one_meeting_a_day", col(Meeting.team_id), col(Meeting.held_on), unique=True)
