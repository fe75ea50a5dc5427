"""Cells: the figures that measures are made of, and which of them may not be shown outside the team."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

# A name that ends in a dot stands for all cells under it.
REASON = "referrals.not_taken."
MINUTES = "minutes.by_type."
NOT_TAKEN_REASONS = ("no_health_need", "out_of_area", "no_capacity", "another_service", "declined_by_client")
SOCIAL_TYPES = ("personal_care", "reablement", "wider_support")
ACTIVITY_TYPES = ("nursing", *SOCIAL_TYPES, "coordination")


@dataclass(frozen=True)
class Cell:
    """An amount, and the number of people or events that it stands on."""

    amount: int | float | None
    people: int


Cells = Mapping[str, Cell]


@dataclass(frozen=True)
class Layout:
    """Sums with their parts: who knows a sum and all its parts but one knows that one, too.

    `unshown` cells are never shown themselves, but are what is left when others are taken from their sum.
    """

    sums: tuple[tuple[str, tuple[str, ...]], ...]
    unshown: frozenset[str] = frozenset()


WORK = Layout(
    sums=(
        ("referrals", ("referrals.decided", "referrals.undecided")),
        ("referrals", ("referrals.accepted", REASON, "referrals.undecided")),
        ("referrals.decided", ("referrals.accepted", REASON)),
        ("minutes", (MINUTES,)),
        ("minutes", ("minutes.social", f"{MINUTES}nursing", f"{MINUTES}coordination")),
        ("minutes.social", tuple(f"{MINUTES}{kind}" for kind in SOCIAL_TYPES)),
        ("assessments", ("assessments.eligible", "assessments.not_eligible")),
    ),
    unshown=frozenset({"referrals.undecided", "assessments.not_eligible"}),
)


def hidden(cells: Cells, layout: Layout, smallest: int) -> frozenset[str]:
    """The cells that stand on fewer people or events than the smallest shown, and those that would give one away."""
    away = {name for name, cell in cells.items() if cell.people < smallest} | layout.unshown
    while (more := _next_to_hide(cells, layout, away, smallest)) is not None:
        away.add(more)
    return frozenset(away)


def under(cells: Cells, name: str) -> list[str]:
    """The cell of this name, or all cells under a name that ends in a dot."""
    return [known for known in cells if known.startswith(name)] if name.endswith(".") else [name]


def _next_to_hide(cells: Cells, layout: Layout, away: Set[str], smallest: int) -> str | None:
    """The part to hide beside a small one whose sum is shown: the one that stands on the fewest."""
    for total, names in layout.sums:
        parts = [part for name in names for part in under(cells, name)]
        small = max((cells[part].people for part in parts if part in away), default=0)
        shown = [part for part in parts if part not in away and cells[part].people > 0]
        if total not in away and 0 < small < smallest and shown:
            return min(shown, key=lambda part: cells[part].people)
    return None
