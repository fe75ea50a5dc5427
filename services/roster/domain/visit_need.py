"""Visit need: something to be done at the client's home by a day, for which a visit is proposed and never made."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import col

from services.common.models import TeamOwned
from services.roster.domain.base import Base

# What is taken where the client lives; an X-ray is not.
AT_HOME = frozenset({"blood", "urine", "swab", "stool", "ecg"})


class VisitNeed(TeamOwned, Base, table=True):
    """A test to be taken, by caseload's word; its id is the test's. It closes when the test is taken or not needed."""

    client_id: UUID
    kind: str
    by_on: date
    closed_on: date | None = None


Index("ix_visit_need_open", col(VisitNeed.team_id), col(VisitNeed.by_on), postgresql_where=text("closed_on is null"))
