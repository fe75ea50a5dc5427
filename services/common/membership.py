"""Who is in which team: every service's own copy, fed by events, looked up at every request."""

from collections.abc import Mapping
from datetime import date
from typing import cast
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select

from services.common.db import Transaction
from services.common.errors import Conflict
from services.common.inbox import Subscription


class MembershipFact(BaseModel):
    """The fields of a membership event that every service reads."""

    team_id: UUID
    employee_id: UUID
    from_on: date
    until_on: date | None = None


class NotInTheTeam(Conflict):
    """A team plans and records the time of its own members."""

    field = "/body/employee_id"
    way_out = "Name a member of the team on that day; if somebody joined just now, send this again in a moment."

    def __init__(self, field: str = field) -> None:
        super().__init__("This person is not a member of the team on that day.", field=field)


async def members(tx: Transaction, team_id: UUID, on: date) -> frozenset[UUID]:
    """Who belongs to the team on this day."""
    if tx.at_hand is not None and (team_id, on) in tx.at_hand:
        return cast(frozenset[UUID], tx.at_hand[team_id, on])
    member = tx.metadata.tables["team_member"]
    wanted = select(member.c.employee_id).where(
        member.c.team_id == team_id,
        member.c.from_on <= on,
        (member.c.until_on.is_(None)) | (member.c.until_on >= on),
    )
    found = frozenset(await tx.all(wanted))
    if tx.at_hand is not None:
        tx.at_hand[team_id, on] = found
    return found


async def require_members(tx: Transaction, team_id: UUID, on: date, people: Mapping[str, UUID]) -> None:
    """All of these people, each by the field that names them. Raises `NotInTheTeam`."""
    known = await members(tx, team_id, on)
    for field, person in people.items():
        if person not in known:
            raise NotInTheTeam(field)


SUBSCRIPTION = Subscription("hr.team_membership.changed.v1", MembershipFact, copied_into="team_member")
