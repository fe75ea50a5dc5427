"""Whether a partner has what it was to have: facts done, sent and acknowledged on one day, and what differs."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID


@dataclass(frozen=True)
class Difference:
    """One fact that is not where it should be. `about` is an opaque id of the fact."""

    about: str
    kind: Literal["not_sent", "not_acknowledged", "rejected", "unexpected"]
    reason: str


@dataclass(frozen=True)
class Reconciled:
    """One partner on one day in England. `partner` is its name as ops people know it: `bars`, `council`, `pds`."""

    partner: str
    connection_id: UUID | None
    done: int
    sent: int
    acknowledged: int
    differences: tuple[Difference, ...]
