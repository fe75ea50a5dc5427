"""Consent: a rota is agreed when enough of the team are there, all of them can live with it and nobody objects.

It is no vote: one principled objection stands until its author takes it back or the rota changes.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import model_validator
from sqlalchemy import Column, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import Uuid
from sqlmodel import Field

from services.common.errors import Conflict, Forbidden, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.rules import Rule
from services.common.types import Day, Input, NewId, PastDay, Words
from services.roster.domain.base import Base
from services.roster.domain.period import midnight_after


class Answer(StrEnum):
    """`away` is for who neither comes nor answers, and is no objection."""

    OK = "ok"
    CAN_LIVE_WITH = "can_live_with"
    OBJECTION = "objection"
    AWAY = "away"


class About(StrEnum):
    SAFETY = "safety"
    LAW = "law"
    CONTRACT = "contract"
    FAIRNESS = "fairness"
    CARE = "care"
    OTHER = "other"


CONSENTS = (Answer.OK, Answer.CAN_LIVE_WITH)


class NewResponse(Input):
    """One's own answer to a version. An objection says why, and what it is about."""

    id: NewId
    answer: Answer
    reason: Words | None = None
    about: About | None = None
    duties: list[Day] = Shape(default=[], max_length=92)

    @model_validator(mode="after")
    def _an_objection_says_why(self) -> Self:
        if self.answer == Answer.OBJECTION and (self.reason is None or self.about is None):
            raise ValueError("an objection gives its reason, and says what it is about")
        return self


class NewDecision(Input):
    """What the meeting came to: who was there, and who led it; a decision of the team's own list may be named."""

    id: NewId
    meeting_on: PastDay
    present: list[UUID] = Shape(min_length=1, max_length=50)
    facilitator_id: UUID
    decision_id: UUID | None = None


class ObjectionStands(Conflict):
    """One member who objects keeps a rota from being agreed."""

    field = "/path/rota_version_id"
    way_out = "Change the rota until nobody objects and propose that, or let whoever objects take it back."

    def __init__(self, objections: int) -> None:
        super().__init__(f"Members who object: {objections}.")


class QuorumNotMet(Conflict):
    """Enough of the team take part in what all will work by."""

    field = "/body/present"
    way_out = "Ask more of the team to the meeting, and let each who is there answer for themselves."

    def __init__(self, have: int, needed: int) -> None:
        super().__init__(f"Members who are there and can live with it: {have} of the {needed} that are needed.")


class PresentButSilent(Conflict):
    """Whoever is at the meeting says what they think of the rota."""

    field = "/body/present"
    way_out = "Let each who is there answer, signed in as themselves; then record the decision."

    def __init__(self, silent: int) -> None:
        super().__init__(f"Members who are there and have not answered: {silent}.")


class MetBeforeProposed(Unprocessable):
    """A meeting agrees what lies before it, and who was away has time from then on."""

    field = "/body/meeting_on"
    way_out = "Name the meeting at which the team agreed this version: on the day that it was proposed, or after."

    def __init__(self, proposed_on: date) -> None:
        super().__init__(f"This version was proposed on {proposed_on}, after that meeting.")


class NotYourResponse(Forbidden):
    """Nobody takes back a colleague's objection."""

    field = "/path/rota_response_id"
    way_out = "Ask the colleague whose answer it is to take it back."

    def __init__(self) -> None:
        super().__init__("This answer is a colleague's.")


