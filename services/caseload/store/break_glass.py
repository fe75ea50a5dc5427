"""Queries about breaking the glass."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlmodel import col

from services.caseload.domain.break_glass import BreakGlass, BreakGlassAttempt, ClientLookup, ReviewState
from services.caseload.domain.client import Client
from services.common.db import Transaction


async def attempts(tx: Transaction, employee_id: UUID, since: datetime) -> list[datetime]:
    """When this nurse tried, as far as it is not longer ago."""
    tried_at = col(BreakGlassAttempt.tried_at)
    wanted = select(tried_at).where(col(BreakGlassAttempt.employee_id) == employee_id, tried_at > since)
    return list(await tx.all(wanted))


async def anybodys_client(tx: Transaction, client_id: UUID | None, lookup: ClientLookup | None) -> Client | None:
    """The client, of whichever team. Of several the caller's own comes last, then the surest number, then the newest.

    The database shows nobody but who has this very id, or this number and this date of birth.
    """
    wanted = select(Client)
    if client_id is not None:
        await tx.show(client_id)
        wanted = wanted.where(col(Client.id) == client_id)
    if lookup is not None:
        born = func.set_config("app.birth_on", str(lookup.birth_on), True)
        await tx.session.execute(select(func.set_config("app.nhs_number", lookup.nhs_number, True), born))
        wanted = wanted.where(col(Client.nhs_number) == lookup.nhs_number, col(Client.birth_on) == lookup.birth_on)
    own = col(Client.team_id).in_(await tx.teams())
    found = await tx.all(wanted.order_by(own, col(Client.nhs_number_status), col(Client.id).desc()).limit(1))
    return found[0] if found else None


async def opened_by(tx: Transaction, break_glass_id: UUID, employee_id: UUID) -> BreakGlass | None:
    """What this nurse opened herself."""
    mine = select(BreakGlass).where(col(BreakGlass.id) == break_glass_id, col(BreakGlass.opened_by) == employee_id)
    found: BreakGlass | None = (await tx.session.execute(mine)).scalar_one_or_none()
    return found


async def listed(tx: Transaction, *, state: ReviewState | None) -> Select[Any]:
    """What was opened of the clients of the caller's teams, open or reviewed where asked."""
    wanted = select(BreakGlass).where(await tx.visible(BreakGlass))
    reviewed = col(BreakGlass.reviewed_at).is_not(None)
    return wanted if state is None else wanted.where(reviewed if state is ReviewState.REVIEWED else ~reviewed)
