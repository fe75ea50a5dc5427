"""Where a client stands in the team: the sub-team that looks after them, and who leads where that is not the team."""

from datetime import date
from typing import Annotated

from pydantic import StringConstraints
from sqlmodel import SQLModel

from services.common.types import Input, Name, PastDay

# The team's own word for a smaller group within it, such as `north-lanes`.
SubTeamTag = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]


class InSubTeam(Input):
    """None puts the client with the whole team again."""

    sub_team: SubTeamTag | None


class Lead(Input):
    """A professional outside the team who leads: the role, the organisation, and how to reach them."""

    role: Name
    organisation: Name
    contact: Name
    since_on: PastDay


class LedBy(Input):
    """Without a lead outside, the named nurse leads."""

    lead: Lead | None


class Placement(SQLModel):
    """The stored form, on the episode of care."""

    sub_team: str | None = None
    lead_role: str | None = None
    lead_organisation: str | None = None
    lead_contact: str | None = None
    lead_since_on: date | None = None

    def led_by(self, lead: Lead | None) -> None:
        for name in Lead.model_fields:
            setattr(self, f"lead_{name}", getattr(lead, name, None))
