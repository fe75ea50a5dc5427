"""Planned visit: a small copy of what roster tells, so that a client's copy of the plan says who comes when."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
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
    starts_at: datetime = Field(sa_type=INSTANT)
    ends_at: datetime = Field(sa_type=INSTANT)
    channel: str
    status: str
    version: int


Index("ix_planned_visit_next", col(PlannedVisit.client_id), col(PlannedVisit.starts_at))
