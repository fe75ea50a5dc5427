"""What cannot all hold, where nothing fits: leave, agreements and laws by name."""

from dataclasses import replace

from services.roster.domain.rota.problem import Problem
from services.roster.solver.team.ask import Asked, at_once
from services.roster.solver.team.build import named
from services.roster.solver.team.read import Cell


async def clash(problem: Problem, asked: Asked, *, forced: Cell | None = None) -> tuple[str, ...]:
    """The wishes and rules of which one has to give way, as few as there was time to find; none where all can hold.

    Each is a phrase such as "{0}'s leave on Wed 3 Mar", in which {0} is the first member. With `forced` somebody has
    that duty.
    """
    model, names = named(problem)
    if forced is not None:
        model = replace(model, fixed=(*model.fixed, *names.forced(forced)))
    return (await at_once(model, asked, workers=1)).clash


def sentence(phrases: tuple[str, ...]) -> str:
    """The phrases in one sentence, or nothing of nothing."""
    if not phrases:
        return ""
    if len(phrases) == 1:
        return f"{phrases[0]} cannot be kept."
    return f"{', '.join(phrases[:-1])} and {phrases[-1]} cannot all hold."
