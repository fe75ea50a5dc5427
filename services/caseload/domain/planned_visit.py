"""Planned visit: a small copy of what roster tells, for a client's copy of the plan and for a nurse's round."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, col

from services.caseload.domain.base import Base
from services.common.models import INSTANT

PLANNED = "planned"


class PlannedVisit(Base, table=True):
    """A visit as roster last told of it."""

    __tablename__ = "planned_visit"

    visit_id: UUID = Field(primary_key=True)
    client_id: UUID
    team_id: UUID
    employee_id: UUID
    # A second pair of hands, whose round it is as well.
    accompanied_by: UUID | None = None
    starts_at: datetime = Field(sa_type=INSTANT)
    ends_at: datetime = Field(sa_type=INSTANT)
    channel: str
    status: str
    version: int


class VisitNews(Base, table=True):
    """Up to which version of a visit it is known that it is late, or that its nurse was heard of.

    The two come by different queues: an alarm that is older than the word that settles it is none.
    """

    __tablename__ = "visit_news"

    visit_id: UUID = Field(primary_key=True)
    version: int


Index("ix_planned_visit_next", col(PlannedVisit.client_id), col(PlannedVisit.starts_at))
Index("ix_planned_visit_round", col(PlannedVisit.employee_id), col(PlannedVisit.starts_at))
Index(
    "ix_planned_visit_along",
    col(PlannedVisit.accompanied_by),
    col(PlannedVisit.starts_at),
    postgresql_where=text("accompanied_by is not null"),
)
