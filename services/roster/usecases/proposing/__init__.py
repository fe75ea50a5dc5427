"""What a team asks of a solver, and how it is answered: it prepares, and people change and agree."""

from services.roster.usecases.proposing.answering import PROPOSE, REPAIR, WHY
from services.roster.usecases.proposing.explain import Explanation, explain_version
from services.roster.usecases.proposing.rota import ask_proposals, ask_repair, ask_why

__all__ = ["PROPOSE", "REPAIR", "WHY", "Explanation", "ask_proposals", "ask_repair", "ask_why", "explain_version"]
