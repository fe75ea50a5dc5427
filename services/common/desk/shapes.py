"""What the ops desk answers with."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.common.types import Answer


class QueueShape(Answer):
    queue: str
    event_names: list[str]
    ready: int | None
    consumers: int | None


class ServiceStanding(Answer):
    service: str
    unsent: int
    lag_seconds: float
    waiting: int
    dead: int
    queues: list[QueueShape]


class WrittenShape(Answer):
    id: UUID
    type: str
    subject: str
    aggregate_version: int
    trace_id: str | None
    causationid: UUID | None
    written_at: datetime
    sent_at: datetime | None


class MarkShape(Answer):
    queue: str
    state: str
    at: datetime
    attempts: int
    reason: str | None


class EventPath(Answer):
    service: str
    written: WrittenShape | None
    marks: list[MarkShape]
    # What was applied before is forgotten, so that its mark is no longer here.
    marks_from: datetime


class WrittenList(Answer):
    items: list[WrittenShape]


class ParkedEventShape(Answer):
    id: UUID
    event_id: UUID
    consumer: str
    type: str | None
    subject: str | None
    state: str
    reason: str
    attempts: int
    first_error: str
    last_error: str
    parked_at: datetime
    retry_at: datetime | None
    size_bytes: int
    sha256: str
    data: Any


class Replayed(Answer):
    replayed: int
    more: bool
    to_at: datetime | None = None


class LogEntry(Answer):
    seq: int
    envelope: str


class LogPage(Answer):
    items: list[LogEntry]


class Rebuilt(Answer):
    applied: int
    skipped: int
    next_cursor: str | None
