"""Social care by type, with the network's and the village's part in it."""

from datetime import date
from typing import Any
from uuid import UUID

from services.caseload.domain.social_care import ASSETS, NETWORK, SOCIAL_CARE, social_care_cells
from services.caseload.store import figures
from services.common.db import Transaction
from services.common.figures import hidden, require_period
from services.common.rulebook import require_fixed_period, smallest_cell


async def social_care_figures(tx: Transaction, team_id: UUID, first: date, last: date) -> dict[str, Any]:
    """Minutes of social care by type, tasks taken on by networks, and introductions by kind.

    Outside the team few are hidden. Raises `PeriodReversed` or `NotAWholeMonth`.
    """
    await tx.require_team(team_id)
    require_period(first, last)
    require_fixed_period(tx, first, last)
    cells = social_care_cells(
        [tuple(row) for row in await figures.social_minutes(tx, team_id, first, last)],
        [tuple(row) for row in await figures.network_tasks(tx, team_id, first, last)],
        [tuple(row) for row in await figures.offers(tx, team_id, first, last)],
    )
    away = hidden(cells, SOCIAL_CARE, await smallest_cell(tx))
    told = {name: None if name in away else cell.amount for name, cell in cells.items()}
    return {
        **{whole: told[whole] for whole in ("minutes", NETWORK, ASSETS)},
        "minutes_by_type": _under(told, "minutes."),
        f"{NETWORK}_by_tie": _under(told, f"{NETWORK}."),
        f"{ASSETS}_by_kind": _under(told, f"{ASSETS}."),
    }


def _under(told: dict[str, Any], whole: str) -> dict[str, Any]:
    return {name.removeprefix(whole): amount for name, amount in told.items() if name.startswith(whole)}
