"""Summary share: a client's summary, opened once by somebody of another profession, with a link and a code."""

from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from sqlmodel import Field

from services.caseload.domain.base import Base
from services.caseload.domain.care_plan import AgreedHow
from services.caseload.domain.client import Client
from services.caseload.domain.one_time_link import LinkEnded, OneTimeLink
from services.common.errors import Conflict
from services.common.models import INSTANT, TeamOwned, only_states
from services.common.types import Input, Name, NewId


class NewSummaryShare(Input):
    """To which organisation and role there, for what, and how the client agreed."""

    id: NewId
    client_id: UUID
    organisation: Name
    role: Name
    purpose: Name
    agreed_how: AgreedHow


class SummaryShareEnded(Conflict):
    """A share ends once: when it is withdrawn, or with its last day."""

    field = "/path/summary_share_id"
    way_out = "Nothing needs to be done: nothing is shown through this link any more."

    def __init__(self) -> None:
        super().__init__("This share has ended.")


class SummaryShare(OneTimeLink, TeamOwned, Base, table=True):
    """What a client agreed to show to one professional, and until when the link holds."""

    client_id: UUID = Field(foreign_key="client.id", index=True)
    organisation: str
    role: str
    purpose: str
    agreed_how: str
    shared_by: UUID | None
    until_at: datetime = Field(sa_type=INSTANT)
    withdrawn_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def offered(cls, new: NewSummaryShare, client: Client, days: int, by: UUID | None, now: datetime) -> Self:
        until_at = now + timedelta(days=days)
        return cls(**new.model_dump(), team_id=client.team_id, shared_by=by, until_at=until_at, changed_at=now)

    def require_open(self, now: datetime) -> None:
        """Raises `LinkEnded`."""
        if self.withdrawn_at is not None or self.until_at <= now:
            raise LinkEnded

    def withdraw(self, now: datetime) -> None:
        """Raises `SummaryShareEnded`."""
        if self.withdrawn_at is not None or self.until_at <= now:
            raise SummaryShareEnded
        self.withdrawn_at, self.changed_at = now, now


only_states(SummaryShare, "agreed_how", AgreedHow)
