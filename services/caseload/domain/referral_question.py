"""A question to the referrer, and the answer: asked and kept in the referral itself."""

from datetime import datetime
from typing import Self
from uuid import UUID

from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.referral import Referral
from services.common.errors import Conflict
from services.common.models import INSTANT, Stored
from services.common.types import Input, Name, NewId, PastInstant, Words


class NewQuestion(Input):
    id: NewId
    words: Words


class Reply(Input):
    """What the referrer answered, in their words, and who it was that answered."""

    question_id: UUID
    words: Words
    answered_by: Name
    answered_at: PastInstant


class QuestionAlreadyAnswered(Conflict):
    """An answer stands as it was given."""

    field = "/body/question_id"
    way_out = "Ask another question where the answer leaves something open."

    def __init__(self) -> None:
        super().__init__("This question has been answered.")


class ReferralQuestion(Stored, Base, table=True):
    """What the team wants to know before it decides. Whoever writes the answer down is not always who gave it."""

    team_id: UUID
    referral_id: UUID = Field(foreign_key="referral.id", index=True)
    words: str
    asked_by: UUID | None
    asked_at: datetime = Field(sa_type=INSTANT)
    answer: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=INSTANT)
    recorded_by: UUID | None = None

    @classmethod
    def about(cls, referral: Referral, new: NewQuestion, by: UUID | None, now: datetime) -> Self:
        return cls(**new.model_dump(), team_id=referral.team_id, referral_id=referral.id, asked_by=by, asked_at=now)

    def answered(self, reply: Reply, by: UUID | None) -> None:
        """Raises `QuestionAlreadyAnswered`."""
        if self.answer is not None:
            raise QuestionAlreadyAnswered
        self.answer, self.recorded_by = reply.words, by
        self.answered_by, self.answered_at = reply.answered_by, reply.answered_at
