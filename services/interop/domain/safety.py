"""What keeps a client safe, as caseload tells it: what is late, and who has a client for a night."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel


class RaisedAlert(BaseModel):
    """Something late that somebody of the team has to know of, told once or again."""

    alert_id: UUID
    client_id: UUID
    team_id: UUID
    kind: str
    raised_at: datetime

    @property
    def known_at(self) -> datetime | None:
        """When somebody of the team said that they know."""
        return None


class AcknowledgedAlert(RaisedAlert):
    acknowledged_at: datetime

    @property
    def known_at(self) -> datetime | None:
        return self.acknowledged_at


class SentHandover(BaseModel):
    """One client, sent to a service outside for a night or a weekend. In what words is not told; and which service only
    where its own system may answer."""

    handover_id: UUID
    client_id: UUID
    team_id: UUID
    sent_at: datetime
    # Caseload has not always told of it.
    ods_code: str | None = None
    accept_by: datetime | None = None

    @property
    def state(self) -> str:
        """How FHIR calls it (task-status)."""
        return "requested"

    @property
    def with_them(self) -> tuple[datetime | None, datetime | None]:
        """Since when, and until when, the client is or was with the service outside."""
        return None, None

    @property
    def changed_at(self) -> datetime:
        return self.sent_at


class AcceptedHandover(SentHandover):
    accepted_at: datetime

    @property
    def state(self) -> str:
        return "accepted"

    @property
    def with_them(self) -> tuple[datetime | None, datetime | None]:
        return self.accepted_at, None

    @property
    def changed_at(self) -> datetime:
        return self.accepted_at


class DeclinedHandover(SentHandover):
    """The service outside cannot take the client, who stayed with the team."""

    declined_at: datetime

    @property
    def state(self) -> str:
        return "rejected"

    @property
    def changed_at(self) -> datetime:
        return self.declined_at


class DoneHandover(SentHandover):
    """The service outside has done its part."""

    accepted_at: datetime
    done_at: datetime

    @property
    def state(self) -> str:
        return "completed"

    @property
    def with_them(self) -> tuple[datetime | None, datetime | None]:
        return self.accepted_at, self.done_at

    @property
    def changed_at(self) -> datetime:
        return self.done_at


class ExpiredHandover(SentHandover):
    """Nobody accepted it in time: the client stayed with the team."""

    expired_at: datetime

    @property
    def state(self) -> str:
        return "failed"

    @property
    def changed_at(self) -> datetime:
        return self.expired_at


class ReturnedHandover(SentHandover):
    """The client is with the team again, or still, where nobody had accepted."""

    accepted_at: datetime | None
    returned_at: datetime

    @property
    def state(self) -> str:
        return "cancelled" if self.accepted_at is None else "completed"

    @property
    def with_them(self) -> tuple[datetime | None, datetime | None]:
        return self.accepted_at, None if self.accepted_at is None else self.returned_at

    @property
    def changed_at(self) -> datetime:
        return self.returned_at
