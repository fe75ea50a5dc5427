"""A change of a care plan on its way into a council's own system: reviewed by a social worker, sent, and answered."""

import math
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, model_validator
from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Index, Table, UniqueConstraint, Uuid, text
from sqlmodel import Field, col

from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Code, Input, Name
from services.interop.domain.base import Base
from services.interop.domain.share import Share
from services.interop.domain.submission_refusals import (
    ChangeAlreadyReviewed,
    ChangeSuperseded,
    NoLongerShared,
    NothingToCorrect,
    NotToBeKeyed,
    SubmissionAlreadyAcknowledged,
    SubmissionOnItsWay,
)


class SubmissionState(StrEnum):
    """Draft until it is reviewed; ready until it first left; sent until the council says what became of it.

    Superseded is what never reached the council before the same line of the plan changed again.
    """

    DRAFT = "draft"
    READY = "ready"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    REJECTED = "rejected"
    CORRECTED = "corrected"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"


# What can be sent again, and who has to do something next.
TO_BE_MENDED = (SubmissionState.REJECTED, SubmissionState.CORRECTED, SubmissionState.DEAD)
# What a newer change of the same line takes the place of, for it is neither at the council nor on its way there.
REPLACEABLE = (SubmissionState.DRAFT, *TO_BE_MENDED)
WAITING_ON = {
    SubmissionState.DRAFT: "social_worker",
    SubmissionState.READY: "council",
    SubmissionState.SENT: "council",
    **dict.fromkeys(TO_BE_MENDED, "social_worker"),
}


class Keyed(Input):
    """What the council's portal said when the pack had been copied into it."""

    council_reference: Code


class Correction(Input):
    """The council's own id of this person's case, as its system knows it."""

    case_id: Code


class Verdict(BaseModel):
    """What the council's system says of a submission. Anything else that it answers is no answer."""

    outcome: Literal["acknowledged", "rejected"]
    reason: Name | None = None

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if (self.outcome == "rejected") != (self.reason is not None):
            raise ValueError("a reason comes with a rejection, and only with one")
        return self


class ChangedLine(BaseModel):
    """A line of an agreed plan that changed, on the Care Act's side, as caseload tells of it."""

    client_id: UUID
    care_plan_id: UUID
    line_id: UUID
    intervention: str | None
    plan_version: int
    changed_at: datetime


