"""How long people may be on and off: as steps from day to day, and written down as windows for an engine.

What follows the last day is not known, so a run that reaches it may be as short as it likes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from services.roster.solver.model import Row, Runs


@dataclass(frozen=True)
class State:
    """The run of now: on or off, its days as far as they matter, and whether nothing is known of its beginning."""

    on: bool
    days: int
    exempt: bool = False


def before(runs: Runs) -> State:
    """The run that the first day finds."""
    if runs.on_before:
        return State(True, min(runs.on_before, runs.most_on), exempt=runs.off_before is None)
    if runs.off_before is None:
        return State(False, runs.fewest_off, exempt=True)
    return State(False, min(runs.off_before, runs.fewest_off))


def step(runs: Runs, state: State, on: bool) -> State | None:
    """The run after one more day on or off, or None where that may not be."""
    if state.on and on:
        return replace(state, days=state.days + 1) if state.days < runs.most_on else None
    if state.on:
        return State(False, 1) if state.exempt or state.days >= runs.fewest_on else None
    if on:
        return State(True, 1, state.exempt) if state.days >= runs.fewest_off else None
    return State(False, min(state.days + 1, runs.fewest_off))


def is_kept(runs: Runs, values: Sequence[int]) -> bool:
    """Whether these values of all variables keep to the run lengths."""
    state: State | None = before(runs)
    for var in runs.days:
        if state is None:
            return False
        state = step(runs, state, bool(values[var]))
    return state is not None


def transitions(runs: Runs) -> Mapping[State, Mapping[bool, State]]:
    """From each state that a day can begin with, the states after a day off and a day on."""
    waiting, found = [before(runs)], dict[State, dict[bool, State]]()
    # More days on than there are days cannot be told apart.
    most = min(runs.most_on, runs.on_before + len(runs.days))
    bounded = replace(runs, most_on=max(1, most))
    while waiting:
        state = waiting.pop()
        if state not in found:
            after = {on: step(bounded, state, on) for on in (False, True)}
            found[state] = {on: state for on, state in after.items() if state is not None}
            waiting += found[state].values()
    return found


def longest(runs: Runs) -> Iterator[Row]:
    """No window of one day more than the most may be on throughout."""
    most, days = runs.most_on, runs.days
    if runs.on_before:
        left = max(0, most - runs.on_before)
        if left < len(days):
            yield _at_most(days[: left + 1], left)
    for first in range(len(days) - most):
        yield _at_most(days[first : first + most + 1], most)


def shortest(runs: Runs) -> Iterator[tuple[int, ...]]:
    """Clauses against each run on or off that is too short and ends before the last day."""
    days, on, off = runs.days, [day + 1 for day in runs.days], [-day - 1 for day in runs.days]
    for first in range(1, len(days)):
        for length in range(1, min(runs.fewest_on, len(days) - first)):
            last = first + length
            yield (on[first - 1], *off[first:last], on[last])
        for length in range(1, min(runs.fewest_off, len(days) - first)):
            last = first + length
            yield (off[first - 1], *on[first:last], off[last])
    yield from _shortest_first(runs, on, off)


def _shortest_first(runs: Runs, on: Sequence[int], off: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """The same of the runs that begin on the first day or before it."""
    state = before(runs)
    if not state.exempt:
        fewest, own, other = (runs.fewest_on, off, on) if state.on else (runs.fewest_off, on, off)
        for length in range(min(fewest - state.days, len(on))):
            yield (*own[:length], other[length])
    if state.exempt and not state.on:
        return
    # The other kind of run, where it begins on the first day.
    fewest, own, other = (runs.fewest_off, on, off) if state.on else (runs.fewest_on, off, on)
    for length in range(1, min(fewest, len(on))):
        yield (*own[:length], other[length])


def _at_most(days: tuple[int, ...], most: int) -> Row:
    return Row(days, (1,) * len(days), None, most)
