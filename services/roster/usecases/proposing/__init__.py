"""What a team asks of a solver, worked out apart from every request: it prepares, and people agree and adopt."""

from collections.abc import Mapping

from services.roster.domain.job import JobKind
from services.roster.usecases.jobs import Handler
from services.roster.usecases.proposing.answering import PROPOSE, REPAIR, WHY
from services.roster.usecases.proposing.explain import Explanation, LaidOut, explain_version, laid_out
from services.roster.usecases.proposing.rota import ask_proposals, ask_repair, ask_why
from services.roster.usecases.proposing.rounds import (
    ROUNDS,
    adopt_round_plan,
    list_rounds,
    propose_rounds,
    read_round_plan,
)
from services.roster.usecases.proposing.sketch import PlacedRound, placed_rounds

# How each kind of job is worked on.
HANDLERS: Mapping[JobKind, Handler] = {
    JobKind.ROTA: PROPOSE,
    JobKind.REPAIR: REPAIR,
    JobKind.WHY: WHY,
    JobKind.ROUNDS: ROUNDS,
}

__all__ = [
    "HANDLERS",
    "Explanation",
    "LaidOut",
    "PlacedRound",
    "adopt_round_plan",
    "ask_proposals",
    "ask_repair",
    "ask_why",
    "explain_version",
    "laid_out",
    "list_rounds",
    "placed_rounds",
    "propose_rounds",
    "read_round_plan",
]
