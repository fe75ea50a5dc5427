"""Small programs, and all their solutions by going through every one."""

from collections.abc import Iterator
from itertools import product

from hypothesis import strategies as some

from services.roster.solver.found import is_solution, objective
from services.roster.solver.model import Form, Model, Row, Runs, Settings

IN_TURN = Settings("cpsat", Form.WINDOW, 20, workers=1, deterministic_seconds=5)


def a_model(
    bools: int,
    objective: tuple[tuple[int, int], ...] = (),
    *,
    ints: tuple[tuple[int, int], ...] = (),
    rows: tuple[Row, ...] = (),
    clauses: tuple[tuple[int, ...], ...] = (),
    at_most_one: tuple[tuple[int, ...], ...] = (),
    runs: tuple[Runs, ...] = (),
    constant: int = 0,
    named: tuple[tuple[int, str], ...] = (),
) -> Model:
    return Model(bools, ints, rows, clauses, at_most_one, runs, objective, constant, named=named)


def solutions(model: Model) -> Iterator[tuple[int, ...]]:
    """Every solution, by trying all values."""
    ranges = [range(2)] * model.bools + [range(low, high + 1) for low, high in model.ints]
    yield from (values for values in product(*ranges) if is_solution(model, values))


def least(model: Model) -> int | None:
    return min((objective(model, values) for values in solutions(model)), default=None)


@some.composite
def any_runs(draw: some.DrawFn, most_days: int = 7) -> Runs:
    """Run lengths of one person with any history."""
    days, most = draw(some.integers(1, most_days)), draw(some.integers(1, 5))
    on_before = draw(some.integers(0, 4))
    off_before = draw(some.sampled_from([None, 0] if on_before else [None, 1, 2, 5]))
    fewest_on, fewest_off = draw(some.integers(1, min(3, most))), draw(some.integers(1, 3))
    return Runs(tuple(range(days)), most, fewest_on, fewest_off, on_before, off_before)


@some.composite
def priced_runs(draw: some.DrawFn) -> Model:
    """One person's days, each with a price or a gain."""
    runs = draw(any_runs())
    prices = tuple((day, draw(some.integers(-5, 5))) for day in runs.days)
    return a_model(len(runs.days), prices, runs=(runs,), constant=7)


@some.composite
def any_model(draw: some.DrawFn) -> Model:
    """Rows, of which some depend on a variable, clauses, groups and run lengths, over a few variables."""
    bools, ints = draw(some.integers(2, 5)), draw(some.lists(some.just((0, 3)), max_size=2))
    variables = some.integers(0, bools + len(ints) - 1)
    switches = some.integers(0, bools - 1)
    rows = []
    for _ in range(draw(some.integers(0, 3))):
        used = tuple(draw(some.lists(variables, min_size=1, max_size=3, unique=True)))
        low = draw(some.none() | some.integers(-2, 2))
        high = None if low is None else draw(some.none() | some.integers(low, 4))
        coefs = tuple(draw(some.integers(-2, 2)) for _ in used)
        rows.append(Row(used, coefs, low, high, draw(some.none() | switches)))
    clause = some.lists(switches.map(lambda var: var + 1) | switches.map(lambda var: -var - 1), min_size=1, max_size=3)
    groups = draw(some.lists(some.lists(switches, min_size=2, max_size=3, unique=True), max_size=1))
    return a_model(
        bools,
        tuple((var, draw(some.integers(-4, 4))) for var in range(bools + len(ints))),
        ints=tuple(ints),
        rows=tuple(rows),
        clauses=tuple(tuple(one) for one in draw(some.lists(clause, max_size=2))),
        at_most_one=tuple(tuple(one) for one in groups),
        runs=(Runs(tuple(range(bools)), draw(some.integers(1, 4)), off_before=None),),
        constant=draw(some.integers(-3, 3)),
    )
