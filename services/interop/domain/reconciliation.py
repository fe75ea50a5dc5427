"""What a day came to with one partner: what was done here, what was sent of it, and what they say they have."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID


@dataclass(frozen=True)
class Difference:
    """One fact that is not where it should be, and why. `about` is its id, which tells nothing to others."""

    about: str
    kind: Literal["not_sent", "not_acknowledged", "rejected", "unexpected"]
    reason: str


@dataclass(frozen=True)
class Reconciled:
    """The facts of one day with one partner. `partner` is its name as operations know it."""

    partner: str
    connection_id: UUID | None
    done: int
    sent: int
    acknowledged: int
    differences: tuple[Difference, ...]
