"""Calendar feeds: a person's shifts and visits as iCalendar (RFC 5545), with no client, place or word in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

import icalendar
from sqlmodel import Field

from services.common.models import INSTANT, Aggregate
from services.common.types import ENGLAND, Input, NewId
from services.roster.domain.base import Base
from services.roster.domain.move_wish import fingerprint
from services.roster.domain.shift import Shift, ShiftStatus
from services.roster.domain.visit import OPEN, Visit, VisitStatus

# What is over, or off, is told as long as a telephone may need to hear of it.
KEPT = timedelta(days=60)


class EventStatus(StrEnum):
    """As a calendar calls it."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class NewCalendarFeed(Input):
    id: NewId


class CalendarFeed(Aggregate, Base, table=True):
    """A link at which a person's own calendar may be read; the link itself is not kept."""

    employee_id: UUID = Field(index=True)
    link_print: str = Field(unique=True)
    made_at: datetime = Field(sa_type=INSTANT)
    revoked_at: datetime | None = Field(default=None, sa_type=INSTANT)

    @classmethod
    def made(cls, new: NewCalendarFeed, employee_id: UUID, link: str, now: datetime) -> Self:
        return cls(id=new.id, employee_id=employee_id, link_print=fingerprint(link), made_at=now, changed_at=now)

    def revoke(self, now: datetime) -> None:
        """Whoever has the link reads nothing more; to revoke it again changes nothing."""
        self.revoked_at, self.changed_at = self.revoked_at or now, now


@dataclass(frozen=True)
class Entry:
    """One entry of a calendar; its sequence rises with every change."""

    uid: str
    sequence: int
    summary: str
    starts_at: datetime
    ends_at: datetime
    status: EventStatus
    changed_at: datetime

    @classmethod
    def of_shift(cls, shift: Shift) -> Self:
        words = shift.kind.replace("_", " ").capitalize()
        is_off = shift.status == ShiftStatus.CANCELLED
        return cls._of("shift", shift, words, EventStatus.CANCELLED if is_off else EventStatus.CONFIRMED)

    @classmethod
    def of_visit(cls, visit: Visit) -> Self:
        """What is planned may still move; what the client was told, or has begun, stands."""
        if visit.status == VisitStatus.PLANNED:
            status = EventStatus.TENTATIVE
        elif visit.status in (*OPEN, VisitStatus.DONE):
            status = EventStatus.CONFIRMED
        else:
            status = EventStatus.CANCELLED
        return cls._of("visit", visit, "Visit", status)

    @classmethod
    def _of(cls, kind: str, row: Shift | Visit, summary: str, status: EventStatus) -> Self:
        uid = f"{kind}-{row.id}@heatshield"
        return cls(uid, row.version, summary, row.starts_at, row.ends_at, status, row.changed_at)


def calendar_of(entries: Iterable[Entry]) -> bytes:
    """The same entries give the same bytes, so that nothing is sent to whoever has them."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Heatshield//Roster//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for entry in sorted(entries, key=lambda one: (one.starts_at, one.uid)):
        event = icalendar.Event()
        event.add("uid", entry.uid)
        event.add("sequence", entry.sequence)
        event.add("summary", entry.summary)
        event.add("dtstamp", entry.changed_at)
        event.add("dtstart", entry.starts_at.astimezone(ENGLAND))
        event.add("dtend", entry.ends_at.astimezone(ENGLAND))
        event.add("status", entry.status.value)
        calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
