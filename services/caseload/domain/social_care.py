"""Social care by type, with what the client's own network and the village do beside it."""

from collections.abc import Iterable
from uuid import UUID

from services.caseload.domain.care_contact import ActivityType
from services.caseload.domain.counted import counted
from services.common.figures import Cell, Layout

SOCIAL = (
    ActivityType.PERSONAL_CARE,
    ActivityType.REABLEMENT,
    ActivityType.WIDER_SUPPORT,
    ActivityType.COORDINATION,
)
NETWORK, ASSETS = "network_tasks", "introductions"
# Who knows a sum and all its parts but one knows that one, too.
SOCIAL_CARE = Layout(tuple((whole, (f"{whole}.",)) for whole in ("minutes", NETWORK, ASSETS)))


def social_care_cells(
    minutes: Iterable[tuple[UUID, str, int]], tasks: Iterable[tuple[UUID, str]], offers: Iterable[tuple[UUID, str]]
) -> dict[str, Cell]:
    """Minutes by type, tasks of the network by tie, and introductions by kind of asset, each on its clients."""
    spent = list(minutes)
    cells = {"minutes": _minutes(spent)}
    for kind in SOCIAL:
        cells[f"minutes.{kind}"] = _minutes(one for one in spent if one[1] == kind)
    cells |= counted(NETWORK, ((client_id, f"{NETWORK}.{tie}") for client_id, tie in tasks))
    return cells | counted(ASSETS, ((client_id, f"{ASSETS}.{kind}") for client_id, kind in offers))


def _minutes(spent: Iterable[tuple[UUID, str, int]]) -> Cell:
    every = list(spent)
    return Cell(sum(minutes for *_, minutes in every), len({client_id for client_id, *_ in every}))
