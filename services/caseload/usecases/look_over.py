"""Looking over the team's caseload: how large and how heavy it is, whom to talk about this week, and who that was."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.caseload.domain.caseload import NameSearch, NurseLoad, Yardsticks, per_member, warnings
from services.caseload.store import team_view
from services.common.db import Transaction
from services.common.paging import PageRequest
from services.common.reach import reads


async def look_over_caseload(tx: Transaction, team_id: UUID) -> dict[str, Any]:
    """The team's caseload today in figures, against its yardsticks. Raises `NotFound`."""
    await tx.require_team(team_id)
    found = await team_view.figures(tx, team_id)
    for client_id in found.client_ids or ():
        reads(tx, client_id, team_id)
    size_from, size_to, most, days = found.rules
    load = [NurseLoad(UUID(who), int(named), int(deputy), int(named) > most) for who, named, deputy in found.load]
    limits = Yardsticks(size_from, size_to, most)
    warned = warnings(found, load, limits)
    return {
        **found._mapping,
        **vars(limits),
        "team_id": team_id,
        "as_of": tx.today,
        "clients_per_member": per_member(found.size, found.members),
        "no_contact_days": days,
        "load": load,
        "sub_teams": [
            {"sub_team": tag or None, "clients": int(clients), "acuity_total": int(acuity)}
            for tag, clients, acuity in found.sub_teams
        ],
        "warnings": warned,
    }


async def list_caseload_reviews(tx: Transaction, team_id: UUID, request: PageRequest, shape: type[BaseModel]) -> str:
    """A page, as JSON, of the clients whom the team should talk about this week, each with why. Raises `NotFound`."""
    await tx.require_team(team_id)
    return await team_view.to_review(tx, team_id, shape, request)


async def search_caseload(tx: Transaction, search: NameSearch, shape: type[BaseModel]) -> str:
    """The team's clients whose name is like this one, as JSON. Raises `NotFound`."""
    await tx.require_team(search.team_id)
    found = await team_view.named(tx, search.team_id, search.name, shape)
    for row in found:
        reads(tx, row.client_id, row.team_id)
    return f'{{"items":[{",".join(row.document for row in found)}]}}'
