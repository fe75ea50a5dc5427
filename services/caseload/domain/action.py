"""Action: one thing to be done for a client, by one member, by somebody of their network, or by somebody outside."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import model_validator
from sqlalchemy import CheckConstraint, Table
from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.caseload.domain.due import Chased, index_due
from services.common.errors import Conflict, Unprocessable
from services.common.models import TeamOwned, only_states
from services.common.types import Day, Input, Name, NewId, PastDay, Words

# The meeting's agenda holds no words about a client, so a task comes as a code.
TASKS = {
    "visit": "Visit, as agreed at the meeting",
    "ring_client": "Ring the client",
    "ring_family": "Ring the family",
    "ring_gp": "Ring the GP",
    "review_plan": "Review the care plan with the client",
    "rate_again": "Rate the Omaha problems again",
    "decide_reablement": "Decide what follows reablement",
    "introduce": "Introduce the client to somebody in the village",
    "refer_on": "Refer the client on",
    "hand_on": "Hand the client on to another named nurse",
}


class AgreedAction(Input):
    """What is to be done and by whom: one of `employee_id`, `network_person_id` and `outside` (a role and its house).

    `agreed_on` is when somebody of the network agreed to this very thing; `how_often` is for what is done repeatedly.
    """

    id: NewId
    words: Words
    employee_id: UUID | None = None
    network_person_id: UUID | None = None
    outside: Name | None = None
    agreed_on: PastDay | None = None
    care_plan_line_id: UUID | None = None
    how_often: Name | None = None
    due_on: Day | None = None

    @model_validator(mode="after")
    def _done_by_one(self) -> Self:
        if sum(each is not None for each in (self.employee_id, self.network_person_id, self.outside)) != 1:
            raise ValueError("name one of employee_id, network_person_id and outside")
        if (self.network_person_id is None) != (self.agreed_on is None):
            raise ValueError("agreed_on is sent with network_person_id, and only then")
        return self


class NewAction(AgreedAction):
    client_id: UUID


@dataclass(frozen=True)
class MeetingTask:
    """What governance told of a task that was agreed at the weekly meeting."""

    id: UUID
    meeting_id: UUID
    team_id: UUID
    client_id: UUID
    employee_id: UUID
    task: str
    due_on: date
    agreed_by: UUID | None

    @property
    def words(self) -> str:
        """In the team's words; a task that is not known here yet is shown by its code."""
        return TASKS.get(self.task, self.task.replace("_", " ").capitalize())


class GivenBack(Input):
    """Why it is not done, or not done by them."""

    reason: Words


class Done(Input):
    done_on: PastDay


class ActionStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    GIVEN_BACK = "given_back"


class ActionAlreadyEnded(Conflict):
    """What was done or given back stays so; a new action is agreed anew."""

    field = "/path/action_id"
    way_out = "Read the action; agree a new one where there is something else to be done."

    def __init__(self) -> None:
        super().__init__("This action has ended.")


class LineOfAnotherClient(Unprocessable):
    """An action carries out a line of the client's own plan."""

    field = "/body/care_plan_line_id"
    way_out = "Name a line of this client's care plan, or leave care_plan_line_id out."

    def __init__(self, field: str = field) -> None:
        super().__init__("There is no such line in this client's care plans.", field=field)


class Action(Chased, TeamOwned, Base, table=True):
    """One of the client's tasks (FHIR Task), wherever it was agreed."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    words: str
    employee_id: UUID | None = None
    network_person_id: UUID | None = Field(default=None, foreign_key="network_person.id", index=True)
    outside: str | None = None
    agreed_on: date | None = None
    care_plan_line_id: UUID | None = Field(default=None, foreign_key="care_plan_line.id")
    mdt_discussion_id: UUID | None = Field(default=None, foreign_key="mdt_discussion.id", index=True)
    meeting_id: UUID | None = None
    how_often: str | None = None
    status: str = ActionStatus.OPEN
    done_on: date | None = None
    reason: str | None = None
    written_by: UUID | None
    # Who said that it was done, or gave it back.
    ended_by: UUID | None = None

    @classmethod
    def agreed(cls, new: AgreedAction, client: Client, by: UUID | None, now: datetime, **source: UUID) -> Self:
        about: dict[str, Any] = {"team_id": client.team_id, "client_id": client.id, "written_by": by, **source}
        return cls(**new.model_dump(exclude={"client_id"}), **about, changed_at=now)

    @classmethod
    def from_meeting(cls, agreed: MeetingTask, now: datetime) -> Self:
        kept = {name: value for name, value in vars(agreed).items() if name not in {"task", "agreed_by"}}
        return cls(**kept, words=agreed.words, written_by=agreed.agreed_by, changed_at=now)

    def finish(self, done: Done, by: UUID | None, now: datetime) -> None:
        """Raises `ActionAlreadyEnded`."""
        self._end(ActionStatus.DONE, by, now)
        self.done_on = done.done_on

    def give_back(self, reason: str, by: UUID | None, now: datetime) -> None:
        """Raises `ActionAlreadyEnded`."""
        self._end(ActionStatus.GIVEN_BACK, by, now)
        self.reason = reason

    def _end(self, status: ActionStatus, by: UUID | None, now: datetime) -> None:
        if self.status != ActionStatus.OPEN:
            raise ActionAlreadyEnded
        self.status, self.due_on, self.ended_by, self.changed_at = status, None, by, now


only_states(Action, "status", ActionStatus)
index_due(Action)
_table: Table = Action.__table__  # type: ignore[attr-defined]
_table.append_constraint(
    CheckConstraint("num_nonnulls(employee_id, network_person_id, outside) = 1", name="action_done_by_one")
)
