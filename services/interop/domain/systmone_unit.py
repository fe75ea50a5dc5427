"""Which units of a trust's SystmOne are written into, and by whose agent."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

# It stands in the names of figures.
UnitCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Subject = Annotated[str, Field(pattern=r"^[!-~]{1,255}$")]


class WrittenUnit(BaseModel):
    """Whose contacts go there, and the system that takes them, as it signs in (`oauth_client_id`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    team_id: UUID
    agent: Subject


Units = Mapping[str, WrittenUnit]


def unit_of(team_id: UUID, units: Units) -> str | None:
    """The unit that this team's contacts go into."""
    return next((unit for unit, one in units.items() if one.team_id == team_id), None)


def teams_of(agent: str, units: Units) -> dict[UUID, str]:
    """The teams whose contacts this system takes, each with its unit."""
    return {one.team_id: unit for unit, one in units.items() if one.agent == agent}


def require_one_each(units: Units) -> None:
    """Raises `ValueError` where a team's contacts would go into two units."""
    teams = [one.team_id for one in units.values()]
    if len(set(teams)) < len(teams):
        raise ValueError("a team's contacts go into one unit: a team_id stands here twice")
