"""Belonging to a team: joining, leaving, coming back, and who is in it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts
from services.hr.domain.employee import Employee
from services.hr.domain.rule import RuleCode
from services.hr.domain.team_membership import (
    AlreadyMember,
    Leaving,
    NewTeamMembership,
    Return,
    TeamMembership,
    require_room,
)
from services.hr.events import TeamMembershipChanged
from services.hr.store import people


async def join_team(tx: Transaction, new: NewTeamMembership) -> TeamMembership:
    """Somebody joins a team. Raises `UnknownEmployee`, `AlreadyMember`, `EndsBeforeItStarts` or `TeamIsFull`."""
    await tx.require_team(new.team_id)
    await people.known(tx, new.employee_id)
    membership = TeamMembership.begun(new, tx.now)
    others = await _locked(tx, new.team_id)
    if any(other.employee_id == new.employee_id for other in others):
        raise AlreadyMember
    await _require_room(tx, membership, others)
    tx.add(membership)
    return await _changed(tx, membership)


async def read_team_membership(tx: Transaction, membership_id: UUID) -> TeamMembership:
    membership: TeamMembership = await tx.get(TeamMembership, membership_id)
    return membership


async def read_colleague(tx: Transaction, employee_id: UUID) -> tuple[Employee, Sequence[TeamMembership]]:
    """Somebody who works here, with every membership they have or had. Raises `NotFound`."""
    employee: Employee = await tx.get(Employee, employee_id)
    return employee, await people.memberships_of(tx, employee_id)


async def end_team_membership(tx: Transaction, membership_id: UUID, leaving: Leaving, if_match: int) -> TeamMembership:
    """Set the last day in the team. Raises `EndsBeforeItStarts`, or `TeamIsFull` if a later last day finds no room."""
    membership, others = await _changing(tx, membership_id, if_match)
    stays_longer = membership.until_on is not None and leaving.until_on > membership.until_on
    membership.end(leaving, tx.now)
    if stays_longer:
        await _require_room(tx, membership, others)
    return await _changed(tx, membership)


async def leave_by(tx: Transaction, team_id: UUID, employee_id: UUID, last_on: date) -> None:
    """Somebody's place in a team ends on this day at the latest; where it has not begun by then it is left alone."""
    for membership in await _locked(tx, team_id):
        is_theirs = membership.employee_id == employee_id and membership.from_on <= last_on
        if is_theirs and membership.holds_on(last_on + timedelta(days=1)):
            membership.end(Leaving(until_on=last_on), tx.now)
            await _changed(tx, membership)


async def rejoin_team(tx: Transaction, membership_id: UUID, again: Return, if_match: int) -> TeamMembership:
    """Somebody comes back to a team they left. Raises `HasNotLeft`, `EndsBeforeItStarts` or `TeamIsFull`."""
    membership, others = await _changing(tx, membership_id, if_match)
    membership.rejoin(again, tx.today, tx.now)
    await _require_room(tx, membership, others)
    return await _changed(tx, membership)


async def team_members(tx: Transaction, request: PageRequest, team_id: UUID) -> dict[str, Any]:
    """Who is in the team today, and how many that is beside the most there may and the fewest there should be."""
    await tx.require_team(team_id)
    today = await people.members(tx, team_id, tx.today)
    found = await page(tx, today, TeamMembership, request)
    files = await people.by_id(tx, (membership.employee_id for membership in found["items"]))
    most, warn_below = await amounts(tx, tx.today, RuleCode.MOST_MEMBERS, RuleCode.WARN_BELOW)
    members = await people.count(tx, today)
    return {
        "items": [(membership, files[membership.employee_id]) for membership in found["items"]],
        "next_cursor": found["next_cursor"],
        "members": members,
        "max_members": most,
        "warn_below": warn_below,
        "is_small": members < warn_below,
    }


async def _locked(tx: Transaction, team_id: UUID) -> Sequence[TeamMembership]:
    await tx.take_turns(f"team/{team_id}")
    return await people.memberships(tx, team_id)


async def _changing(
    tx: Transaction, membership_id: UUID, if_match: int
) -> tuple[TeamMembership, Sequence[TeamMembership]]:
    """The membership to change, made on the version last read, with the team's others. Raises `PreconditionFailed`."""
    membership: TeamMembership = await tx.get(TeamMembership, membership_id)
    others = await _locked(tx, membership.team_id)
    await tx.session.refresh(membership)
    require_version(membership, if_match)
    return membership, [other for other in others if other.id != membership.id]


async def _require_room(tx: Transaction, membership: TeamMembership, others: Sequence[TeamMembership]) -> None:
    """The limit is the one in force when the member begins, and for a day gone by today's."""
    (most,) = await amounts(tx, max(membership.from_on, tx.today), RuleCode.MOST_MEMBERS)
    require_room(membership, others, most)


async def _changed(tx: Transaction, membership: TeamMembership) -> TeamMembership:
    """Every service hears the whole new state; the flush gives the membership the version it is told with."""
    await tx.session.flush()
    changed = TeamMembershipChanged(
        team_id=membership.team_id,
        employee_id=membership.employee_id,
        role=membership.role,
        from_on=membership.from_on,
        until_on=membership.until_on,
    )
    tx.publish(changed, about=membership)
    return membership