class RotaResponse(TeamOwned, Base, table=True):
    """One member's answer to one version, the last that they gave."""

    rota_version_id: UUID = Field(foreign_key="rota_version.id", ondelete="CASCADE")
    employee_id: UUID
    answer: str
    reason: str | None = None
    about: str | None = None
    duties: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    answered_at: datetime = Field(sa_type=INSTANT)
    withdrawn_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def given(cls, new: NewResponse, version_id: UUID, team_id: UUID, by: UUID, now: datetime) -> Self:
        whose: dict[str, Any] = {"rota_version_id": version_id, "team_id": team_id, "employee_id": by}
        made = cls(id=new.id, answer=new.answer, duties=[], answered_at=now, changed_at=now, **whose)
        made.say(new, now)
        return made

    def say(self, new: NewResponse, now: datetime) -> None:
        """Another answer in the place of the last."""
        self.answer, self.reason, self.about = new.answer, new.reason, new.about
        self.duties = [str(day) for day in new.duties]
        self.answered_at, self.withdrawn_at, self.changed_at = now, None, now

    def carried(self, version_id: UUID, now: datetime) -> "RotaResponse":
        """The same answer to another version, in which nothing changes for this person."""
        same: dict[str, Any] = {
            "answer": self.answer,
            "reason": self.reason,
            "about": self.about,
            "duties": self.duties,
        }
        whose: dict[str, Any] = {"rota_version_id": version_id, "team_id": self.team_id}
        return RotaResponse(**same, **whose, employee_id=self.employee_id, answered_at=self.answered_at, changed_at=now)

    def withdraw(self, by: UUID | None, now: datetime) -> None:
        """Raises `NotYourResponse`."""
        if by != self.employee_id:
            raise NotYourResponse
        self.withdrawn_at = self.changed_at = now

    @property
    def stands(self) -> bool:
        return self.withdrawn_at is None


class RotaDecision(TeamOwned, Base, table=True):
    """That a version was agreed: at which meeting, or by which decision of the team's list."""

    rota_version_id: UUID = Field(foreign_key="rota_version.id", ondelete="CASCADE")
    meeting_on: date
    present: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    facilitator_id: UUID | None = None
    decision_id: UUID | None = None
    quorum_have: int
    quorum_of: int
    recorded_by: UUID | None = None

    def silent_until(self, hours: int) -> datetime:
        """When those who were away have had their time to answer."""
        return midnight_after(self.meeting_on) + timedelta(hours=hours)


@dataclass(frozen=True)
class Consent:
    """Where a team stands with a version: what its members of the day say, and who of today objects."""

    members: frozenset[UUID]
    needed: int
    consenting: frozenset[UUID]
    objecting: frozenset[UUID]
    living_with: int
    silent: frozenset[UUID]

    @classmethod
    def among(
        cls, members: Collection[UUID], today: Collection[UUID], responses: Iterable[RotaResponse], quorum: Rule
    ) -> Self:
        all_said = {one.employee_id: one.answer for one in responses if one.stands}
        said = {who: answer for who, answer in all_said.items() if who in members}
        heard = frozenset(members) | frozenset(today)
        return cls(
            members=frozenset(members),
            needed=quorum.share_of(len(members)),
            consenting=frozenset(who for who, answer in said.items() if answer in CONSENTS),
            objecting=frozenset(who for who in heard if all_said.get(who) == Answer.OBJECTION),
            living_with=sum(answer == Answer.CAN_LIVE_WITH for answer in said.values()),
            silent=frozenset(members) - said.keys(),
        )

    def require_no_objection(self) -> None:
        """Raises `ObjectionStands`."""
        if self.objecting:
            raise ObjectionStands(len(self.objecting))

    def require_agreed_by(self, present: Collection[UUID]) -> int:
        """How many are there and can live with it. Raises `ObjectionStands`, `PresentButSilent` or `QuorumNotMet`."""
        self.require_no_objection()
        there = frozenset(present)
        if there - self.consenting:
            raise PresentButSilent(len(there - self.consenting))
        if len(there) < self.needed:
            raise QuorumNotMet(len(there), self.needed)
        return len(there)


only_states(RotaResponse, "answer", Answer)
only_states(RotaResponse, "about", About)
RotaResponse.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("rota_version_id", "employee_id", name="one_answer_each")
)
RotaDecision.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("rota_version_id", name="one_decision_a_version")
)
