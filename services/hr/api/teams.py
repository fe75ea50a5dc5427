"""Team memberships as HR keeps them, and the team as its members and those around it see it."""

from typing import Any
from uuid import UUID

from fastapi import Response

from services.common.http import IfMatch, api_router, etag
from services.common.paging import Asked
from services.hr import usecases
from services.hr.api.callers import ByHr, ByHrOrNurse, ByService
from services.hr.api.shapes import ColleagueShape, TeamMembers, TeamMembershipShape
from services.hr.domain.employee import Employee
from services.hr.domain.team_membership import Leaving, NewTeamMembership, Return, TeamMembership

router = api_router(tags=["teams"])


def _member(membership: TeamMembership, employee: Employee) -> dict[str, Any]:
    return {
        "membership_id": membership.id,
        "employee_id": employee.id,
        "given_name": employee.given_name,
        "family_name": employee.family_name,
        "role": membership.role,
        "title": employee.title,
        "skills": employee.skills,
    }


@router.post("/team-memberships", status_code=201, response_model=TeamMembershipShape)
async def join_team(tx: ByHr, body: NewTeamMembership, response: Response) -> object:
    """Somebody joins a team, which has at most twelve members."""
    membership = await usecases.join_team(tx, body)
    etag(response, membership)
    return membership


@router.get("/team-memberships/{membership_id}", response_model=TeamMembershipShape)
async def read_team_membership(tx: ByHr, membership_id: UUID, response: Response) -> object:
    """One membership."""
    membership = await usecases.read_team_membership(tx, membership_id)
    etag(response, membership)
    return membership


@router.post("/team-memberships/{membership_id}/end", response_model=TeamMembershipShape)
async def end_team_membership(
    tx: ByHr, membership_id: UUID, body: Leaving, version: IfMatch, response: Response
) -> object:
    """Set the last day in the team, made on the version last read."""
    membership = await usecases.end_team_membership(tx, membership_id, body, version)
    etag(response, membership)
    return membership


@router.post("/team-memberships/{membership_id}/rejoin", response_model=TeamMembershipShape)
async def rejoin_team(tx: ByHr, membership_id: UUID, body: Return, version: IfMatch, response: Response) -> object:
    """A former member comes back, made on the version last read."""
    membership = await usecases.rejoin_team(tx, membership_id, body, version)
    etag(response, membership)
    return membership


@router.get("/colleagues/{employee_id}", response_model=ColleagueShape)
async def read_colleague(tx: ByService, employee_id: UUID) -> object:
    """Who somebody is to those outside, for the service that shows it as FHIR."""
    employee, memberships = await usecases.read_colleague(tx, employee_id)
    return {**employee.model_dump(), "memberships": memberships}


@router.get("/team-members", response_model=TeamMembers)
async def team_members(tx: ByHrOrNurse, page: Asked, team_id: UUID) -> object:
    """Who is in the team today, by name: for the team and HR."""
    found = await usecases.team_members(tx, page, team_id)
    return {**found, "items": [_member(membership, employee) for membership, employee in found["items"]]}
