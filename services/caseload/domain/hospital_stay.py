"""Hospital stay: a small copy of what interop tells, so that an older word of a hospital changes nothing."""

from datetime import date
from uuid import UUID

from sqlmodel import Field

from services.caseload.domain.base import Base

IN_HOSPITAL = "in-progress"
CAME_HOME = "finished"
NEVER_THERE = {"cancelled", "entered-in-error"}


class StayNews(Base, table=True):
    """How a stay stands (FHIR encounter-status) by the newest word of it, and which word that was.

    Whose it is and since when is known while it goes on, for whoever may take that client on.
    """

    __tablename__ = "stay_news"

    hospital_stay_id: UUID = Field(primary_key=True)
    status: str
    client_id: UUID | None = Field(default=None, index=True)
    starts_on: date | None = None
    version: int
