"""Position: where one member stands on a decision now, and every position that came before."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from sqlmodel import Field, SQLModel

from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, Stored, only_states
from services.common.types import Input, Words
from services.governance.domain.base import Base, always


class Stance(StrEnum):
    """AQuA report: “Agree with decision or can live with it”."""

    AGREE = "agree"
    CAN_LIVE_WITH = "can_live_with"
    CANNOT_LIVE_WITH = "cannot_live_with"
    NOT_HERE = "not_here"


class NewPosition(Input):
    """The caller's own position, or that of another member who was at the meeting where it was recorded."""

    position: Stance
    reason: Words | None = None
    employee_id: UUID | None = None
    recorded_at_meeting: bool = False


class ObjectionNeedsReason(Unprocessable):
    """An objection helps the proposal along only when the others know why."""

    field = "/body/reason"
    way_out = "Say in a sentence what makes it impossible to live with, and what would change that."

    def __init__(self) -> None:
        super().__init__("Who cannot live with a decision gives the reason.")


class PositionIsOnesOwn(Unprocessable):
    """Nobody speaks for another, except for those present at a meeting that records it."""

    field = "/body/recorded_at_meeting"
    way_out = "Leave employee_id out to take your own position, or say that it was recorded at the meeting."

    def __init__(self) -> None:
        super().__init__("A position of another member can only be recorded at a meeting.")


class NotAMemberToday(Unprocessable):
    """Positions are those of the team's current members."""

    field = "/body/employee_id"
    way_out = "Name somebody who is a member of this team today."

    def __init__(self) -> None:
        super().__init__("There is no such member of this team today.")


class ObjectionIsTheirsToLift(Conflict):
    """An objection is replaced by the member whose it is or by who recorded it for them, and by nobody else."""

    field = "/body/employee_id"
    way_out = "Ask the member to change their position themselves, or whoever recorded it to correct it."

    def __init__(self) -> None:
        super().__init__("This member objects, and the objection is not yours to take back.")


class PositionTakenInPerson(Conflict):
    """What a member said by themselves is changed by themselves: nobody knows better where they stand."""

    field = "/body/employee_id"
    way_out = "Ask the member to change their position themselves."

    def __init__(self) -> None:
        super().__init__("This member took their position themselves, so it is not yours to replace.")


class Taken(SQLModel):
    """What is known of a position: whose, why, and who wrote it down when."""

    team_id: UUID
    position: str
    reason: str | None
    recorded_by: UUID | None
    recorded_at_meeting: bool
    taken_at: datetime = Field(sa_type=INSTANT)


class Position(Taken, Base, table=True):
    """Where a member stands now: one row each."""

    decision_id: UUID = Field(foreign_key="decision.id", primary_key=True)
    employee_id: UUID = Field(primary_key=True)

    @classmethod
    def taken(
        cls, new: NewPosition, *, decision_id: UUID, team_id: UUID, employee_id: UUID, by: UUID | None, now: datetime
    ) -> Self:
        """Raises `ObjectionNeedsReason`."""
        if new.position is Stance.CANNOT_LIVE_WITH and new.reason is None:
            raise ObjectionNeedsReason
        about: dict[str, Any] = {"decision_id": decision_id, "employee_id": employee_id, "team_id": team_id}
        kept = new.model_dump(exclude={"employee_id"})
        return cls(**kept, **about, recorded_by=by, taken_at=now)

    @property
    def is_taken_in_person(self) -> bool:
        return self.recorded_by == self.employee_id

    def require_replaceable_by(self, caller: UUID | None) -> None:
        """Raises `ObjectionIsTheirsToLift` or `PositionTakenInPerson`."""
        if self.position == Stance.CANNOT_LIVE_WITH and caller not in (self.employee_id, self.recorded_by):
            raise ObjectionIsTheirsToLift
        if self.is_taken_in_person and caller != self.employee_id:
            raise PositionTakenInPerson


class PositionTaken(Taken, Stored, Base, table=True):
    """Every position ever taken; the database refuses to change or remove one."""

    decision_id: UUID = Field(foreign_key="decision.id", index=True)
    employee_id: UUID

    @classmethod
    def of(cls, position: Position) -> Self:
        return cls(**position.model_dump())


for _model in (Position, PositionTaken):
    only_states(_model, "position", Stance)
    always(_model, "objection_has_reason", "position <> 'cannot_live_with' or reason is not null")
