"""Team membership: who belongs to which team, and the most members that a self-led team may have."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Self
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, col

from services.common.errors import Conflict
from services.common.models import TeamOwned, only_states
from services.common.types import Day, Input, NewId
from services.hr.domain.base import Base, Role, keeps_order, require_order


class NewTeamMembership(Input):
    """Joining a team, from the first day to the last; no last day while no end is agreed."""

    id: NewId
    team_id: UUID
    employee_id: UUID
    role: Role
    from_on: Day
    until_on: Day | None = None


class Leaving(Input):
    """The last day in the team."""

    until_on: Day


class Return(Input):
    """Coming back to a team that one has left."""

    from_on: Day
    until_on: Day | None = None


class TeamIsFull(Conflict):
    """A self-led team has at most twelve members (AQuA report, December 2019; rule `team.max_members`)."""

    field = "/body/team_id"
    way_out = (
        "Split the team in two: form a second team, let some of the members move to it, and send this again. "
        "Or choose a first day on which somebody has left."
    )

    def __init__(self, most: int) -> None:
        super().__init__(f"This team already has {most} members, the most that a team may have.")


class AlreadyMember(Conflict):
    """One person has one membership of a team, however often they come and go."""

    field = "/body/employee_id"
    way_out = "Change the last day of the membership there is, or let a former member rejoin by that membership."

    def __init__(self) -> None:
        super().__init__("This employee already has a membership of this team.")


class HasNotLeft(Conflict):
    """Coming back begins a new period, so it neither overlaps the one before nor cuts short one that still runs."""

    field = "/body/from_on"
    way_out = "While the membership runs, move its last day instead. Once it is over, give a first day after its last."

    def __init__(self) -> None:
        super().__init__("The membership has not ended before this day.")


class TeamMembership(TeamOwned, Base, table=True):
    """One person's place in one team; every service keeps a copy and asks it at each request."""

    employee_id: UUID = Field(foreign_key="employee.id", index=True)
    role: str
    from_on: date
    until_on: date | None = None

    @classmethod
    def begun(cls, new: NewTeamMembership, now: datetime) -> Self:
        """Raises `EndsBeforeItStarts`."""
        require_order(new.from_on, new.until_on)
        return cls(**new.model_dump(), changed_at=now)

    def end(self, leaving: Leaving, now: datetime) -> None:
        """Raises `EndsBeforeItStarts`."""
        require_order(self.from_on, leaving.until_on)
        self.until_on, self.changed_at = leaving.until_on, now

    def rejoin(self, again: Return, today: date, now: datetime) -> None:
        """A return that is still to come can be moved to another day to come. Raises `HasNotLeft` or
        `EndsBeforeItStarts`."""
        is_to_come = self.from_on > today and again.from_on > today
        has_left = self.from_on <= today and self.until_on is not None and self.until_on < min(again.from_on, today)
        if not (is_to_come or has_left):
            raise HasNotLeft
        require_order(again.from_on, again.until_on)
        self.from_on, self.until_on, self.changed_at = again.from_on, again.until_on, now

    def holds_on(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or self.until_on >= day)


def require_room(member: TeamMembership, others: Iterable[TeamMembership], most: int) -> None:
    """Raises `TeamIsFull` if on any day of this membership the team would have more than `most` members.

    The number only rises on a first day, so those are the only days to look at.
    """
    beside = list(others)
    first_days = {max(other.from_on, member.from_on) for other in beside}
    for day in first_days:
        if member.holds_on(day) and sum(other.holds_on(day) for other in beside) >= most:
            raise TeamIsFull(most)


only_states(TeamMembership, "role", Role)
keeps_order(TeamMembership)
Index("one_membership_per_team", col(TeamMembership.team_id), col(TeamMembership.employee_id), unique=True)
