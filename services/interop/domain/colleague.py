"""Somebody who works for the teams, as hr tells them to those outside: names and role, and nothing of their file."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel


class Membership(BaseModel):
    """A place in one team. Its last day is included."""

    id: UUID
    version: int
    team_id: UUID
    role: str
    from_on: date
    until_on: date | None


class Colleague(BaseModel):
    """One person, with every place in a team that they have or had.

    How this installation names its teams, and the ODS code of the provider that they are a part of, stand beside.
    """

    id: UUID
    version: int
    given_name: str
    family_name: str
    memberships: list[Membership]
    team_names: dict[UUID, str] = {}
    provider: str = ""

    @property
    def newest(self) -> Membership:
        """The place that began last."""
        return max(self.memberships, key=lambda one: (one.from_on, one.id))

    @property
    def whole_version(self) -> int:
        """Of the person and all of their places: no place is ever taken away, so that it only rises."""
        return self.version + sum(one.version for one in self.memberships)
