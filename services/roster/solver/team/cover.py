"""Whether enough people are on each duty: roles by law, numbers and skills at a price."""

from collections.abc import Iterator

from services.roster.domain.rota.problem import ROLE, SKILL, Need
from services.roster.domain.rota.scored import Code
from services.roster.domain.rota.words import day_words, plain
from services.roster.solver.team.grid import Grid

# Far beyond what a rota costs: a missing registered nurse is taken only where nothing else can be.
NOBODY = 100_000


def roles(grid: Grid, *, is_priced: bool) -> None:
    """A duty has those of a role that it needs, as far as anybody could; or lacks them at a price beyond all others."""
    for need in grid.problem.needs:
        for role, wanted in asked(need, ROLE) if need.people else ():
            able = [
                (var, 1)
                for who, var in grid.on_duty(need.day, need.code)
                if grid.problem.members[who].on(need.day).role == role
            ]
            if is_priced:
                grid.draft.cost_of_least([([(var, -1) for var, _ in able], wanted)], NOBODY)
                continue
            with grid.draft.under(_role_words(grid, need, role, wanted)):
                grid.draft.row(able, wanted, None, is_eased=not grid.draft.is_named)


def _role_words(grid: Grid, need: Need, role: str, wanted: int) -> str:
    noun = plain(role.replace("_", " "))
    return f"{wanted} {noun} on {plain(need.code)} of {day_words(grid.problem.from_on, need.day)}"


def asked(need: Need, kind: str) -> Iterator[tuple[str, int]]:
    """What a need asks for of roles or of skills, each with how many."""
    yield from ((what.removeprefix(kind), wanted) for what, wanted in need.of if what.startswith(kind))


def supervision(grid: Grid) -> None:
    """Who is not cleared on a day is on a duty then only beside a cleared colleague."""
    members = grid.problem.members
    for who, member in enumerate(members):
        for day, cells in enumerate(grid.cells[who]):
            for code, var in cells.items() if not member.on(day).cleared else ():
                beside = [(one, -1) for other, one in grid.on_duty(day, code) if members[other].on(day).cleared]
                with grid.draft.under(f"{{{who}}} needs a cleared colleague beside them"):
                    grid.draft.row([(var, 1), *beside], None, 0)


def short(grid: Grid) -> None:
    """A price for each person that a duty lacks, and for each that it lacks with a skill that it needs."""
    points = grid.prices.get(Code.COVER_SHORT, 0)
    for need in grid.problem.needs:
        on = grid.on_duty(need.day, need.code)
        grid.draft.cost_of_least([([(var, -1) for _, var in on], need.people)], points)
        for skill, wanted in asked(need, SKILL):
            able = [(var, -1) for who, var in on if skill in grid.problem.members[who].on(need.day).skills]
            grid.draft.cost_of_least([(able, wanted)], points)


def over(grid: Grid) -> None:
    """A price for each person more than a duty needs; a duty that is in no need needs nobody."""
    points = grid.prices.get(Code.COVER_OVER, 0)
    needed: dict[tuple[int, str], int] = {}
    for need in grid.problem.needs:
        needed[need.day, need.code] = max(need.people, needed.get((need.day, need.code), 0))
    for day in range(grid.problem.days):
        for duty in grid.problem.duties:
            on = grid.on_duty(day, duty.code)
            people = needed.get((day, duty.code), 0)
            if people:
                grid.draft.cost_of_least([([(var, 1) for _, var in on], -people)], points)
            else:
                for _, var in on:
                    grid.draft.cost(var, points)
