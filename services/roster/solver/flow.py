"""Run lengths as a flow of stretches: each stretch on is one variable, its days off are built in.

A linear program sees through this form best. Whoever is free on a day waits or begins a stretch, and is free again
when the stretch and its fewest days off are over.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from services.roster.solver import runs as lengths
from services.roster.solver.model import Model, Row, Runs


@dataclass(frozen=True)
class Flow:
    """One person's stretches, by first day and length, the wait of each day, and when the first may begin."""

    runs: Runs
    stretches: Mapping[tuple[int, int], int]
    waits: tuple[int, ...]
    free_from: int


@dataclass(frozen=True)
class Unrolled:
    """A model without runs: variables beyond those of the original are of the flows."""

    model: Model
    flows: tuple[Flow, ...] = field(default=())

    def extended(self, values: Sequence[int]) -> tuple[int, ...]:
        """Values of the original's variables with those of the flows, which follow from them."""
        added = dict[int, int]()
        for flow in self.flows:
            added.update(_follow(flow, values))
        first = len(values)
        return (*values, *(added.get(first + number, 0) for number in range(len(added))))


def as_windows(model: Model) -> Unrolled:
    """The runs as windows that may not be full, and clauses against what is too short."""
    rows = tuple(row for runs in model.runs for row in lengths.longest(runs))
    clauses = tuple(clause for runs in model.runs for clause in lengths.shortest(runs))
    return Unrolled(replace(model, rows=model.rows + rows, clauses=model.clauses + clauses, runs=()))


def as_flow(model: Model) -> Unrolled:
    """The runs as flows; their variables follow the model's own."""
    off = {var for var, value in model.fixed if value == 0}
    first, flows, rows = model.bools + len(model.ints), list[Flow](), list[Row]()
    for runs in model.runs:
        flow = _flow(runs, off, first)
        first += len(flow.stretches) + len(flow.waits)
        flows.append(flow)
        rows += _balance(flow)
    ints = model.ints + ((0, 1),) * (first - model.bools - len(model.ints))
    unrolled = Unrolled(replace(model, ints=ints, rows=model.rows + tuple(rows), runs=(), hint=None), tuple(flows))
    if model.hint is None:
        return unrolled
    return replace(unrolled, model=replace(unrolled.model, hint=unrolled.extended(model.hint)))


def _flow(runs: Runs, off: set[int], first: int) -> Flow:
    stretches = {
        (day, length): number
        for number, (day, length) in enumerate(
            ((day, length) for day in range(len(runs.days)) for length in _lengths(runs, day, off)), first
        )
    }
    waits = range(first + len(stretches), first + len(stretches) + len(runs.days))
    owed = 0 if runs.off_before is None else max(0, runs.fewest_off - runs.off_before)
    return Flow(runs, stretches, tuple(waits), len(runs.days) if runs.on_before else owed)


def _lengths(runs: Runs, day: int, off: set[int]) -> Iterator[int]:
    """How long a stretch from this day may be; on day 0 it may be the rest of one that began before it."""
    state = lengths.before(runs)
    goes_on = day == 0 and state.on
    gone = state.days if goes_on else 0
    exempt = day == 0 and state.exempt
    for length in range(0 if goes_on else 1, runs.most_on - gone + 1):
        until = day + length
        if until > len(runs.days) or (length and runs.days[until - 1] in off):
            return
        if exempt or until == len(runs.days) or gone + length >= runs.fewest_on:
            yield length


def _balance(flow: Flow) -> Iterator[Row]:
    """Who is free on each day waits or begins, and each day on is in a stretch."""
    total = len(flow.runs.days)
    terms: list[list[tuple[int, int]]] = [[] for _ in range(total)]
    covered: list[list[int]] = [[] for _ in range(total)]
    for (first, length), var in flow.stretches.items():
        terms[first].append((var, 1))
        free = first + length + flow.runs.fewest_off
        if free < total:
            terms[free].append((var, -1))
        for day in range(first, first + length):
            covered[day].append(var)
    for day, wait in enumerate(flow.waits):
        terms[day].append((wait, 1))
        if day:
            terms[day].append((flow.waits[day - 1], -1))
        comes = 1 if day == (0 if lengths.before(flow.runs).on else flow.free_from) else 0
        yield Row(tuple(var for var, _ in terms[day]), tuple(coef for _, coef in terms[day]), comes, comes)
        yield Row((*covered[day], flow.runs.days[day]), (*(1 for _ in covered[day]), -1), 0, 0)
    if lengths.before(flow.runs).on:
        yield Row((flow.waits[0],), (1,), 0, 0)


def _follow(flow: Flow, values: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The values of one flow's variables from those of its days; a stretch that may not be is left out."""
    days, used = [bool(values[var]) for var in flow.runs.days], set[tuple[int, int]]()
    free, day = flow.free_from, 0
    waits = dict.fromkeys(flow.waits, 0)
    if lengths.before(flow.runs).on:
        day = next((number for number, on in enumerate(days) if not on), len(days))
        used.add((0, day))
        free = day + flow.runs.fewest_off
    while day < len(days):
        if days[day]:
            length = next((number for number, on in enumerate(days[day:]) if not on), len(days) - day)
            used.add((day, length))
            day += length
            free = day + flow.runs.fewest_off
        else:
            waits[flow.waits[day]] = int(day >= free)
            day += 1
    yield from ((var, int(key in used)) for key, var in flow.stretches.items())
    yield from waits.items()
