"""What a social worker may read of the clients who invited them, as caseload tells it in their own name."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

SOCIAL_CARE_LINES = "social_care_lines"


class CareActView(BaseModel):
    """The assessment in the terms of the Care Act 2014: outcomes, eligibility, carer, home, money and capacity."""

    assessed_on: date
    what_matters: str
    care_act: dict[str, Any]
    eligible: bool
    carer: str | None
    home: str | None
    money: str | None
    capacity: str | None


class SeatedLine(BaseModel):
    """A line of the agreed plan on the Care Act's side, as it reads now."""

    id: UUID
    words: str


class Seat(BaseModel):
    """One client as far as they are shared with the guest who asks: what is not shared is not there."""

    client_id: UUID
    until_at: datetime
    # Said in the list of seats; a client who is read whole was in it.
    fields: list[str] = []
    care_act_view: CareActView | None = None
    social_care_lines: list[SeatedLine] = []

    @property
    def shares_the_plan(self) -> bool:
        """Whether the guest may read, and so send on, what changes on the Care Act's side of the plan."""
        return SOCIAL_CARE_LINES in self.fields

    def words_of(self, line_id: UUID) -> str | None:
        return next((line.words for line in self.social_care_lines if line.id == line_id), None)
