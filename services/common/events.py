"""Events as facts: a frozen payload with a versioned name, in a CloudEvents 1.0 envelope."""

from datetime import UTC, datetime
from types import ModuleType
from typing import Any, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from uuid6 import uuid7

from services.common.models import Aggregate


class Event(BaseModel):
    """Something that happened. The name ends in its version: `caseload.referral.accepted.v1`.

    A payload carries ids, dates, codes and counts; never a name, an NHS number, an address or a note.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: ClassVar[str]


class Envelope(BaseModel):
    """CloudEvents 1.0 attributes, with W3C trace context and the aggregate's version as extensions."""

    specversion: str = "1.0"
    id: UUID = Field(default_factory=uuid7)
    source: str
    type: str
    subject: str
    time: datetime = Field(default_factory=lambda: datetime.now(UTC))
    datacontenttype: str = "application/json"
    aggregateversion: int
    traceparent: str | None = None
    data: dict[str, Any]

    @classmethod
    def seal(cls, event: Event, about: Aggregate, *, traceparent: str | None) -> Self:
        return cls(
            source=f"/heatshield/{event.name.split('.', 1)[0]}",
            type=event.name,
            subject=f"{about.__tablename__}/{about.id}",
            aggregateversion=about.version,
            traceparent=traceparent,
            data=event.model_dump(mode="json"),
        )


def events_of(module: ModuleType) -> dict[str, type[Event]]:
    """Every event that a service's `events` module declares, by name."""
    classes = [item for item in vars(module).values() if isinstance(item, type) and issubclass(item, Event)]
    return {event.name: event for event in classes if event is not Event}
