"""What each type of activity cost by band; outside the team without the figures that stand on few clients."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from services.common.figures import Cell, Layout, hidden
from services.finance.domain.activity import HEALTH, SOCIAL_CARE
from services.finance.domain.cost import per_hour

ALL, SOCIAL = "all", "social"
SOCIAL_TYPES = (*sorted(SOCIAL_CARE), "reablement")


@dataclass(frozen=True)
class Sum:
    """Minutes and pence of one type by one band, and how many different clients they were spent on."""

    activity_type: str
    band: str | None
    minutes: int
    cost_pence: int | None
    clients: int


@dataclass(frozen=True)
class Clients:
    """How many different clients are behind each type, behind the social types, and behind them all."""

    by_type: dict[str, int]
    social: int
    all: int


@dataclass(frozen=True)
class Sums:
    """Every sum by type and band, the clients whom the minutes were spent on, and those of whom the cost is known."""

    by_band: Sequence[Sum]
    seen: Clients
    costed: Clients


@dataclass(frozen=True)
class ActivityCost:
    """One type by one band. Without a band the minutes wait for a contract or a rate; hidden, nothing is said."""

    activity_type: str
    band: str | None
    minutes: int | None
    cost_pence: int | None
    pence_per_hour: int | None
    hidden: bool


def shown(sums: Sums, smallest: int) -> list[ActivityCost]:
    """Every sum, but for those on fewer clients than the smallest shown and those that would give one away.

    The minutes of types and in all and the whole cost are told elsewhere, among the team's measures, so they count
    as known. What is still to be costed has minutes but no pence: it hides no other band in the cost.
    """
    costed = [one for one in sums.by_band if one.cost_pence is not None]
    away = _away(sums.by_band, sums.seen, smallest) | _away(costed, sums.costed, smallest)
    return [_told(one, is_hidden=_of_band(one) in away) for one in sums.by_band]


def _away(by_band: Sequence[Sum], clients: Clients, smallest: int) -> frozenset[str]:
    types = {**dict.fromkeys((*sorted(HEALTH), *SOCIAL_TYPES), 0), **clients.by_type}
    people = {ALL: clients.all, SOCIAL: clients.social}
    people |= {_of_type(kind): count for kind, count in types.items()}
    people |= {_of_band(one): one.clients for one in by_band}
    cells = {name: Cell(None, count) for name, count in people.items()}
    return hidden(cells, _layout(types, by_band), smallest)


def _layout(types: dict[str, int], by_band: Sequence[Sum]) -> Layout:
    """How the figures add up. What is hidden of the types is hidden among the measures as well."""
    bands: dict[str, list[str]] = defaultdict(list)
    for one in by_band:
        bands[_of_type(one.activity_type)].append(_of_band(one))
    return Layout(
        sums=(
            (ALL, tuple(_of_type(kind) for kind in types)),
            (ALL, (SOCIAL, *(_of_type(kind) for kind in sorted(HEALTH)))),
            (SOCIAL, tuple(_of_type(kind) for kind in SOCIAL_TYPES)),
            *((kind, tuple(names)) for kind, names in bands.items()),
        )
    )


def _of_type(kind: str) -> str:
    return f"by_type/{kind}"


def _of_band(one: Sum) -> str:
    return f"by_band/{one.activity_type}/{one.band or ''}/"


def _told(one: Sum, *, is_hidden: bool) -> ActivityCost:
    if is_hidden:
        return ActivityCost(one.activity_type, one.band, None, None, None, hidden=True)
    hourly = None if one.cost_pence is None else per_hour(one.cost_pence, one.minutes)
    return ActivityCost(one.activity_type, one.band, one.minutes, one.cost_pence, hourly, hidden=False)
