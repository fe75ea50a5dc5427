"""Feedback by clients and carers: a random sample each quarter that anybody can draw again, and what they answer."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field as Shape
from sqlalchemy import Column, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.caseload.domain.counted import counted
from services.caseload.domain.one_time_link import HandedOut, LinkCode, LinkEnded, LinkUsed, OneTimeLink, Opening
from services.common.errors import Conflict, Unprocessable
from services.common.figures import Cell, Layout
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Day, Input, NewId, PastDay, Words, day_in_england

MONTHS = 3


class NewFeedbackRound(Input):
    """A round is of one calendar quarter, named by its first day."""

    id: NewId
    team_id: UUID
    quarter_on: Day


class Channel(StrEnum):
    """How somebody answered: by a link themselves, or with whoever wrote it down."""

    PHONE = "phone"
    PAPER = "paper"
    IN_PERSON = "in_person"
    LINK = "link"


Score = Annotated[int, Shape(strict=True, ge=1, le=5)]


class Answered(Input):
    """Two questions: how good the care was, from 1 to 5, and what they would like to say."""

    given_on: PastDay
    channel: Literal[Channel.PHONE, Channel.PAPER, Channel.IN_PERSON]
    score: Score
    words: Words | None = None


class AnsweredByLink(Input):
    """The same two questions, answered by whoever has the link and the code."""

    code: LinkCode
    score: Score
    words: Words | None = None


class NotTheQuarterNow(Unprocessable):
    """Who is asked is drawn from those in care now, once the quarter has begun and before it is over."""

    field = "/body/quarter_on"
    way_out = "Send the first day of the quarter that we are in."

    def __init__(self) -> None:
        super().__init__("This is not the first day of the present quarter.")


class RoundAlreadyDrawn(Conflict):
    """Drawn a second time, a sample would be chosen."""

    field = "/body/quarter_on"
    way_out = "Read the round of this quarter: it says who is asked."

    def __init__(self) -> None:
        super().__init__("The sample of this quarter has been drawn already.")


class NobodyToAsk(Conflict):
    field = "/body/team_id"
    way_out = "Draw the sample when the team has a client."

    def __init__(self) -> None:
        super().__init__("The team has nobody in its care.")


class AlreadyAnswered(Conflict):
    """Everybody who was drawn answers once."""

    field = "/path/asked_id"
    way_out = "Nothing needs to be done: the first answer counts."

    def __init__(self) -> None:
        super().__init__("This person has answered already.")


class QuarterNotOver(Unprocessable):
    """What changes by the day could be taken from what it was the day before, and leave one person."""

    field = "/query/as_of"
    way_out = "Ask for a day of a quarter that is over, or leave as_of out for the latest of them."

    def __init__(self) -> None:
        super().__init__("Outside the team, feedback is told of quarters that are over.")


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be asked: a client, or a carer of one."""

    id: UUID
    client_id: UUID
    carer_id: UUID | None = None


def rank(seed: str, candidate: UUID) -> str:
    """Where somebody stands in the draw: the SHA-256 of the seed and their id, in hexadecimal."""
    return hashlib.sha256(f"{seed}/{candidate}".encode()).hexdigest()


def drawn(seed: str, frame: Iterable[UUID], size: int) -> list[UUID]:
    """The first of the frame by their rank: the same for the same seed, whoever draws and with whatever."""
    return sorted(frame, key=lambda candidate: rank(seed, candidate))[:size]


def quarter_of(day: date) -> date:
    """The first day of the calendar quarter that the day is in."""
    return day.replace(month=day.month - (day.month - 1) % MONTHS, day=1)


def told_quarter(as_of: date | None, today: date, *, outside: bool) -> date:
    """The quarter that is asked for. Raises `QuarterNotOver`."""
    present = quarter_of(today)
    if not outside:
        return quarter_of(as_of or today)
    asked = quarter_of(as_of or present - timedelta(days=1))
    if asked >= present:
        raise QuarterNotOver
    return asked


