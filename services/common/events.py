"""Events as facts: a frozen payload with a versioned name, in a CloudEvents 1.0 envelope."""

from datetime import UTC, datetime
from types import ModuleType
from typing import Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from uuid6 import uuid7

from services.common.models import Aggregate

# What a name may look like, so that nothing else travels in one: `caseload.referral.accepted.v1`, `referral/<id>`.
NAME = r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*\.v[0-9]+$"
SUBJECT = r"^[a-z][a-z0-9_]*/[0-9a-z-]{1,64}$"
# The size of a sealed event, which its sender keeps to and its consumers hold it to.
MAX_EVENT_BYTES = 2**18
TRACEPARENT = r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$"


class Event(BaseModel):
    """Something that happened. The name ends in its version: `caseload.referral.accepted.v1`.

    A payload carries ids, dates, codes and counts; never a name, an NHS number, an address or a note.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: ClassVar[str]
    # The fields that name what this event tells the newest state of, where that is not what it is about: a rating of a
    # problem, say. The last event of each is kept for good, so that a copy of the state can be made again.
    key: ClassVar[tuple[str, ...]] = ()


class Envelope(BaseModel):
    """CloudEvents 1.0 attributes, with trace context, the aggregate's version and the cause as extensions."""

    specversion: Literal["1.0"] = "1.0"
    id: UUID = Field(default_factory=uuid7)
    source: str = Field(pattern=r"^/heatshield/[a-z]+$")
    type: str = Field(pattern=NAME, max_length=120)
    subject: str = Field(pattern=SUBJECT)
    time: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))
    datacontenttype: Literal["application/json"] = "application/json"
    aggregateversion: int = Field(ge=0, lt=2**31)
    traceparent: str | None = Field(default=None, pattern=TRACEPARENT)
    # The event whose effect this one is part of.
    causationid: UUID | None = None
    data: dict[str, Any]

    @classmethod
    def seal(
        cls, event: Event, about: Aggregate, *, traceparent: str | None = None, causationid: UUID | None = None
    ) -> Self:
        return cls(
            source=f"/heatshield/{owner(event.name)}",
            type=event.name,
            subject=f"{about.__tablename__}/{about.id}",
            aggregateversion=about.version,
            traceparent=traceparent,
            causationid=causationid,
            data=event.model_dump(mode="json"),
        )

    @property
    def trace_id(self) -> str | None:
        """The 32 hex digits by which everything that one request caused is found (W3C Trace Context)."""
        return self.traceparent.split("-")[1] if self.traceparent else None


def owner(event_name: str) -> str:
    """The one service that may say this: the first word of its name."""
    return event_name.split(".", 1)[0]


def events_of(module: ModuleType) -> dict[str, type[Event]]:
    """Every event that a service's `events` module declares, by name."""
    classes = [item for item in vars(module).values() if isinstance(item, type) and issubclass(item, Event)]
    return {event.name: event for event in classes if event is not Event}