class Submission(TeamOwned, Base, table=True):
    """One change for one council under one share. `sends` counts how often it was handed over to be sent."""

    client_id: UUID
    connection_id: UUID = Field(foreign_key="connection.id")
    share_id: UUID = Field(foreign_key="share.id", index=True)
    care_plan_id: UUID
    line_id: UUID
    intervention: str | None = None
    plan_version: int
    plan_changed_at: datetime = Field(sa_type=INSTANT)
    state: str = SubmissionState.DRAFT
    reviewed_by: str | None = None
    reviewed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    sends: int = 0
    sent_at: datetime | None = Field(default=None, sa_type=INSTANT)
    answered_at: datetime | None = Field(default=None, sa_type=INSTANT)
    reason: str | None = None
    # Where the council has a portal alone: when somebody began to copy it there, and what they noted when it was done.
    pack_opened_at: datetime | None = Field(default=None, sa_type=INSTANT)
    keyed_by: str | None = None
    keyed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    council_reference: str | None = None

    @classmethod
    def prepared(cls, line: ChangedLine, share: Share, now: datetime) -> Self:
        about: dict[str, Any] = line.model_dump(exclude={"changed_at"})
        return cls(
            **about,
            plan_changed_at=line.changed_at,
            team_id=share.team_id,
            connection_id=share.connection_id,
            share_id=share.id,
            changed_at=now,
        )

    @property
    def waiting_on(self) -> str | None:
        """Who has to do something next; since when is `changed_at`."""
        return WAITING_ON.get(SubmissionState(self.state))

    def review(self, by: str, now: datetime) -> None:
        """Raises `ChangeAlreadyReviewed`, `ChangeSuperseded` or `NoLongerShared`."""
        if self.state == SubmissionState.WITHDRAWN:
            raise NoLongerShared
        if self.state == SubmissionState.SUPERSEDED:
            raise ChangeSuperseded
        if self.state != SubmissionState.DRAFT:
            raise ChangeAlreadyReviewed
        self.reviewed_by, self.reviewed_at = by, now
        self._hand_over(now)

    def correct(self, now: datetime) -> None:
        """Raises `NothingToCorrect`."""
        if self.state not in (SubmissionState.REJECTED, SubmissionState.CORRECTED):
            raise NothingToCorrect
        self.state, self.changed_at = SubmissionState.CORRECTED, now

    def require_mendable(self) -> None:
        """Raises `SubmissionAlreadyAcknowledged`, `NoLongerShared`, `ChangeSuperseded` or `SubmissionOnItsWay`."""
        if self.state == SubmissionState.ACKNOWLEDGED:
            raise SubmissionAlreadyAcknowledged
        if self.state == SubmissionState.WITHDRAWN:
            raise NoLongerShared
        if self.state == SubmissionState.SUPERSEDED:
            raise ChangeSuperseded
        if self.state not in TO_BE_MENDED:
            raise SubmissionOnItsWay

    def resend(self, now: datetime) -> None:
        """Raises what `require_mendable` does."""
        self.require_mendable()
        self._hand_over(now)

    def _hand_over(self, now: datetime) -> None:
        self.state, self.reason, self.answered_at, self.changed_at = SubmissionState.READY, None, None, now
        self.sends += 1

    def left(self, now: datetime) -> None:
        """It was tried, and may have arrived; nothing is known of it yet."""
        if self.state == SubmissionState.READY:
            self.state, self.changed_at = SubmissionState.SENT, now
        self.sent_at = self.sent_at or now

    def answered(self, verdict: Verdict, now: datetime) -> None:
        """The council's answer holds whatever was decided here while it was on its way."""
        self.left(now)
        self.state, self.reason = SubmissionState(verdict.outcome), verdict.reason
        self.answered_at, self.changed_at = now, now

    def require_by_hand(self, is_by_hand: bool) -> None:
        """Raises `NotToBeKeyed`: what goes to the council by itself is not typed there as well."""
        if not is_by_hand:
            raise NotToBeKeyed

    def open_pack(self, now: datetime) -> None:
        """Begin to copy it into the portal; the clock goes from the first time. Raises `NotToBeKeyed`."""
        if self.state != SubmissionState.SENT:
            raise NotToBeKeyed
        if self.pack_opened_at is None:
            self.pack_opened_at, self.changed_at = now, now

    def keyed(self, by: str, reference: str, now: datetime) -> None:
        """It stands in the council's system now. Raises `NotToBeKeyed`."""
        if self.state != SubmissionState.SENT or self.pack_opened_at is None:
            raise NotToBeKeyed
        self.keyed_by, self.keyed_at, self.council_reference = by, now, reference
        self.answered(Verdict(outcome="acknowledged"), now)

    @property
    def keying_minutes(self) -> int | None:
        """Whole minutes from opening the pack to the council's reference, rounded up."""
        if self.pack_opened_at is None or self.keyed_at is None:
            return None
        return math.ceil((self.keyed_at - self.pack_opened_at).total_seconds() / 60)

    def given_up(self, now: datetime) -> None:
        """No answer came that could be understood, however often it was tried. What was withdrawn stays so."""
        if self.state in (SubmissionState.READY, SubmissionState.SENT):
            self.state, self.changed_at = SubmissionState.DEAD, now

    def superseded(self, now: datetime) -> None:
        """A newer change of the same line is there, so that this one is not sent, or not sent again."""
        if self.state in REPLACEABLE:
            self.state, self.changed_at = SubmissionState.SUPERSEDED, now


class CouncilCase(TeamOwned, Base, table=True):
    """A council's own id of a client's case: an identifier of that council's, kept once for all that is sent there."""

    client_id: UUID
    connection_id: UUID = Field(foreign_key="connection.id")
    case_id: str
    set_by: str


# Positions follow the order of the commits (`Transaction.append`), so that no reader passes one that is yet to come.
CARE_PLAN_CHANGE = Table(
    "care_plan_change",
    Base.metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("team_id", Uuid, nullable=False),
    Column("client_id", Uuid, nullable=False),
    Column("submission_id", Uuid, ForeignKey("submission.id"), nullable=False, unique=True),
    Index("ix_care_plan_change_client", "client_id", "position"),
    Index("ix_care_plan_change_team", "team_id", "position"),
)

# What was taken without a word, and waits for the end of the council's time to answer.
Index(
    "ix_submission_unanswered",
    col(Submission.changed_at),
    postgresql_where=text(f"state = '{SubmissionState.SENT}'"),
)
Index("ix_submission_line", col(Submission.line_id), col(Submission.connection_id))
only_states(Submission, "state", SubmissionState)
Submission.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("share_id", "line_id", "plan_version", name="one_submission_per_change")
)
CouncilCase.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("client_id", "connection_id", name="one_case_per_council")
)
Index("ix_submission_client", col(Submission.client_id), col(Submission.id))
Index("ix_submission_reviewed_at", col(Submission.reviewed_at))
Index("ix_submission_keyed_at", col(Submission.keyed_at))
Index("ix_submission_reviewer", col(Submission.reviewed_by), col(Submission.id))
