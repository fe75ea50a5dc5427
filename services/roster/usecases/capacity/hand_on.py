"""Whoever leaves hands their clients on: the list of those who need a new named nurse or deputy, and by when."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.common import membership
from services.common.db import Transaction
from services.common.rulebook import amounts
from services.roster.domain.hand_on import leavers, to_hand_on
from services.roster.domain.period import Period
from services.roster.domain.rule import RuleCode
from services.roster.store import capacity, figures
from services.roster.store import hand_on as store
from services.roster.store.abilities import abilities


async def hand_on_list(tx: Transaction, team_id: UUID) -> dict[str, Any]:
    """Clients in care whose named nurse or deputy leaves within sixty days, or left however long ago (row 6.05).

    It is worked out at each reading: who has been handed on is not in it any more. Each names those who can follow.
    """
    await tx.require_team(team_id)
    (days,) = await amounts(tx, tx.today, RuleCode.HAND_ON_DAYS)
    ahead = Period(tx.today - timedelta(days=days), tx.today + timedelta(days=days))
    # Who left is not forgotten; of members of today an old contract says nothing.
    members = await capacity.members(tx, team_id, Period(date.min, ahead.to_on))
    contracts = await figures.contracts(tx, team_id, ahead)
    leaving = leavers(members, contracts, ahead.to_on)
    staying = await membership.members(tx, team_id, tx.today) - leaving.keys()
    able = await abilities(tx, team_id, staying, tx.today)
    plans = await figures.plans(tx, team_id, Period(tx.today, ahead.to_on))
    found = to_hand_on(await store.named(tx, team_id), leaving, plans, able)
    tx.concerns(*(one.client_id for one in found))
    return {"team_id": team_id, "items": found}
