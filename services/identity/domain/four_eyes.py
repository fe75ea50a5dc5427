"""What one person says and another one confirms, before it counts."""

from collections.abc import Collection
from datetime import datetime
from typing import ClassVar

from sqlmodel import Field, SQLModel

from services.common.errors import Conflict, Forbidden
from services.common.models import INSTANT


class SecondPersonNeeded(Forbidden):
    """Four eyes: nobody alone lets a system in, or says who somebody is."""

    field = "/path"
    way_out = "Ask a colleague, who checks with whom it concerns, to confirm it."

    def __init__(self, field: str) -> None:
        super().__init__("This is confirmed by somebody else.", field=field)


class NotWaiting(Conflict):
    """It is confirmed once, and not after its removal."""

    field = "/path"
    way_out = "Read it to see what became of it."

    def __init__(self, field: str) -> None:
        super().__init__("This was confirmed or removed already.", field=field)


class FourEyes(SQLModel):
    """Who confirmed it and when, and when it was removed."""

    # Where its id stands in a request.
    named_at: ClassVar[str]

    confirmed_by: str | None = None
    confirmed_at: datetime | None = Field(default=None, sa_type=INSTANT)
    removed_at: datetime | None = Field(default=None, sa_type=INSTANT)

    def confirmed(self, by: str, now: datetime, *, by_none_of: Collection[str]) -> None:
        """Raises `NotWaiting` or `SecondPersonNeeded`."""
        if self.confirmed_at is not None or self.removed_at is not None:
            raise NotWaiting(self.named_at)
        if by in by_none_of:
            raise SecondPersonNeeded(self.named_at)
        self.confirmed_by, self.confirmed_at = by, now
