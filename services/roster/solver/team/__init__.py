"""A team's rota: proposed, mended and explained by a program that knows the rules and no names."""

from services.roster.solver.team.ask import Asked
from services.roster.solver.team.build import build
from services.roster.solver.team.clash import clash, sentence
from services.roster.solver.team.propose import Proposal, propose
from services.roster.solver.team.read import Cell, Gap, Names, gaps, read, values_of
from services.roster.solver.team.repair import NothingFits, repair
from services.roster.solver.team.why import Reason, Why, why

__all__ = [
    "Asked",
    "Cell",
    "Gap",
    "Names",
    "NothingFits",
    "Proposal",
    "Reason",
    "Why",
    "build",
    "clash",
    "gaps",
    "propose",
    "read",
    "repair",
    "sentence",
    "values_of",
    "why",
]
