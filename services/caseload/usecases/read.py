"""Reading: lists, one client's whole record, and the team's figures."""

from datetime import date
from typing import Any
from uuid import UUID

from services.caseload.domain.client import Client
from services.caseload.domain.outcome import outcomes, paired
from services.caseload.domain.referral import Referral
from services.caseload.store import records, referrals
from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.paging import PageRequest, page
from services.common.rulebook import smallest_cell


async def list_referrals(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, status: str | None
) -> dict[str, Any]:
    return await page(tx, await referrals.listed(tx, team_id=team_id, status=status), Referral, request)


async def read_referral(tx: Transaction, referral_id: UUID) -> Referral:
    return await tx.get(Referral, referral_id)


async def list_clients(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await records.clients(tx, team_id=team_id), Client, request)


async def search_client(tx: Transaction, nhs_number: str) -> Client:
    """The team's client with this NHS number. The number travels in a body, never in a URL. Raises `NotFound`."""
    found = await tx.all(await records.clients(tx, team_id=None, nhs_number=nhs_number))
    if not found:
        raise NotFound("client")
    client: Client = found[0]
    return client


async def client_record(tx: Transaction, client_id: UUID) -> dict[str, Any]:
    """The whole record in one call, with who wrote what. Raises `NotFound`."""
    client = await tx.get(Client, client_id)
    return {"client": client, **await records.of_client(tx, client_id)}


async def outcomes_of_team(tx: Transaction, team_id: UUID) -> dict[str, Any]:
    """Omaha outcomes in all and by problem. Outside the team a problem with few pairs is left out.

    The sum is left out as well where taking the shown problems from it would leave few pairs.
    """
    await tx.require_team(team_id)
    smallest = await smallest_cell(tx)
    by_problem = paired(await records.rated_problems(tx, team_id))
    shown = {code: pairs for code, pairs in by_problem.items() if len(pairs) >= smallest}
    everything = [pair for pairs in by_problem.values() for pair in pairs]
    rest = len(everything) - sum(map(len, shown.values()))
    tells_nobody = len(everything) >= smallest and (rest == 0 or rest >= smallest)
    return {
        "all": outcomes(everything) if everything and tells_nobody else [],
        "by_problem": {code: outcomes(pairs) for code, pairs in sorted(shown.items())},
        "hidden_problems": len(by_problem) - len(shown),
    }


async def review_figures(tx: Transaction, team_id: UUID, first: date, last: date) -> dict[str, Any]:
    """The King's Fund review's own three measures, and minutes by type, week and client."""
    await tx.require_team(team_id)
    return {
        "referrals_by_source": await records.referrals_by_source(tx, team_id, first, last),
        "contacts_by_channel": await records.contacts_by_channel(tx, team_id, first, last),
        "minutes_by_type": await records.minutes_by_type(tx, team_id, first, last),
    }
