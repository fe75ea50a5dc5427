"""What a team asks of a solver, and how it is answered: it prepares, and people change and agree."""

from collections.abc import Mapping

from services.roster.domain.job import JobKind
from services.roster.usecases.jobs import Handler
from services.roster.usecases.proposing.answering import PROPOSE, REPAIR, WHY
from services.roster.usecases.proposing.explain import Explanation, explain_version
from services.roster.usecases.proposing.rota import ask_proposals, ask_repair, ask_why

# How each kind of job is worked on.
HANDLERS: Mapping[JobKind, Handler] = {JobKind.ROTA: PROPOSE, JobKind.REPAIR: REPAIR, JobKind.WHY: WHY}

__all__ = ["HANDLERS", "Explanation", "ask_proposals", "ask_repair", "ask_why", "explain_version"]
