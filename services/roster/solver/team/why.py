"""Why somebody has a duty, or has it not: what it would cost otherwise, by rule, and who else would move."""

import asyncio
from dataclasses import dataclass, replace

from services.roster.domain.rota import difference, score
from services.roster.domain.rota.problem import Problem, Roster
from services.roster.domain.rota.scored import Code, Match, Score
from services.roster.solver.team.ask import Asked, at_once
from services.roster.solver.team.build import Near, build
from services.roster.solver.team.clash import clash
from services.roster.solver.team.read import Cell, read, values_of

Move = tuple[int, int, str | None, str | None]
# What a moved cell costs while an answer is looked for, so that few move; it is no part of the difference told.
A_MOVE = 6
# Rules that have one match for each person at most.
SUMS = (Code.HOURS, Code.NIGHTS_FAIR, Code.WEEKEND_FAIR)


@dataclass(frozen=True)
class Reason:
    """What a rule says of one roster and not of the other: points above nought are what the change costs.

    In `words` {0} is the first of `members`.
    """

    code: Code
    points: int
    members: tuple[int, ...]
    words: str


@dataclass(frozen=True)
class Why:
    """What it would cost that the asked cell were so, and what would move: member, day, from and to.

    Where it is not possible, `clash` names what stands against it; there {4} is the member with that index.
    """

    delta: int
    by_rule: tuple[tuple[Code, int], ...]
    moves: tuple[Move, ...]
    possible: bool
    clash: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()


async def why(problem: Problem, roster: Roster, cell: Cell, asked: Asked) -> Why:
    """What would be if this member had this duty on this day or, with None, had not the one that they have.

    Days and people that need not move stay. Raises `AmbiguousClock` or `UnknownDuty`.
    """
    who, day, code = cell
    pins = tuple(pin for pin in problem.fixed if pin[:2] != (who, day))
    made = replace(problem, fixed=pins)
    model, names = await asyncio.to_thread(build, made, near=Near(roster, A_MOVE))
    if code is not None and code not in names.cells[who][day]:
        return _impossible(_by_itself(made, roster, cell))
    held = names.forced(cell if code is not None else (who, day, roster[who][day]), is_had=code is not None)
    hint = values_of(names, _with(roster, cell))
    outcome = await at_once(replace(model, fixed=(*model.fixed, *held), hint=hint), asked)
    if outcome.values is None:
        is_proved = outcome.status == "infeasible" and code is not None
        return _impossible(await clash(made, asked, forced=cell) if is_proved else ())
    return _answer(made, roster, read(names, outcome.values))


def _impossible(phrases: tuple[str, ...]) -> Why:
    return Why(delta=0, by_rule=(), moves=(), possible=False, clash=phrases)


def _with(roster: Roster, cell: Cell) -> Roster:
    who, day, code = cell
    row = (*roster[who][:day], code, *roster[who][day + 1 :])
    return (*roster[:who], row, *roster[who + 1 :])


def _by_itself(problem: Problem, roster: Roster, cell: Cell) -> tuple[str, ...]:
    """What the rules say of this duty, whatever the others have."""
    who, day, _ = cell
    found = score(problem, _with(roster, cell)).breaches
    return tuple(
        breach.words.replace("{0}", f"{{{who}}}") for breach in found if breach.member == who and day in breach.days
    )


def _answer(problem: Problem, before: Roster, after: Roster) -> Why:
    was, would = score(problem, before), score(problem, after)
    moves = tuple(
        (who, day, old, new)
        for who, (row, other) in enumerate(zip(before, after, strict=True))
        for day, (old, new) in enumerate(zip(row, other, strict=True))
        if old != new
    )
    return Why(would.points - was.points, difference(was, would), moves, True, (), _reasons(was, would))


def _reasons(was: Score, would: Score) -> tuple[Reason, ...]:
    """What a rule says of the one and not of the other; of hours and shares by how much they change."""
    old, new = _by_place(was), _by_place(would)
    changed = []
    for place in (*new, *(one for one in old if one not in new)):
        before, after = old.get(place), new.get(place)
        points = (after.points if after else 0) - (before.points if before else 0)
        said = after or before
        if points and said is not None:
            changed.append(Reason(place[0], points, said.members, said.words))
    return tuple(changed)


def _by_place(scored: Score) -> dict[tuple[Code, tuple[int, ...], str], Match]:
    """Each match by its rule, its people and, but for hours and shares, its words."""
    return {
        (rule.code, match.members, "" if rule.code in SUMS else match.words): match
        for rule in scored.rules
        for match in rule.matches
    }
