"""What is told of the calls that other agencies make at a client's home."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from services.common.inbox import Subscription
from services.roster.domain.agency_call import AgencyCall


class CallTime(BaseModel):
    days: list[int]
    at: str
    minutes: int


class ChangedOtherCare(BaseModel):
    other_care_id: UUID
    client_id: UUID
    team_id: UUID
    times: list[CallTime]
    from_on: date
    until_on: date | None
    # Caseload has not always told of it.
    beside: str = "seen"


SUBSCRIPTIONS = (Subscription("caseload.other_care.changed.v1", ChangedOtherCare, copied_into=AgencyCall),)
