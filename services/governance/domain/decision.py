"""Decision by consent: a proposal is adopted when enough of the team took a position and nobody objects."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import field_validator
from sqlalchemy import Column
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.common.errors import Conflict, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.rules import Rule
from services.common.types import Day, Input, Name, NewId, Words
from services.governance.domain.base import Base, always
from services.governance.domain.position import Position, Stance


class SubjectKind(StrEnum):
    """What a decision is about."""

    REFERRAL = "referral"
    REFERRAL_CRITERIA = "referral_criteria"
    CASELOAD_TRANSFER = "caseload_transfer"
    GROUND_RULE = "ground_rule"
    OBSTACLE = "obstacle"
    ROTA = "rota"
    SPEND = "spend"
    OTHER = "other"


class DecisionStatus(StrEnum):
    PROPOSED = "proposed"
    ADOPTED = "adopted"
    NOT_ADOPTED = "not_adopted"


class NewSubject(Input):
    kind: SubjectKind
    id: UUID


class NewDecision(Input):
    """A proposal to the team, and the records that it is about."""

    id: NewId
    team_id: UUID
    title: Name
    proposal: Words
    subjects: list[NewSubject] = Shape(default=[], max_length=20)

    @field_validator("subjects")
    @classmethod
    def _each_once(cls, subjects: list[NewSubject]) -> list[NewSubject]:
        if len({(subject.kind, subject.id) for subject in subjects}) != len(subjects):
            raise ValueError("name each subject once")
        return subjects


class Adoption(Input):
    """Every decision is looked at again, so adopting one names the day."""

    review_on: Day
    outcome_words: Words | None = None


class NotAdopting(Input):
    reason: Words


class DecisionAlreadySettled(Conflict):
    """A decision is adopted or not adopted once."""

    field = "/path/decision_id"
    way_out = "Read the decision to see how it ended. A changed mind is a new decision."

    def __init__(self, status: str) -> None:
        super().__init__(f"This decision is already settled: {status.replace('_', ' ')}.")


class ObjectionStands(Conflict):
    """AQuA report: “Agree with decision or can live with it”. One member who cannot keeps it from being adopted."""

    field = "/path/decision_id"
    way_out = "Change the proposal until everybody can live with it, or settle it as not adopted."

    def __init__(self, objections: int) -> None:
        super().__init__(f"Members who cannot live with this: {objections}.")


class QuorumNotMet(Conflict):
    """Silence is not consent: enough of the team must have taken a position."""

    field = "/path/decision_id"
    way_out = "Ask those who have not yet taken a position, or record those of the members at the meeting."

    def __init__(self, answered: int, needed: int) -> None:
        super().__init__(f"Members who took a position: {answered} of the {needed} that are needed.")


class TooFewInPerson(Conflict):
    """What one member wrote down for everybody is not yet everybody's consent."""

    field = "/path/decision_id"
    way_out = "Ask members to take their position themselves, each signed in as themselves."

    def __init__(self, in_person: int, needed: int) -> None:
        super().__init__(f"Members who took their position themselves: {in_person} of the {needed} that are needed.")


class ReviewInThePast(Unprocessable):
    """A review is still to come when the decision is adopted."""

    field = "/body/review_on"
    way_out = "Name today or a later day."

    def __init__(self) -> None:
        super().__init__("The review date is in the past.")


@dataclass(frozen=True)
class Consent:
    """Where the team stands today. Only the positions of its current members count."""

    members: int
    needed: int
    agree: int
    can_live_with: int
    cannot_live_with: int
    in_person: int
    needed_in_person: int

    @classmethod
    def among(cls, members: Collection[UUID], positions: Iterable[Position], quorum: Rule, in_person: Rule) -> Self:
        """A team smaller than the number needed in person needs all of it."""
        theirs = [position for position in positions if position.employee_id in members]
        stances = [position.position for position in theirs]
        return cls(
            members=len(members),
            needed=quorum.share_of(len(members)),
            agree=stances.count(Stance.AGREE),
            can_live_with=stances.count(Stance.CAN_LIVE_WITH),
            cannot_live_with=stances.count(Stance.CANNOT_LIVE_WITH),
            in_person=sum(one.is_taken_in_person and one.position != Stance.NOT_HERE for one in theirs),
            needed_in_person=min(in_person.amount, len(members)),
        )

    @property
    def answered(self) -> int:
        """Who was not here took no position."""
        return self.agree + self.can_live_with + self.cannot_live_with


class Decision(TeamOwned, Base, table=True):
    """What the team proposes to do, and how that ended."""

    title: str
    proposal: str
    raised_by: UUID | None
    raised_at: datetime = Field(sa_type=INSTANT)
    subjects: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    status: str = Field(default=DecisionStatus.PROPOSED, index=True)
    review_on: date | None = None
    adopted_on: date | None = None
    settled_by: UUID | None = None
    settled_at: datetime | None = Field(default=None, sa_type=INSTANT)
    outcome_words: str | None = None

    @classmethod
    def raised(cls, new: NewDecision, by: UUID | None, now: datetime) -> Self:
        subjects = [subject.model_dump(mode="json") for subject in new.subjects]
        kept = new.model_dump(exclude={"subjects"})
        return cls(**kept, subjects=subjects, raised_by=by, raised_at=now, changed_at=now)

    def is_about(self, kind: SubjectKind, subject_id: UUID) -> bool:
        return {"kind": kind, "id": str(subject_id)} in self.subjects

    def require_open(self) -> None:
        """Raises `DecisionAlreadySettled`."""
        if self.status != DecisionStatus.PROPOSED:
            raise DecisionAlreadySettled(self.status)

    def adopt(self, adoption: Adoption, consent: Consent, *, by: UUID | None, today: date, now: datetime) -> None:
        """Raises `DecisionAlreadySettled`, `ObjectionStands`, `QuorumNotMet`, `TooFewInPerson` or `ReviewInThePast`."""
        self.require_open()
        if consent.cannot_live_with:
            raise ObjectionStands(consent.cannot_live_with)
        if consent.answered < consent.needed:
            raise QuorumNotMet(consent.answered, consent.needed)
        if consent.in_person < consent.needed_in_person:
            raise TooFewInPerson(consent.in_person, consent.needed_in_person)
        if adoption.review_on < today:
            raise ReviewInThePast
        self.review_on, self.adopted_on = adoption.review_on, today
        self._settle(DecisionStatus.ADOPTED, adoption.outcome_words, by, now)

    def not_adopt(self, ending: NotAdopting, by: UUID | None, now: datetime) -> None:
        """Raises `DecisionAlreadySettled`."""
        self.require_open()
        self._settle(DecisionStatus.NOT_ADOPTED, ending.reason, by, now)

    def _settle(self, status: DecisionStatus, words: str | None, by: UUID | None, now: datetime) -> None:
        self.status, self.outcome_words = status, words
        self.settled_by, self.settled_at, self.changed_at = by, now, now


only_states(Decision, "status", DecisionStatus)
always(Decision, "adopted_on_a_day", "(status = 'adopted') = (adopted_on is not null)")
always(Decision, "reviewed_later", "adopted_on is null or (review_on is not null and review_on >= adopted_on)")
always(Decision, "settled_at_a_time", "(status = 'proposed') = (settled_at is null)")
always(Decision, "not_adopted_for_a_reason", "status <> 'not_adopted' or outcome_words is not null")
