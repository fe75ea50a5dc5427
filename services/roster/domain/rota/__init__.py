"""The rota: what a period has to meet, what a roster costs by the team's prices, and where it breaks a rule.

`score` is the one judge of a roster, whether people or a solver made it. All is pure: the same in gives the same out.
"""

from services.roster.domain.rota.check import check
from services.roster.domain.rota.fairness import Share, gini, night_rates, share_words, shares
from services.roster.domain.rota.pattern import target_minutes
from services.roster.domain.rota.score import difference, score
from services.roster.domain.rota.slots import AmbiguousClock, UnknownDuty, rest_between, slots

__all__ = [
    "AmbiguousClock",
    "Share",
    "UnknownDuty",
    "check",
    "difference",
    "gini",
    "night_rates",
    "rest_between",
    "score",
    "share_words",
    "shares",
    "slots",
    "target_minutes",
]
