"""What is proposed to a team, worked out apart from every request, and moves nothing until somebody adopts it."""

from services.roster.usecases.proposing.rounds import (
    HANDLERS,
    adopt_round_plan,
    list_rounds,
    propose_rounds,
    read_round_plan,
)
from services.roster.usecases.proposing.sketch import PlacedRound, placed_rounds

__all__ = [
    "HANDLERS",
    "PlacedRound",
    "adopt_round_plan",
    "list_rounds",
    "placed_rounds",
    "propose_rounds",
    "read_round_plan",
]
