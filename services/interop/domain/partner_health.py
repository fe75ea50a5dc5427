"""How a partner of the whole installation has been answering, such as MESH: seen by ops before the teams see it."""

from datetime import datetime
from typing import Self

from sqlmodel import Field

from services.common.models import INSTANT, Aggregate
from services.interop.domain.base import Base


class PartnerHealth(Aggregate, Base, table=True):
    """One partner by its name. `last_error` is a code, such as `unreachable`.

    Of a partner that comes to us, `last_heard_at` is when it last came.
    """

    name: str = Field(unique=True)
    last_success_at: datetime | None = Field(default=None, sa_type=INSTANT)
    last_failure_at: datetime | None = Field(default=None, sa_type=INSTANT)
    last_heard_at: datetime | None = Field(default=None, sa_type=INSTANT)
    last_error: str | None = None
    failures: int = 0

    @classmethod
    def of(cls, name: str, now: datetime) -> Self:
        return cls(name=name, changed_at=now)

    def answered(self, now: datetime) -> None:
        self.last_success_at, self.failures, self.last_error, self.changed_at = now, 0, None, now

    def heard(self, now: datetime) -> None:
        """It came, which says nothing of whether it can do its work."""
        self.last_heard_at, self.changed_at = now, now

    def failed(self, error: str, now: datetime) -> None:
        self.last_failure_at, self.failures, self.last_error, self.changed_at = now, self.failures + 1, error, now

    @property
    def state(self) -> str:
        if self.failures:
            return "failing"
        return "unused" if self.last_success_at is None else "working"
