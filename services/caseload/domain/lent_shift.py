"""Lent shift: a nurse of another team works here for one shift, and reads this team's clients for its time alone."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.common.models import INSTANT


class LentShift(Base, table=True):
    """One shift of somebody who is lent to `team_id`, as roster last planned it, and when the records are open to her.

    The database reads it when a transaction begins (`app_enter`), so that no query has to ask.
    """

    __tablename__ = "lent_shift"

    shift_id: UUID = Field(primary_key=True)
    team_id: UUID
    employee_id: UUID
    access_from: datetime = Field(sa_type=INSTANT)
    access_until: datetime = Field(sa_type=INSTANT)
    version: int


def access_of(
    starts_at: datetime, ends_at: datetime, before: int, after: int, *, is_cancelled: bool
) -> tuple[datetime, datetime]:
    """From so many minutes before the shift to so many after it; of one that was cancelled nothing is open."""
    begins = starts_at - timedelta(minutes=before)
    return begins, begins if is_cancelled else ends_at + timedelta(minutes=after)


Index("ix_lent_shift_of", col(LentShift.employee_id), col(LentShift.access_until))
Index("ix_lent_shift_team", col(LentShift.team_id), col(LentShift.access_until))
