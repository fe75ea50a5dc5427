"""What a client agreed to share with a partner: which facts, why, on what ground and until when."""

from datetime import date, datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import model_validator
from sqlalchemy import Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from services.common.errors import Conflict, NotFound, Unprocessable
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Code, Day, Input, Name, NewId, day_in_england
from services.interop.domain.base import Base

# What a council is told when a client shares no more.
WITHDRAWN = "uk.heatshield.social_care.share_withdrawn.v1"


class SharedField(StrEnum):
    """All that can ever be shared with a council: ids, codes, dates and minutes; no name, NHS number or note."""

    COUNCIL_REF = "council_ref"
    CARE_PLAN_ID = "care_plan_id"
    LINE_ID = "line_id"
    INTERVENTION = "intervention"
    PLAN_VERSION = "plan_version"
    CHANGED_AT = "changed_at"
    REABLEMENT_ID = "reablement_id"
    STARTED_ON = "started_on"
    LAST_FREE_DAY_ON = "last_free_day_on"
    DECISION_DUE_ON = "decision_due_on"
    CARE_CONTACT_ID = "care_contact_id"
    STARTED_AT = "started_at"
    CHANNEL = "channel"
    PERSONAL_CARE_MINUTES = "personal_care_minutes"
    REABLEMENT_MINUTES = "reablement_minutes"
    WIDER_SUPPORT_MINUTES = "wider_support_minutes"
    # On which day care ended, and what came of it, a death as well: told in the return of the council alone.
    ENDED_ON = "ended_on"


class Basis(StrEnum):
    """On what ground a client's facts may be shared (UK GDPR article 6 and the common law duty of confidence)."""

    CONSENT = "consent"
    BEST_INTERESTS = "best_interests"
    LEGAL_DUTY = "legal_duty"


class NewShare(Input):
    """Which facts about one client go to one council, why, and until when."""

    id: NewId
    client_id: UUID
    connection_id: UUID
    purpose: Name
    basis: Basis
    consented_on: Day | None = None
    fields: list[SharedField] = Shape(min_length=1, max_length=len(SharedField))
    until_on: Day | None = None
    council_ref: Code

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if (self.basis is Basis.CONSENT) != (self.consented_on is not None):
            raise ValueError("consented_on comes with the basis consent, and only with it")
        if len(set(self.fields)) != len(self.fields):
            raise ValueError("name each field once")
        return self


class AlreadyShared(Conflict):
    """On any day at most one share of a client with a connection is in force; the database holds that."""

    field = "/body/connection_id"
    way_out = "Withdraw the share there is, then agree a new one with the client."

    def __init__(self) -> None:
        super().__init__("This client already has a share with this connection.")


class ShareAlreadyWithdrawn(Conflict):
    field = "/path/share_id"
    way_out = "Nothing more needs doing: nothing is sent. A changed mind is a new share."

    def __init__(self) -> None:
        super().__init__("This share has already been withdrawn.")


class UnknownConnection(NotFound):
    field = "/body/connection_id"
    way_out = "Choose one of the connections listed at /interop/v1/connections."

    def __init__(self) -> None:
        super().__init__("connection")


class UnknownClient(Conflict):
    """A team shares the record of its own clients. One of another team is unknown to it alike."""

    field = "/body/client_id"
    way_out = "Check the id, and that your team holds this record; one taken on just now is known in a moment."

    def __init__(self) -> None:
        super().__init__("The team has no such client.")


class ConsentInTheFuture(Unprocessable):
    field = "/body/consented_on"
    way_out = "Give the day on which the client agreed."

    def __init__(self) -> None:
        super().__init__("The consent is dated in the future.")


class ConsentWithdrawnSince(Unprocessable):
    """What happened while the client did not agree is never sent, so a consent that was withdrawn is not used again."""

    field = "/body/consented_on"
    way_out = "Give the day on which the client agreed anew."

    def __init__(self) -> None:
        super().__init__("The client withdrew from sharing with this connection after that day.")


def require_agreed_anew(new: NewShare, withdrawn_at: datetime | None) -> None:
    """A consent is not older than the day in England of the last withdrawal. Raises `ConsentWithdrawnSince`."""
    if new.consented_on and withdrawn_at and new.consented_on < day_in_england(withdrawn_at):
        raise ConsentWithdrawnSince


class ShareEndsInThePast(Unprocessable):
    field = "/body/until_on"
    way_out = "Give a day from today on, or leave it out to share until withdrawn."

    def __init__(self) -> None:
        super().__init__("The share would have ended already.")


class Share(TeamOwned, Base, table=True):
    """One client's facts, agreed to be shared with one partner (FHIR Consent). It covers what happens from then on."""

    client_id: UUID
    connection_id: UUID = Field(foreign_key="connection.id", index=True)
    purpose: str
    basis: str
    consented_on: date | None = None
    fields: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    until_on: date | None = None
    council_ref: str = Field(index=True)
    agreed_by: UUID | None
    agreed_at: datetime = Field(sa_type=INSTANT)
    withdrawn_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def agreed(cls, new: NewShare, team_id: UUID, by: UUID | None, now: datetime, today: date) -> Self:
        """Raises `ConsentInTheFuture` or `ShareEndsInThePast`."""
        if new.consented_on is not None and new.consented_on > today:
            raise ConsentInTheFuture
        if new.until_on is not None and new.until_on < today:
            raise ShareEndsInThePast
        return cls(**new.model_dump(), team_id=team_id, agreed_by=by, agreed_at=now, changed_at=now)

    def in_force(self, on: date) -> bool:
        return self.withdrawn_at is None and (self.until_on is None or self.until_on >= on)

    def covers(self, happened_on: date) -> bool:
        """Whether the client had agreed by this day in England: that of the consent, or else that of the share."""
        return happened_on >= (self.consented_on or day_in_england(self.agreed_at))

    def withdraw(self, now: datetime) -> None:
        """Raises `ShareAlreadyWithdrawn`."""
        if self.withdrawn_at is not None:
            raise ShareAlreadyWithdrawn
        self.withdrawn_at, self.changed_at = now, now


only_states(Share, "basis", Basis)
Index("ix_share_client", col(Share.client_id), col(Share.id))
