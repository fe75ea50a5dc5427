"""An operation as it is worked on: what was sent, read by the model of its kind, with its clock put right."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from services.caseload.domain.sync_device import Clock
from services.caseload.domain.sync_operation import SentOperation, SyncOutcome
from services.common.types import Day, Input, Instant, day_in_england

INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
DAY: TypeAdapter[date] = TypeAdapter(Day)


@dataclass(frozen=True)
class Op:
    """`happened_at` is when it was done, by a right clock; `now` is when it is worked on."""

    sent: SentOperation
    body: Input
    device_id: UUID
    happened_at: datetime
    now: datetime


@dataclass(frozen=True)
class Effect:
    """What an operation did. `again` is what had been done before, under the same id and with the same content; `row`
    is what has a version more, once it is written."""

    outcome: SyncOutcome = SyncOutcome.APPLIED
    version: int | None = None
    conflict_id: UUID | None = None
    again: bool = False
    row: Any = None

    @property
    def written(self) -> "Effect":
        """With the version that its row has now."""
        return self if self.row is None else replace(self, version=self.row.version, row=None)


def put_right(sent: SentOperation, clock: Clock, instants: tuple[str, ...], days: tuple[str, ...]) -> dict[str, Any]:
    """The body with what the device's wrong clock said put right; what cannot be read is left for whoever reads it."""
    body = sent.body
    if not clock.is_wrong:
        return body
    right = dict(body)
    for name in instants:
        if (told := _read(INSTANT, body.get(name))) is not None:
            right[name] = (told - clock.off).isoformat()
    ahead = clock.days_ahead(sent.occurred_at)
    for name in days:
        if (day := _read(DAY, body.get(name))) is not None:
            right[name] = str(day - ahead)
    return right


def is_to_come(value: Any, now: datetime) -> bool:
    """Whether this is an instant or a day that has not come yet."""
    instant, day = _read(INSTANT, value), _read(DAY, value)
    return (instant is not None and instant > now) or (day is not None and day > day_in_england(now))


def _read(kind: TypeAdapter[Any], value: Any) -> Any:
    try:
        return kind.validate_python(value)
    except ValidationError:
        return None
