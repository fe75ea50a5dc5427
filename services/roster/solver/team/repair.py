"""A rota mended after sickness: what is past stays, and as little else as can be moves."""

import asyncio
import time
from collections.abc import Collection, Mapping
from dataclasses import replace

from services.roster.domain.rota.problem import Member, Problem, Roster
from services.roster.domain.rota.scored import Code
from services.roster.domain.rota.slots import slots
from services.roster.solver.team.ask import Asked, at_once
from services.roster.solver.team.build import build
from services.roster.solver.team.clash import clash
from services.roster.solver.team.propose import Proposal, proposal
from services.roster.solver.team.read import read, values_of

# Where a team has no price for it.
CHANGE = 10


class NothingFits(Exception):
    """No roster keeps every rule, or none was found in time; `clash` names what cannot all hold."""

    def __init__(self, phrases: tuple[str, ...]) -> None:
        super().__init__("no roster keeps every rule")
        self.clash = phrases


async def repair(
    problem: Problem, roster: Roster, from_day: int, asked: Asked, *, sick: Mapping[int, Collection[int]]
) -> Proposal:
    """The roster with the fewest changes from this day on, where these members are away on these days.

    What stays open is in its `gaps`, for the list of open shifts. Raises `NothingFits`.
    """
    began = time.monotonic()
    made = mended(problem, roster, from_day, sick)
    for roles_priced in (False, True):
        model, names = await asyncio.to_thread(build, made, roles_priced=roles_priced)
        outcome = await at_once(replace(model, hint=values_of(names, roster)), asked.reading(names))
        if outcome.values is not None:
            bound = None if roles_priced else outcome.bound
            return await proposal(made, read(names, outcome.values), bound, asked, "fewest changes", began)
    raise NothingFits(await clash(made, asked))


def mended(problem: Problem, roster: Roster, from_day: int, sick: Mapping[int, Collection[int]]) -> Problem:
    """The problem of a repair: the sick are away with the minutes that they would have had, the past is pinned."""
    timed = slots(problem)
    members = list(problem.members)
    for who, days in sick.items():
        lost = {day: roster[who][day] for day in days if day >= from_day}
        credit = {day: 0 if code is None else timed[day, code].paid_minutes for day, code in lost.items()}
        members[who] = _away(members[who], credit)
    pins = {(who, day): code for who, day, code in problem.fixed if day not in sick.get(who, ())}
    past = {(who, day): code for who, row in enumerate(roster) for day, code in enumerate(row[:from_day])}
    fixed = tuple((who, day, code) for (who, day), code in (pins | past).items())
    prices = dict(problem.rules.prices)
    prices[Code.CHANGE] = prices.get(Code.CHANGE) or CHANGE
    rules = replace(problem.rules, prices=prices)
    return replace(problem, members=tuple(members), fixed=fixed, base=roster, rules=rules)


def _away(member: Member, credit: Mapping[int, int]) -> Member:
    return replace(member, leave={**credit, **member.leave})