class FeedbackRound(TeamOwned, Base, table=True):
    """One quarter's sample, with all that is needed to draw it again: the seed, the frame and the size."""

    quarter_on: date
    seed: str
    frame: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    size: int
    drawn_by: UUID | None

    @classmethod
    def draw(
        cls, new: NewFeedbackRound, seed: str, frame: Sequence[Candidate], size: int, by: UUID | None, now: datetime
    ) -> Self:
        """Raises `NobodyToAsk`."""
        if not frame:
            raise NobodyToAsk
        ids = sorted(candidate.id for candidate in frame)
        return cls(**new.model_dump(), seed=seed, frame=ids, size=min(size, len(ids)), drawn_by=by, changed_at=now)

    def sample(self) -> list[UUID]:
        return drawn(self.seed, self.frame, self.size)


class FeedbackAsked(OneTimeLink, TeamOwned, Base, table=True):
    """One person who was drawn, and what they answered, if they did (FHIR QuestionnaireResponse)."""

    feedback_round_id: UUID = Field(foreign_key="feedback_round.id", index=True)
    client_id: UUID = Field(foreign_key="client.id", index=True)
    carer_id: UUID | None = Field(default=None, foreign_key="carer.id")
    given_on: date | None = None
    channel: str | None = None
    score: int | None = None
    words: str | None = None
    written_by: UUID | None = None
    link_until_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def of(cls, made: FeedbackRound, candidate: Candidate, now: datetime) -> Self:
        about: dict[str, Any] = {"client_id": candidate.client_id, "carer_id": candidate.carer_id}
        return cls(team_id=made.team_id, feedback_round_id=made.id, **about, changed_at=now)

    def answer(self, answer: Answered, by: UUID | None, now: datetime) -> None:
        """Raises `AlreadyAnswered`."""
        if self.score is not None:
            raise AlreadyAnswered
        for name, value in answer:
            setattr(self, name, value)
        self.written_by, self.changed_at = by, now

    def send_link(self, days: int, now: datetime) -> HandedOut:
        """A link and a code for whoever is asked; those sent before open nothing more. Raises `AlreadyAnswered`."""
        if self.score is not None:
            raise AlreadyAnswered
        self.link_until_at, self.changed_at = now + timedelta(days=days), now
        return self.hand_out()

    def answer_by_link(self, link: str, answer: AnsweredByLink, most_wrong: int, now: datetime) -> None:
        """Raises `LinkUsed`, `LinkEnded`, `LinkSpent` or `WrongCode`, which counts."""
        if self.score is not None:
            raise LinkUsed
        if self.link_until_at is None or self.link_until_at <= now:
            raise LinkEnded
        who = "client" if self.carer_id is None else "carer"
        self.unlock(link, Opening(code=answer.code, name=who, role=who), most_wrong, now)
        self.given_on, self.channel, self.changed_at = day_in_england(now), Channel.LINK, now
        self.score, self.words = answer.score, answer.words


# Who knows how many were asked and how many answered knows how many did not.
ANSWERS = Layout((("asked", ("answered", "silent")), ("answered", ("answered_by.",))), frozenset({"silent"}))


def feedback_cells(asked: Iterable[tuple[UUID, UUID | None, int | None]]) -> dict[str, Cell]:
    """Of everybody who was asked, how many answered, and as what; the score is the mean of those who did."""
    people = list(asked)
    scores = [(client_id, carer_id, score) for client_id, carer_id, score in people if score is not None]
    answered = counted(
        "answered",
        ((client_id, f"answered_by.{'client' if carer_id is None else 'carer'}") for client_id, carer_id, _ in scores),
    )
    silent = ((client_id, "silent" if score is None else "spoke") for client_id, _, score in people)
    whole = counted("asked", silent, "silent")
    mean = round(sum(score for *_, score in scores) / len(scores), 2) if scores else None
    return {
        "asked": whole["asked"],
        "silent": whole["silent"],
        **answered,
        "score": Cell(mean, answered["answered"].people),
    }


only_states(FeedbackAsked, "channel", Channel)
Index("one_round_per_quarter", col(FeedbackRound.team_id), col(FeedbackRound.quarter_on), unique=True)
